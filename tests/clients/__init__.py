"""Clients of others, as they are kept, on a network that breaks and a database that goes away."""
