"""Orders that were lived elsewhere or earlier, written into the log as history."""
