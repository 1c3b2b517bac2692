"""The service around the application: its processes, its doors, what notifications mean to it."""
