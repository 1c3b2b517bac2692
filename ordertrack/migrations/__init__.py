"""The schema's history: a revision a step, and each version of its functions whole in `functions/`."""
