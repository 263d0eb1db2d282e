"""FIX logs: framing of what is in the file, then the fills among its execution reports."""

from trades.formats.fix.fills import UNREADABLE, Fill, FixLog, read_log
from trades.formats.fix.frames import FixMessage, read_messages

__all__ = ["UNREADABLE", "Fill", "FixLog", "FixMessage", "read_log", "read_messages"]
