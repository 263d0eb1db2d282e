"""What other rooms ask of the feed: to number what happened."""

from feeds.services.numbering import number_all

__all__ = ["number_all"]
