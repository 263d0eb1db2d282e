"""The home page of the house and the one work queue."""
