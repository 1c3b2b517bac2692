"""The connection to PostgreSQL, its settings, its schema and how it is brought up to date."""
