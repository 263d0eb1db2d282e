"""Pages of the reference data."""
