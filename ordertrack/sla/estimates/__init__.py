"""How long orders still take, learned from the days before."""
