"""Rules of regulatory reporting: eligibility, field mapping, content rules; plain Python."""
