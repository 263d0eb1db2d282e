"""What the outside is told: the feed of changes, and webhooks that carry it."""
