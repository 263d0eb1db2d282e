"""REST doors of confirmations: a counterparty tells its own, and reads what we told it."""
