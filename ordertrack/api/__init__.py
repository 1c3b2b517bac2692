"""JSON for integrators, /api/v1."""
