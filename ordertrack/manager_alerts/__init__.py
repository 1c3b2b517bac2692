"""Managers are alerted of troubles while nobody looks: once each, and once that it is over."""
