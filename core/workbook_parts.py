"""The parts of an XLSX archive: measured, named as their relationships name them, read as a stream.

A part is found as the format says, by relationship, and never by what its file happens to be
called; the one that was checked is therefore the one that is read.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Final
from xml.parsers import expat

from core.unreadable import UnreadableFile, unreadable

MEMBERS_MAX: Final = 500
UNPACKED_MAX: Final = 192 * 1024 * 1024
RATIO_MAX: Final = 250
RATIO_FROM: Final = 4 * 1024 * 1024
ELEMENTS_MAX: Final = 12_000_000
DEPTH_MAX: Final = 64
TOKEN_MAX: Final = 1024 * 1024
CHUNK: Final = 64 * 1024
MEMBER: Final = b"PK\x01\x02"
KINDS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, RuntimeError, OverflowError,
)  # fmt: skip
"""What a damaged or encrypted archive raises while it is opened and unpacked."""
SPACES: Final = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
)
REFERENCES: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
Attributes = Mapping[str, str]


class Reader:
    """Meets the elements of a part one by one; keeps what it wants and nothing else.

    Only elements of the namespaces of a workbook are met, by their local names; `text` comes to
    the element that was met last, in pieces.
    """

    root = ""
    names: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.elements = 0
        self.depth = 0
        self.known = {f"{space} {name}": name for space in SPACES for name in self.names}

    def opened(self, name: str, attributes: Attributes) -> None:
        """Meet the start of an element of `names`."""

    def closed(self, name: str) -> None:
        """Meet the end of an element of `names`."""

    def text(self, piece: str) -> None:
        """Meet a piece of text."""

    def start(self, name: str, attributes: Attributes) -> None:
        """Take an element from the parser, within the limits."""
        self.depth += 1
        self.elements += 1
        if self.depth > DEPTH_MAX or self.elements > ELEMENTS_MAX:
            raise unreadable("FILE-033", "The workbook holds more elements than is accepted")
        local = self.known.get(name)
        if self.depth == 1 and local != self.root:
            raise unreadable("FILE-030", "The archive is not a workbook")
        if local is not None:
            self.opened(local, attributes)

    def end(self, name: str) -> None:
        """Take the end of an element from the parser."""
        self.depth -= 1
        local = self.known.get(name)
        if local is not None:
            self.closed(local)


class Relations(Reader):
    """What a part points to: kind of relationship and identifier to the name of the other part."""

    root = "Relationships"
    names = frozenset({"Relationships", "Relationship"})

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder
        self.targets: list[tuple[str, str, str]] = []

    def opened(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            path = posixpath.join(self.folder, attributes.get("Target", ""))
            target = posixpath.normpath(path).lstrip("/")
            self.targets.append((kind, attributes.get("Id", ""), target))

    def of(self, kind: str) -> str:
        """Return the first part of a kind, '' when there is none."""
        return next((target for found, _id, target in self.targets if found == kind), "")

    def named(self, kind: str, identifier: str) -> str:
        """Return the part of a kind with an identifier, '' when there is none."""
        wanted = (kind, identifier)
        return next((target for *key, target in self.targets if tuple(key) == wanted), "")


class Archive:
    """An XLSX archive whose every member was unpacked once, in pieces, and counted."""

    def __init__(self, archive: zipfile.ZipFile, packed: int) -> None:
        self._archive = archive
        self._names = {name.lower(): name for name in archive.namelist()}
        if len(self._names) != len(archive.namelist()):
            raise unreadable("FILE-030", "The workbook is damaged or encrypted")
        _measure(archive, packed)

    def read(self, part: str, reader: Reader) -> None:
        """Let `reader` meet every element of a part; raises UnreadableFile."""
        name = self._names.get(part.lower())
        if name is None:
            raise unreadable("FILE-030", "The archive is not a workbook")
        with self._archive.open(name) as stream:
            _walk(stream, reader)

    def relations(self, part: str) -> Relations:
        """Return what a part ('' for the whole archive) points to."""
        folder, _slash, name = part.rpartition("/")
        found = Relations(folder)
        self.read(posixpath.join(folder, "_rels", f"{name}.rels"), found)
        return found


def refuse_many_members(content: bytes) -> None:
    """Raise UnreadableFile before a directory of more than MEMBERS_MAX parts is built."""
    members = content.count(MEMBER)
    if members > MEMBERS_MAX:
        raise unreadable("FILE-031", "The workbook has too many parts: {found}", found=str(members))


def _measure(archive: zipfile.ZipFile, packed: int) -> None:
    """Unpack each member in pieces, count what really comes out, and stop at the limit."""
    unpacked = 0
    for member in archive.infolist():
        if member.file_size > UNPACKED_MAX or member.compress_type not in KINDS:
            raise _bomb(member.file_size)
        with archive.open(member) as part:
            while piece := part.read(16 * CHUNK):
                unpacked += len(piece)
                if unpacked > UNPACKED_MAX or unpacked > max(RATIO_FROM, packed * RATIO_MAX):
                    raise _bomb(unpacked)


def _bomb(size: int) -> UnreadableFile:
    return unreadable(
        "FILE-033", "The workbook unpacks to more than is accepted: {found} bytes", found=str(size)
    )


def _walk(stream: IO[bytes], reader: Reader) -> None:
    """Feed a part piece by piece; a piece of syntax that never ends is refused, not collected."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_dtd
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    fed = 0
    try:
        while piece := stream.read(CHUNK):
            parser.Parse(piece, False)  # noqa: FBT003 - expat's own order of arguments
            fed += len(piece)
            if fed - parser.CurrentByteIndex > TOKEN_MAX:
                raise unreadable("FILE-033", "The workbook holds more elements than is accepted")
        parser.Parse(b"", True)  # noqa: FBT003 - expat's own order of arguments
    except expat.ExpatError as error:
        raise unreadable(
            "FILE-021", "A sheet is broken XML: {found}", found=expat.ErrorString(error.code)
        ) from None


def _refuse_dtd(*_declaration: object) -> None:
    raise unreadable("FILE-020", "A document type declaration is not accepted")
