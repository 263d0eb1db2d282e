"""United Nations Security Council consolidated list, XML (sc-sanctions.xsd)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from refdata.facts import ListReading
from refdata.formats import source
from refdata.formats.listed import Draft, clean, first_day
from refdata.formats.source import BadValue, Record, unusable
from refdata.states import ListedKind

KINDS: Final = {"INDIVIDUAL": ListedKind.PERSON, "ENTITY": ListedKind.ENTITY}
GIVEN: Final = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
VALUES: Final[Mapping[str, Callable[[Draft, str | None], None]]] = {
    "NATIONALITY": Draft.of,
    "DESIGNATION": Draft.remark,
    "TITLE": Draft.remark,
}
"""Parts that are lists of values."""
WEAK: Final = frozenset({"Low"})
"""The list grades aliases of persons Good or Low; those of entities are a.k.a. or f.k.a."""


def read(content: bytes) -> ListReading:
    """Return every person and entity; raises UnreadableReferenceFile when there is none."""
    drafts: dict[str, Draft] = {}
    findings = source.Remarks()
    notes: Counter[str] = Counter()
    seen, as_of = 0, None
    for tag, kind in KINDS.items():
        for element in source.xml_elements(content, local_name=tag):
            as_of = as_of or _generated(element)
            seen += 1
            try:
                draft = _draft(element, kind, notes)
                if draft.reference in drafts:
                    _values(element).refuse("REF-004", "REFERENCE_NUMBER", draft.reference)
                drafts[draft.reference] = draft
            except BadValue as bad:
                findings.append(bad.finding)
    if not seen:
        raise unusable("REF-028", expected="INDIVIDUAL, ENTITY")
    rows = tuple(draft.row() for draft in drafts.values())
    return ListReading(rows, tuple(findings), seen, dict(notes), as_of)


def _generated(element: Any) -> date | None:  # noqa: ANN401 - an element of lxml
    return first_day(str(element.getroottree().getroot().get("dateGenerated", "")))


def _values(element: Any) -> Record:  # noqa: ANN401 - an element of lxml
    texts = {source.local(child): child.text or "" for child in element}
    return Record(int(element.sourceline or 0), texts)


def _draft(element: Any, kind: ListedKind, notes: Counter[str]) -> Draft:  # noqa: ANN401 - an element of lxml
    record = _values(element)
    reference = record.required("REFERENCE_NUMBER", most=40)
    name = " ".join(filter(None, (clean(record.values.get(part)) for part in GIVEN)))
    if not name:
        record.refuse("REF-001", "FIRST_NAME")
    draft = Draft(record.line, reference, kind.value, notes)
    draft.call(name)
    draft.call(record.values.get("NAME_ORIGINAL_SCRIPT"))
    draft.programmes.append(record.values.get("UN_LIST_TYPE", ""))
    draft.listed(record.values.get("LISTED_ON"))
    for child in element:
        _take(draft, source.local(child), child)
    draft.remark(record.values.get("COMMENTS1"))
    return draft


def _take(draft: Draft, tag: str, child: Any) -> None:  # noqa: ANN401 - an element of lxml
    """Take what one part of an entry says."""
    texts = {source.local(part): part.text or "" for part in child}
    if tag.endswith("_ALIAS"):
        strong = clean(texts.get("QUALITY")) not in WEAK
        draft.call(*texts.get("ALIAS_NAME", "").split(";"), strong=strong)
    elif tag.endswith("_ADDRESS"):
        draft.of(texts.get("COUNTRY"))
    elif tag == "INDIVIDUAL_DATE_OF_BIRTH":
        draft.born(_birth(texts))
    elif tag == "INDIVIDUAL_DOCUMENT":
        said = " ".join((texts.get("TYPE_OF_DOCUMENT", ""), texts.get("TYPE_OF_DOCUMENT2", "")))
        draft.number(said, texts.get("NUMBER"))
        draft.remark(texts.get("NOTE"))
    elif tag in VALUES:
        for part in child:
            VALUES[tag](draft, part.text)


def _birth(texts: dict[str, str]) -> str:
    span = " to ".join(filter(None, (texts.get("FROM_YEAR"), texts.get("TO_YEAR"))))
    roughly = "circa " if texts.get("TYPE_OF_DATE") == "APPROXIMATELY" else ""
    said = texts.get("DATE") or texts.get("YEAR") or span or texts.get("NOTE") or ""
    return f"{roughly}{said}" if said else ""
