"""The home of managers: every restaurant as it stands now, the worst first, and what needs attention."""
