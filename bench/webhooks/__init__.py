"""Webhooks under fire: what receives them, and who taps meanwhile."""
