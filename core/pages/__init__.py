"""Page furniture: what every list, detail and upload page is made of. See README.md."""

from core.pages.acts import BulkPage, Done
from core.pages.base import PageView
from core.pages.detail import DetailPage
from core.pages.lists import BulkAction, ListPage, Tab, Whole
from core.pages.selection import Selection, SelectionChanged

__all__ = [
    "BulkAction",
    "BulkPage",
    "DetailPage",
    "Done",
    "ListPage",
    "PageView",
    "Selection",
    "SelectionChanged",
    "Tab",
    "Whole",
]
