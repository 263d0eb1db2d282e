"""What a file beside a comment is, by its content: a document, a picture, a mail or a table.

A name and a content that disagree are no file that we take: people open it by its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

HEAD: Final = 64 * 1024
UNSEEN: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
HEADERS: Final = re.compile(rb"\A(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)+", re.ASCII)
PROPERTIES: Final = "__properties_version1.0".encode("utf-16-le")
"""The entry of a compound file that makes it a mail of Outlook."""


@dataclass(frozen=True, slots=True)
class AttachedKind:
    """What may be attached: how it is named, what it is sent as, and how its content is known."""

    endings: tuple[str, ...]
    media_type: str
    is_it: Callable[[bytes], bool]


def _begins(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signatures)


def _is_text(content: bytes) -> bool:
    return not UNSEEN.search(content)


def _is_mail(content: bytes) -> bool:
    """Header lines first, with a sender and a day or a subject; no control characters."""
    head = content[:HEAD].replace(b"\r\n", b"\n")
    found = HEADERS.match(head)
    names = {line.partition(b":")[0].lower() for line in found[0].split(b"\n")} if found else set()
    return b"from" in names and bool(names & {b"date", b"subject"}) and _is_text(head)


def _is_outlook_mail(content: bytes) -> bool:
    return content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") and PROPERTIES in content


def _is_workbook(content: bytes) -> bool:
    """A workbook without macros: the names of its parts stand in it as they are."""
    parts = b"xl/workbook.xml" in content and b"[Content_Types].xml" in content
    return content.startswith(b"PK\x03\x04") and parts and b"vbaProject" not in content


KINDS: Final[Mapping[str, AttachedKind]] = {
    "PDF": AttachedKind((".pdf",), "application/pdf", _begins(b"%PDF-")),
    "PNG": AttachedKind((".png",), "image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "JPEG": AttachedKind((".jpg", ".jpeg"), "image/jpeg", _begins(b"\xff\xd8\xff")),
    "MAIL": AttachedKind((".eml",), "message/rfc822", _is_mail),
    "OUTLOOK": AttachedKind((".msg",), "application/vnd.ms-outlook", _is_outlook_mail),
    "WORKBOOK": AttachedKind(
        (".xlsx",),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _is_workbook,
    ),
    "TEXT": AttachedKind((".csv", ".txt"), "text/plain", _is_text),
}
ENDINGS: Final = tuple(ending for kind in KINDS.values() for ending in kind.endings)


def kind_of(name: str, content: bytes) -> AttachedKind | None:
    """Return what the name says that the file is, if its content is that; else None."""
    ending = PurePosixPath(name.lower()).suffix
    for kind in KINDS.values():
        if ending in kind.endings:
            return kind if content and kind.is_it(content) else None
    return None
