"""Decisions over reference data, as plain functions."""
