"""What other rooms ask of the feed: to number what happened."""

from feeds.services.numbering import numbering

__all__ = ["numbering"]
