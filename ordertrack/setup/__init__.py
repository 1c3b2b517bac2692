"""The first page of a house: founding a company, and its first steps to an order on a board."""
