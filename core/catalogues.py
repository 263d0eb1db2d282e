"""The French catalogues, one per room, kept with Babel alone: no gettext program is needed.

Texts come from Python (`_`, `gettext…`, `N_`, and `message=` of a Finding) and from templates. A
text that a lower room's catalogue already holds is not repeated above it.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOMS: Final = (
    "kernel",
    "core",
    "desk",
    "feeds",
    "refdata",
    "trades",
    "settlement",
    "conduct",
    "reconciliation",
    "reporting",
    "backoffice",
)
SHARED_TEMPLATES: Final = "core"
KEYWORDS: Final = {
    "_": None,
    "_t": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "unreadable": (2,),
    "marked": (2,),
}
PLACEHOLDER: Final = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
MsgId = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """One text in the sources: its msgid (a pair when it has a plural), context and place."""

    msgid: MsgId
    context: str | None
    place: tuple[str, int]

    @property
    def key(self) -> tuple[str, str | None]:
        return (self.msgid if isinstance(self.msgid, str) else self.msgid[0]), self.context


def catalogue_path(root: Path, room: str) -> Path:
    """Return where the French of a room lives; the kernel's words are in core's catalogue."""
    return root / "locale" / room / "fr" / "LC_MESSAGES" / "django.po"


def texts_of(root: Path, room: str) -> list[Found]:
    """Return every text of a room's code and templates, in the order of files and lines."""
    rooms = ("kernel", room) if room == SHARED_TEMPLATES else (room,)
    code = [path for name in rooms for path in sorted((root / name).rglob("*.py"))]
    found = [text for path in code for text in _in_python(path, root)]
    return found + [text for path in _templates(root, room) for text in _in_template(path, root)]


def refreshed(root: Path) -> Iterator[tuple[str, Catalog]]:
    """Yield each room with its catalogue brought up to date: texts added, unused ones dropped."""
    below: set[tuple[str, str | None]] = set()
    for room in ROOMS[1:]:
        texts = [text for text in texts_of(root, room) if text.key not in below]
        yield room, _updated(_read(catalogue_path(root, room)), texts)
        below |= {text.key for text in texts}


def write(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue in a stable form: sorted, no dates, so that a diff shows words only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    write_po(out, catalogue, width=100, sort_output=True, omit_header=False, no_location=True)
    dated = re.compile(
        rb'^"(POT-Creation-Date|PO-Revision-Date|Generated-By)[^\n]*\n', re.MULTILINE
    )
    path.write_bytes(dated.sub(b"", out.getvalue()))


def problems(catalogue: Catalog) -> Iterator[str]:
    """Yield what keeps a catalogue from being complete: missing, fuzzy, other placeholders."""
    for message in catalogue:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        shown = message.id if isinstance(message.id, str) else message.id[0]
        if not all(texts):
            yield f"not translated: {shown!r}"
        elif message.fuzzy:
            yield f"fuzzy: {shown!r}"
        elif not _same_placeholders(message):
            yield f"other placeholders: {shown!r}"


def _templates(root: Path, room: str) -> list[Path]:
    folder = root / "templates"
    if room != SHARED_TEMPLATES:
        return sorted((folder / room).rglob("*.html"))
    others = {name for name in ROOMS if name != SHARED_TEMPLATES}
    return sorted(p for p in folder.rglob("*.html") if p.relative_to(folder).parts[0] not in others)


def _in_python(path: Path, root: Path) -> Iterator[Found]:
    source = path.read_bytes()
    place = str(path.relative_to(root))
    yield from _extracted(source, place)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) == "Finding":
            for word in node.keywords:
                constant = word.value
                if word.arg == "message" and isinstance(constant, ast.Constant):
                    yield Found(str(constant.value), None, (place, constant.lineno))


def _in_template(path: Path, root: Path) -> Iterator[Found]:
    place = str(path.relative_to(root))
    calls = templatize(path.read_text(), origin=place)
    yield from _extracted(f"({calls}\n)".encode(), place)  # in brackets, indentation is free


def _extracted(source: bytes, place: str) -> Iterator[Found]:
    options = {"encoding": "utf-8"}
    for line, msgid, _comments, context in extract(
        "python", io.BytesIO(source), keywords=KEYWORDS, options=options
    ):
        texts = (msgid,) if isinstance(msgid, str) else msgid
        if any(texts):
            yield Found(
                msgid if isinstance(msgid, str) else (texts[0], texts[1]), context, (place, line)
            )


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def _new() -> Catalog:
    return Catalog(
        locale="fr",
        header_comment="# The French of Dénouement; `manage.py messages` keeps this file.",
        project="Dénouement",
        version="1",
        msgid_bugs_address="none",
        last_translator="Dénouement",
        language_team="French",
        charset="utf-8",
        fuzzy=False,
    )


def _read(path: Path) -> Catalog:
    if not path.exists():
        return _new()
    with path.open("rb") as file:
        return read_po(file, locale="fr")


def _updated(known: Catalog, texts: Iterable[Found]) -> Catalog:
    fresh = _new()
    for text in texts:
        old = known.get(text.key[0], text.context)
        message = fresh.add(text.msgid, context=text.context)
        if old is not None and _fits(message, old):
            message.string, message.flags = old.string, message.flags | (old.flags & {"fuzzy"})
    return fresh


def _fits(message: Message, old: Message) -> bool:
    return isinstance(message.id, str) == isinstance(old.string, str)


def _same_placeholders(message: Message) -> bool:
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    texts = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    wanted = {frozenset(PLACEHOLDER.findall(text)) for text in ids}
    return all(frozenset(PLACEHOLDER.findall(text)) in wanted for text in texts)
