"""Webhooks: programs are told what happens, by Standard Webhooks 1.0."""
