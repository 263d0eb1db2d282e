"""Pages that belong to no trade of the house: sign-in, preferences, jobs, the audit trail."""
