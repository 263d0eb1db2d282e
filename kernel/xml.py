"""Reading XML of unknown origin: no DTD, no entity, no network, no huge tree.

The one place where a reader of trees is configured; workbooks need no tree, and are read in
`core/workbook_parts.py`. A document type declaration is parsed, and opens nothing; `declares_type`
lets each format refuse it in its own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import IO, Any, Final

from lxml import etree

HARDENED: Final[dict[str, bool]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
}
BARE: Final[dict[str, bool]] = {"remove_comments": True, "remove_pis": True}

XmlElement = Any
"""An lxml element; lxml has no public class that can be named in annotations."""


def parse(content: bytes) -> XmlElement:
    """Return the root element of a small document; raises lxml's XMLSyntaxError."""
    return etree.fromstring(content, etree.XMLParser(**HARDENED))


def steps(
    source: bytes | IO[bytes],
    *,
    events: Sequence[str] = ("start", "end"),
    tag: str | Sequence[str] | None = None,
    schema: etree.XMLSchema | None = None,
    bare: bool = False,
) -> etree.iterparse[tuple[str, XmlElement]]:
    """Return the elements as they begin and end, without comments if `bare`.

    Memory stays flat for who clears what was read. Raises lxml's XMLSyntaxError on the way; what
    came before it must be thrown away by the caller: a file is taken whole or not at all.
    """
    stream = BytesIO(source) if isinstance(source, bytes) else source
    chosen = HARDENED | (BARE if bare else {})
    return etree.iterparse(stream, events=tuple(events), tag=tag, schema=schema, **chosen)


def declares_type(element: XmlElement) -> bool:
    """Say whether the document of this element has a document type declaration."""
    return bool(element.getroottree().docinfo.doctype)
