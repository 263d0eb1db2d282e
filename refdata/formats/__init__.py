"""Readers of reference files: bytes in, a `Reading` out; good rows and a finding per bad line."""
