"""What happened, in sentences: the answer that a report begins with."""
