"""Value types that every room speaks. Standard library and check-digit libraries only; no clock."""
