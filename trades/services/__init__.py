"""Acts on trades: capture, repair, entry by hand; control and validation."""
