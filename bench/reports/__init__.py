"""What `measure_reports.py` asks: houses with millions of events, and the way to a report without roll-up."""
