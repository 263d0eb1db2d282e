"""Which format a file has, by its content and never by its name, and who reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from reconciliation.facts import SecuritiesFile, StatementFile
from reconciliation.formats.bai2 import read_bai2
from reconciliation.formats.camt import read_camt
from reconciliation.formats.cfonb120 import read_cfonb120
from reconciliation.formats.mt53x import read_mt53x
from reconciliation.formats.mt940 import read_mt940
from reconciliation.formats.ofx import read_ofx
from reconciliation.formats.semt import read_semt
from reconciliation.states import Content, FileFormat

HEAD: Final = 65_536
MT940_START: Final = re.compile(rb"(^|[\r\n@}]):20:")
MT940_REST: Final = re.compile(rb":(?:25P?|28C?|60[FM]|61|62[FM]|86|NS):")
"""How a statement begins whose head was cut off."""
ENVELOPE: Final = re.compile(rb"\{2:[IO](942|950)")
INTRADAY: Final = re.compile(rb"[\r\n@]:(?:34F|90[CD]):")
CAMT: Final = re.compile(rb"camt\.05([24])\.001|<(?:\w+:)?BkToCstmr(AcctRpt|DbtCdtNtfctn)")
OFX: Final = re.compile(rb"(?:[^<]|<[?!])*?(?:OFXHEADER\s*[:=]|<OFX\s*>)", re.IGNORECASE)
CFONB: Final = re.compile(rb"0[1457]\d{5}[0-9A-Z ]{4}\d{5}")
BAI2: Final = re.compile(rb"0?1,[^,\r\n]*,[^,\r\n]*,\d{6},")
MT53X: Final = re.compile(rb"\{2:[IO](535|536)|:69[AB]::STAT//")
SEQUENCE: Final = re.compile(rb"(^|[\r\n@}]):16R:GENL")
SEMT: Final = re.compile(rb"semt\.0(02|17)\.001|<(?:\w+:)?Scties(BalCtdyRpt|TxPstngRpt)")
STARTS: Final = ((OFX, FileFormat.OFX), (CFONB, FileFormat.CFONB), (BAI2, FileFormat.BAI2))
OF_CAMT: Final = {
    b"2": FileFormat.CAMT052,
    b"4": FileFormat.CAMT054,
    b"AcctRpt": FileFormat.CAMT052,
    b"DbtCdtNtfctn": FileFormat.CAMT054,
}
OF_SEMT: Final = {
    b"02": FileFormat.SEMT002,
    b"17": FileFormat.SEMT017,
    b"BalCtdyRpt": FileFormat.SEMT002,
    b"TxPstngRpt": FileFormat.SEMT017,
}
SECURITIES_READERS: Final[Mapping[FileFormat, Callable[[bytes], SecuritiesFile]]] = {
    FileFormat.MT535: read_mt53x,
    FileFormat.MT536: read_mt53x,
    FileFormat.SEMT002: read_semt,
    FileFormat.SEMT017: read_semt,
}
CONTENTS: Final[Mapping[FileFormat, Content]] = {
    FileFormat.MT535: Content.STOCK,
    FileFormat.MT536: Content.MOVES,
    FileFormat.SEMT002: Content.STOCK,
    FileFormat.SEMT017: Content.MOVES,
}
CASH_READERS: Final[Mapping[FileFormat, Callable[[bytes], StatementFile]]] = {
    FileFormat.MT940: read_mt940,
    FileFormat.MT942: read_mt940,
    FileFormat.MT950: read_mt940,
    FileFormat.CAMT052: read_camt,
    FileFormat.CAMT053: read_camt,
    FileFormat.CAMT054: read_camt,
    FileFormat.CFONB: read_cfonb120,
    FileFormat.OFX: read_ofx,
    FileFormat.BAI2: read_bai2,
}


def format_of(content: bytes) -> FileFormat:
    """Tell the format from the content, never from the name.

    A file may hold messages of several formats of one family: it is named by what tells most.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content[: 2 * HEAD].decode("utf-16", "replace").encode("utf-8", "replace")
    head = content[:HEAD]
    start = head[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    for pattern, kind in STARTS:
        if pattern.match(start):
            return kind
    if start.startswith(b"<"):
        return _of_xml(head)
    if SEQUENCE.search(head):
        named = MT53X.search(head)
        is_moves = named is not None and named[1] != b"535"
        return FileFormat.MT536 if is_moves else FileFormat.MT535
    if MT940_START.search(head) or start.startswith(b"{1:") or MT940_REST.match(start):
        return _of_swift(head)
    return FileFormat.TABLE


def _of_xml(head: bytes) -> FileFormat:
    found = SEMT.search(head)
    if found is not None:
        return OF_SEMT[found[1] or found[2]]
    found = CAMT.search(head)
    return OF_CAMT[found[1] or found[2]] if found else FileFormat.CAMT053


def _of_swift(head: bytes) -> FileFormat:
    named = ENVELOPE.search(head)
    if named is not None:
        return FileFormat(f"MT{named[1].decode()}")
    return FileFormat.MT942 if INTRADAY.search(head) else FileFormat.MT940


def read_cash(file_format: str, content: bytes) -> StatementFile:
    """Return everything that a cash statement of this format gives; no content makes it raise."""
    return CASH_READERS[FileFormat(file_format)](content)


def read_securities(file_format: str, content: bytes) -> SecuritiesFile:
    """Return every page that a statement of securities gives; no content makes it raise."""
    return SECURITIES_READERS[FileFormat(file_format)](content)


def content_of(file_format: FileFormat) -> Content:
    """Return what a file of this format holds; a table holds what its mapping says."""
    return CONTENTS.get(file_format, Content.CASH)
