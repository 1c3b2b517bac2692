"""Web push: what a browser hands over so that it can be told, a company's keys, and what is sent there."""
