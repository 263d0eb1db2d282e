"""Formats of what is sent: plain Python."""
