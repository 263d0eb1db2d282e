"""What every API of the house shares: errors, tokens, strict JSON, idempotency, limits."""
