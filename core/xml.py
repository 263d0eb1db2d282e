"""Reading XML of unknown origin: no DTD, no entity, no network, no huge tree."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from core.unreadable import UnreadableFile, unreadable

BYTES_MAX: Final = 32 * 1024 * 1024
DOCTYPE: Final = re.compile(rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<!DOCTYPE", re.DOTALL)
PROLOG: Final = 4096

XmlElement = Any
"""An lxml element; lxml has no public class that can be named in annotations."""


def safe_parse(content: bytes, *, bytes_max: int = BYTES_MAX) -> XmlElement:
    """Return the root element of a small document; raises UnreadableFile."""
    _check(content, bytes_max)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise _broken(error) from None
    _refuse_dtd(root)
    return root


def safe_iterparse(
    content: bytes, *, tag: str | tuple[str, ...], bytes_max: int = BYTES_MAX
) -> Iterator[XmlElement]:
    """Yield each finished element with that tag, then free it; raises UnreadableFile.

    Memory stays flat. What was yielded before a syntax error must be thrown away by the caller:
    a file is taken whole or not at all.
    """
    _check(content, bytes_max)
    events = etree.iterparse(
        io.BytesIO(content),
        events=("end",),
        tag=tag,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    checked = False
    try:
        for _event, element in events:
            if not checked:
                _refuse_dtd(element)
                checked = True
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise _broken(error) from None


def _check(content: bytes, bytes_max: int) -> None:
    if not content.strip():
        raise unreadable("FILE-001", "The file is empty")
    if len(content) > bytes_max:
        raise unreadable(
            "FILE-002",
            "The file has {found} bytes, the limit is {expected}",
            found=str(len(content)),
            expected=str(bytes_max),
        )
    if DOCTYPE.match(content[:PROLOG].removeprefix(b"\xef\xbb\xbf")):
        raise _dtd()


def _refuse_dtd(element: XmlElement) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        raise _dtd()


def _dtd() -> UnreadableFile:
    return unreadable(
        "FILE-020", "A document type declaration is not accepted", line=1, found="<!DOCTYPE"
    )


def _broken(error: etree.XMLSyntaxError) -> UnreadableFile:
    line, column = error.position
    return unreadable(
        "FILE-021",
        "The XML is broken",
        line=line,
        column=str(column),
        found=error.msg.split("(<string>")[0].strip(" ,"),
    )
