"""REST doors of capture: one execution, many, and what became of them."""
