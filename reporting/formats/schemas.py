"""The operator's schema directory: which official schemas are there, and what they say of a file.

No schema ships with the product; they are fetched by the operator from iso20022.org and from the
regulator, under their own licences, and put in `REPORT_SCHEMA_DIR`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from lxml import etree

from kernel import xml
from kernel.findings import Refusal

HEADER_TEXT: Final = 6_000
MAX_MESSAGES: Final = 20
MAX_SCHEMA_BYTES: Final = 4_000_000


class UnreadableSchema(Refusal):
    """A file of the schema directory is not the schema that its namespace promises."""

    code = "UNREADABLE_SCHEMA"


@dataclass(frozen=True, slots=True)
class NeededSchema:
    """One schema that a report needs, known by its target namespace."""

    namespace: str
    name: str
    source: str


ISO_SITE: Final = "https://www.iso20022.org/"
ESMA_SITE: Final = "https://www.esma.europa.eu/ (MiFIR transaction reporting, XML schemas)"
RTS22_SCHEMAS: Final = (
    NeededSchema("urn:iso:std:iso:20022:tech:xsd:head.003.001.01", "head.003.001.01", ISO_SITE),
    NeededSchema("urn:iso:std:iso:20022:tech:xsd:head.001.001.01", "head.001.001.01", ISO_SITE),
    NeededSchema("urn:iso:std:iso:20022:tech:xsd:auth.016.001.01", "auth.016.001.01", ESMA_SITE),
)
FEEDBACK_SCHEMA: Final = NeededSchema(
    "urn:iso:std:iso:20022:tech:xsd:auth.031.001.01", "auth.031.001.01", ESMA_SITE
)


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """A needed schema and where it stands; `path` is None when it is missing."""

    needed: NeededSchema
    path: Path | None


@dataclass(frozen=True, slots=True)
class SchemaVerdict:
    """The answer of the schemas: how many records were read, and the first messages."""

    is_valid: bool
    records: int
    messages: tuple[str, ...] = ()


def find_schemas(directory: Path | None) -> Mapping[str, Path]:
    """Map target namespace to file for every readable schema below `directory`.

    ESMA's usage guidelines win over the bare ISO schema of the same namespace; otherwise the
    last file by name does.
    """
    if directory is None or not directory.is_dir():
        return {}
    found: dict[str, Path] = {}
    for path in sorted(directory.rglob("*.xsd")):
        namespace = _target_namespace(path)
        if namespace and not (namespace in found and "ESMAUG" in found[namespace].name):
            found[namespace] = path
    return found


def schema_status(directory: Path | None) -> tuple[SchemaStatus, ...]:
    """Say for each schema that RTS 22 needs whether the directory holds it."""
    found = find_schemas(directory)
    return tuple(
        SchemaStatus(needed, found.get(needed.namespace))
        for needed in (*RTS22_SCHEMAS, FEEDBACK_SCHEMA)
    )


def missing_schemas(directory: Path | None) -> tuple[NeededSchema, ...]:
    """The schemas without which a transaction report file cannot be checked."""
    found = find_schemas(directory)
    return tuple(needed for needed in RTS22_SCHEMAS if needed.namespace not in found)


def load_schema(directory: Path) -> etree.XMLSchema:
    """Compile one schema over envelope, header and report; raises UnreadableSchema."""
    found = find_schemas(directory)
    missing = [needed.name for needed in RTS22_SCHEMAS if needed.namespace not in found]
    if missing:
        raise UnreadableSchema(f"missing: {', '.join(missing)}")
    paths = tuple((needed.namespace, found[needed.namespace]) for needed in RTS22_SCHEMAS)
    return _compiled(tuple((name, str(path), path.stat().st_mtime_ns) for name, path in paths))


@lru_cache(maxsize=4)
def _compiled(paths: tuple[tuple[str, str, int], ...]) -> etree.XMLSchema:
    imports = "".join(
        f'<xs:import namespace="{namespace}" schemaLocation="{Path(path).resolve().as_uri()}"/>'
        for namespace, path, _changed in paths
    )
    wrapper = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    try:
        return etree.XMLSchema(xml.parse(wrapper.encode()))
    except etree.XMLSchemaParseError as error:
        raise UnreadableSchema(str(error)) from error


def validate(content: bytes, schema: etree.XMLSchema) -> SchemaVerdict:
    """Check a whole file in one streaming pass; memory does not grow with the records.

    Only when it fails is each record tried by itself, so that the messages name its reference.
    """
    events = xml.steps(content, events=("end",), tag="{*}Tx", schema=schema)
    records = 0
    try:
        for _event, element in events:
            parent = element.getparent()
            if parent is None or not parent.tag.endswith("}FinInstrmRptgTxRpt"):
                continue
            records += 1
            element.clear()
            while element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError:
        return SchemaVerdict(
            is_valid=False, records=records, messages=_locate(content, schema, events.error_log)
        )
    return SchemaVerdict(is_valid=True, records=records)


def _locate(content: bytes, schema: etree.XMLSchema, log: etree._ListErrorLog) -> tuple[str, ...]:
    """Try each record in an envelope of its own; a file of another shape keeps the plain log."""
    lines = content.splitlines()
    opening, closing = b"\n".join(lines[:2]), lines[-1]
    messages: list[str] = []
    for line in lines[2:-1]:
        verdict = _try_record(opening + line + closing, schema)
        messages += verdict
        if len(messages) >= MAX_MESSAGES:
            break
    return tuple(messages[:MAX_MESSAGES]) or tuple(entry.message for entry in log)[:MAX_MESSAGES]


def _try_record(document: bytes, schema: etree.XMLSchema) -> list[str]:
    try:
        tree = xml.parse(document)
    except etree.XMLSyntaxError as error:
        return [str(error.msg)]
    if schema.validate(tree):
        return []
    name = tree.findtext(".//{*}TxId") or "?"
    return [f"{name}: {entry.message}" for entry in schema.error_log]


def _target_namespace(path: Path) -> str:
    if path.stat().st_size > MAX_SCHEMA_BYTES:
        return ""
    with path.open("rb") as stream:
        head = stream.read(HEADER_TEXT).decode("utf-8", "replace")
    _before, marker, rest = head.partition('targetNamespace="')
    return rest.partition('"')[0] if marker else ""
