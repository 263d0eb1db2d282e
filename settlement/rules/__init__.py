"""How confirmations of two sides are paired and matched."""
