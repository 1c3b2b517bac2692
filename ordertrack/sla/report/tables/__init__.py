"""The tables of a report: what a column can hold, which tables there are, and each as a file."""
