"""Control evidence of some days: each part asks the tables themselves, never what a page said."""
