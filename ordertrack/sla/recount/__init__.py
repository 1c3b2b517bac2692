"""The figures of a report worked out a second way: one order after the other, straight from the log.

Made to be held against what reports say, so it shares no code with them: plain SQL and plain Python, slow and
easy to follow. It reads the log and the history of the settings, and nothing that was made of either.
"""
