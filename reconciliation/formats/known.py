"""Which format a file has, by its content and never by its name, and who reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from reconciliation.facts import StatementFile
from reconciliation.formats.bai2 import read_bai2
from reconciliation.formats.camt import read_camt
from reconciliation.formats.cfonb120 import read_cfonb120
from reconciliation.formats.mt940 import read_mt940
from reconciliation.formats.ofx import read_ofx
from reconciliation.states import FileFormat

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
STARTS: Final = ((OFX, FileFormat.OFX), (CFONB, FileFormat.CFONB), (BAI2, FileFormat.BAI2))
OF_CAMT: Final = {
    b"2": FileFormat.CAMT052,
    b"4": FileFormat.CAMT054,
    b"AcctRpt": FileFormat.CAMT052,
    b"DbtCdtNtfctn": FileFormat.CAMT054,
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
    for pattern, named in STARTS:
        if pattern.match(start):
            return named
    if start.startswith(b"<"):
        found = CAMT.search(head)
        return OF_CAMT[found[1] or found[2]] if found else FileFormat.CAMT053
    if MT940_START.search(head) or start.startswith(b"{1:") or MT940_REST.match(start):
        return _of_swift(head)
    return FileFormat.TABLE


def _of_swift(head: bytes) -> FileFormat:
    named = ENVELOPE.search(head)
    if named is not None:
        return FileFormat(f"MT{named[1].decode()}")
    return FileFormat.MT942 if INTRADAY.search(head) else FileFormat.MT940


def read_cash(file_format: str, content: bytes) -> StatementFile:
    """Return everything that a cash statement of this format gives; no content makes it raise."""
    return CASH_READERS[FileFormat(file_format)](content)
