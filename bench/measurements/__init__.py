"""What `run.py` measures: each module has a `measure` that gives its rows of the table."""
