"""Many small restaurants on one machine: their screens, and what happens in them of an evening."""
