"""Logs of orders from elsewhere, uploaded: shown as they were understood, then written as history."""
