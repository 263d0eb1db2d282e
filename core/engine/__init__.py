"""Django's PostgreSQL engine; see `base.py` for the one thing that differs."""
