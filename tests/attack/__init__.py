"""Attacks on a running house: hostile requests over every route, by everybody who may ask."""
