"""What a process tells of itself: logs, counters, health."""
