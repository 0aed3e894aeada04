"""Le Fil's service: tables, use cases and pages around the inner rooms."""
