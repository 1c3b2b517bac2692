"""The orders behind a figure of a report: which they are, and by how much each was late."""
