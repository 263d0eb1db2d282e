"""Message formats of regulatory reporting, to and from facts; plain Python and lxml."""
