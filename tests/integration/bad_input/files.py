"""Bad files, each with one thing wrong, and the good one that they were made from."""

from __future__ import annotations

import io
import zipfile

from tests.factories import workbooks

COLUMNS = ("source_reference", "isin", "side", "quantity", "price", "currency", "traded_at", "book")
GOOD = ("U-1", "FR0000120271", "BUY", "5", "10.5", "EUR", "2026-11-20 10:00", "EQ-PAR-1")
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"
FIFTY_MEGABYTES = 50 * 1024 * 1024

MT940 = b""":20:STARTUMSE
:25:FR7630004000031234567890143
:28C:00001/001
:60F:C261119EUR1000,00
:61:2611201120C10,00NTRFREF1//B1
:86:rent
:62F:C261120EUR1010,00
-
"""
CAMT = b"""<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Id>1</Id><Acct><Id><IBAN>FR7630004000031234567890143</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-19</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1010.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-20</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt><ValDt><Dt>2026-11-20</Dt></ValDt></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""
_LOLS = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
XML_BOMB = b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a0 "lol">' + _LOLS + b"]><x>&a9;</x>"
MIC = b"MIC,OPERATING MIC,MARKET NAME-INSTITUTION DESCRIPTION,STATUS\n"
CUSTODIAN = (
    b"Reference,ISIN,Side,Quantity,Price,Net amount,Currency,Trade date,Settlement date\n"
    b"C-1,FR0000120271,BUY,100,10,1000,EUR,2026-11-18,2026-11-20\n"
)
_SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
    '2006/main"><sheetData>{rows}</sheetData>{after}</worksheet>'
)


def table(delimiter: str = ",", end: str = "\n", **changes: str) -> bytes:
    """Return a CSV of one execution, with some cells changed."""
    row = dict(zip(COLUMNS, GOOD, strict=True)) | changes
    lines = (delimiter.join(COLUMNS), delimiter.join(row.values()), "")
    return end.join(lines).encode()


def fix(**changes: str) -> bytes:
    """Return a FIX log of one fill, with some tags changed: `fix(t32="-5")`."""
    tags = {"t35": "8", "t49": "BROKER", "t56": "HOUSE", "t17": "E1", "t150": "2", "t39": "2",
            "t20": "0", "t55": "TTE", "t54": "1", "t32": "5", "t31": "10", "t15": "EUR",
            "t60": "20261120-10:00:00"}  # fmt: skip
    body = "".join(f"{tag[1:]}={value}|" for tag, value in (tags | changes).items())
    return f"8=FIX.4.2|9={len(body)}|{body}10=000|\n".encode()


def workbook(rows: str = "", *, after: str = "", extra: dict[str, bytes] | None = None) -> bytes:
    """Return a real workbook whose only sheet is replaced."""
    original = workbooks.workbook(("a",), [("1",)])
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(original)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.namelist():
            is_sheet = member == "xl/worksheets/sheet1.xml"
            sheet = _SHEET.format(rows=rows, after=after).encode()
            if member not in (extra or {}):
                target.writestr(member, sheet if is_sheet else source.read(member))
        for member, content in (extra or {}).items():
            target.writestr(member, content)
    return out.getvalue()


def wrapped(times: int) -> bytes:
    """Return a document in the text of an envelope, in the text of an envelope, …"""
    text = "BkToCstmrStmt"
    for _level in range(times):
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        text = f"<a>{text}</a>"
    return text.encode()


def zip_bomb() -> bytes:
    """Return a workbook of a quarter of a megabyte that unpacks to a quarter of a gigabyte."""
    return workbook(extra={"xl/media/zeros.bin": bytes(250 * 1024 * 1024)})


def merged() -> bytes:
    """Return a workbook whose header has two cells merged: the second has no name."""
    cells = "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for letter, name in zip("ABCDEFGH", ("source_reference", "", *COLUMNS[2:]), strict=True)
        if name
    )
    row = "".join(
        f'<c r="{letter}2" t="inlineStr"><is><t>{value}</t></is></c>'
        for letter, value in zip("ABCDEFGH", GOOD, strict=True)
    )
    merge = '<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'
    return workbook(f'<row r="1">{cells}</row><row r="2">{row}</row>', after=merge)
