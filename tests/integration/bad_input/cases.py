"""Bad files: the door, what is sent, the status, and what the page must say.

What the page says is read as text: code, severity, line, column, message.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.integration.bad_input import files

Content = bytes | Callable[[], bytes]
Bad = tuple[str, Content, int, str]

EXECUTIONS: dict[str, Bad] = {
    "empty": ("executions", b"", 422, "The submitted file is empty."),
    "blank": ("executions", b" \n\n", 422, "FILE-001 Blocking File The file sent.csv is empty"),
    "a mark alone": (
        "executions", b"\xef\xbb\xbf", 422, "FILE-001 Blocking File The file sent.csv is empty",
    ),
    "a mark and a line end": (
        "executions", b"\xef\xbb\xbf\r\n", 422, "FILE-001 Blocking File The file sent.csv is empty",
    ),
    "wide blanks": (
        "executions", "\u00a0\u3000".encode(), 422, "FILE-001 Blocking File The file sent.csv is",
    ),
    "header line only": (
        "executions", ",".join(files.COLUMNS).encode(), 422,
        "FILE-009 Blocking 1 File The table has a header and no row",
    ),
    "negative quantity": (
        "executions", files.table(quantity="-5"), 200,
        "CAP-010 Blocking 2 quantity quantity must be greater than zero, not -5",
    ),
    "NaN": (
        "executions", files.table(price="NaN"), 200,
        "CAP-008 Blocking 2 price price is not a plain decimal number: NaN",
    ),
    "Infinity": (
        "executions", files.table(price="Infinity"), 200,
        "CAP-008 Blocking 2 price price is not a plain decimal number: Infinity",
    ),
    "1e400": (
        "executions", files.table(price="1e400"), 200,
        "CAP-008 Blocking 2 price price is not a plain decimal number: 1e400",
    ),
    "full-width digits": (
        "executions", files.table(quantity="１２"), 200,
        "CAP-008 Blocking 2 quantity quantity is not a plain decimal number: １２",
    ),
    "underscore in digits": (
        "executions", files.table(quantity="1_000"), 200,
        "CAP-008 Blocking 2 quantity quantity is not a plain decimal number: 1_000",
    ),
    "decimal comma under a declared point": (
        "executions", files.table(";", price="10,5"), 200,
        "CAP-008 Blocking 2 price price is not a plain decimal number: 10,5",
    ),
    "wrong check digit": (
        "executions", files.table(isin="FR0000120272"), 200,
        "CAP-014 Blocking 2 isin The check digit of ISIN FR0000120272 is wrong",
    ),
    "31 February": (
        "executions", files.table(traded_at="31/02/2026 10:00"), 200,
        "CAP-012 Blocking 2 traded_at traded at is not a date and time of the calendar: "
        "31/02/2026 10:00",
    ),
    "the year 9999": (
        "executions", files.table(traded_at="9999-12-31 10:00"), 200,
        "CAP-012 Blocking 2 traded_at traded at lies outside 1900 .. 2999: 9999-12-31",
    ),
    "zero-width space": (
        "executions", files.table(book="EQ-PAR\u200b-1"), 200,
        "CAP-015 Blocking 2 book book cannot be read: EQ-PAR\\u200b-1",
    ),
    "Cyrillic look-alike": (
        "executions", files.table(book="EQ-P\u0410R-1"), 200,
        "CAP-015 Blocking 2 book book cannot be read: EQ-P\u0410R-1",
    ),
    "formula": (
        "executions", files.table(book="=1+1"), 422,
        "FILE-012 Blocking 2 book =1+1 is a formula, not data",
    ),
    "Latin-1": (
        "executions", files.table(book="é").decode().encode("latin-1"), 422,
        "FILE-003 Blocking 2 50 Byte 0xE9 is not UTF-8",
    ),
    "NUL": (
        "executions", files.table(book="\0"), 422,
        "FILE-004 Blocking 2 50 A control character, U+0000, is in the text",
    ),
    "open quote": (
        "executions", files.table(book='"EQ'), 422,
        "FILE-005 Blocking 2 File The line cannot be cut into cells: a quotation mark is",
    ),
    "a cell too many": (
        "executions", files.table(book="a,b"), 422,
        "FILE-011 Blocking 2 File The line has 9 cells, the header has 8",
    ),
    "5,000 columns": (
        "executions", ",".join(f"c{n}" for n in range(5000)).encode() + b"\n1", 422,
        "FILE-006 Blocking 1 File The table has 5000 columns, the limit is 200",
    ),
    "a PDF called .csv": (
        "executions", files.PDF, 422,
        "FILE-013 Blocking 1 1 This is PDF, not a file of this kind",
    ),
    "XLSX: formula": (
        "executions", files.workbook('<row r="2"><c r="B2"><f>1+1</f><v>2</v></c></row>'), 422,
        "FILE-012 Blocking 2 B2 Cell B2 holds a formula, not data",
    ),
    "XLSX: the last cell there is": (
        "executions", files.workbook('<row r="7"><c r="XFD7"><v>1</v></c></row>'), 422,
        "FILE-032 Blocking 7 XFD7 Cell XFD7 lies outside 300001 rows x 200 columns",
    ),
    "XLSX: a row that is no number": (
        "executions", files.workbook('<row r="abc"><c><v>1</v></c></row>'), 422,
        "FILE-035 Blocking File Row abc is out of its place",
    ),
    "XLSX: NaN": (
        "executions", files.workbook('<row r="2"><c r="B2"><v>NaN</v></c></row>'), 422,
        "FILE-036 Blocking 2 B2 Cell B2 cannot be read: NaN",
    ),
    "XLSX: merged cells": (
        "executions", files.merged, 422, "FILE-007 Blocking 1 File Column 2 has no name",
    ),
    "XLSX: zip bomb": (
        "executions", files.zip_bomb, 422,
        "FILE-033 Blocking File The workbook unpacks to more than is accepted",
    ),
    "XLSX: XML bomb": (
        "executions", files.workbook(extra={"xl/styles.xml": files.XML_BOMB}), 422,
        "FILE-020 Blocking File A document type declaration is not accepted",
    ),
    "XLSX: cut off": (
        "executions", files.workbook()[:900], 422,
        "FILE-030 Blocking File The workbook is damaged or encrypted",
    ),
}  # fmt: skip

FIX: dict[str, Bad] = {
    "empty": ("fix", b"", 422, "The submitted file is empty."),
    "no message": ("fix", b"hello", 422, "The file holds no FIX message."),
    "a PDF": ("fix", files.PDF, 422, "FILE-013 Blocking 1 1 This is PDF"),
    "cut off": (
        "fix", files.fix()[:-8], 200,
        "FIX-003 Blocking 1 10 The message has no end: CheckSum (10) is missing",
    ),
    "negative quantity": (
        "fix", files.fix(t32="-5"), 200, "CAP-010 Blocking 1 32 quantity must be greater than zero",
    ),
    "NaN": ("fix", files.fix(t31="NaN"), 200, "CAP-008 Blocking 1 31 price is not a plain decimal"),
    "31 February": (
        "fix", files.fix(t60="20260231-10:00:00"), 200, "CAP-012 Blocking 1 60 traded at is not a",
    ),
    "the year 9999": (
        "fix", files.fix(t60="99991231-23:30:00"), 200, "CAP-012 Blocking 1 60 traded at lies",
    ),
    "a version without its zone": (
        "fix", files.fix(t20="2", t19="X", t52="2026-11-20T10:00:00"), 200,
        "CAP-009 Blocking 1 52 version lies outside",
    ),
    "NUL in the ExecID": (
        "fix", files.fix(t20="1", t19="X", t52="20261120-10:00:00", t17="A\0B"), 200,
        "CAP-015 Blocking 1 17 17 cannot be read: A\\x00B",
    ),
    "NUL in the sender": ("fix", files.fix(t49="A\0B"), 200, "CAP-015 Blocking 1 49"),
    "NUL in the target": ("fix", files.fix(t56="A\0B"), 200, "CAP-015 Blocking 1 56 56 cannot be"),
    "a target of 500 characters": (
        "fix", files.fix(t56="A" * 500), 200, "CAP-015 Blocking 1 56 56 cannot be read: AAA",
    ),
    "NUL in the symbol": ("fix", files.fix(t55="T\0TE"), 200, "CAP-015 Blocking 1 55 symbol"),
    "zero-width space in the target": (
        "fix", files.fix(t56="HOUSE\u200b"), 200,
        "CAP-015 Blocking 1 56 56 cannot be read: HOUSE\\u200b",
    ),
    "text turned around in the target": (
        "fix", files.fix(t56="\u202eESUOH"), 200, "56 cannot be read: \\u202eESUOH",
    ),
    "Cyrillic sender": (
        "fix", files.fix(t49="\u0411\u0420\u041e"), 200, "CAP-015 Blocking 1 49",
    ),
    "a sender that holds what joins the two": (
        "fix", files.fix(t49="A>B"), 200, "49 cannot be read: A>B",
    ),
    "zero-width space in the text": (
        "fix", files.fix(t58="pay\u200bpal"), 200, "CAP-015 Blocking 1 58 comment holds invisible",
    ),
}  # fmt: skip

REFERENCE: dict[str, tuple[str, bytes, str]] = {
    "empty": ("mic", b"", "The submitted file is empty."),
    "header line only": (
        "mic", files.MIC, "The file holds no record of its kind (ISO10383_MIC)",
    ),
    "Latin-1": (
        "mic", files.MIC + b"XPAR,XPAR,\xe9,ACTIVE\n",
        "Line 2, column 11: byte 0xe9 is not UTF-8",
    ),
    "NUL": (
        "mic", files.MIC + b"XPAR,XPAR,\0,ACTIVE\n",
        "Line 2, column 11: U+0000 is a control or invisible character",
    ),
    "XML bomb": ("mic", files.XML_BOMB, "A document type declaration is not accepted"),
    "a mark alone, mic": ("mic", b"\xef\xbb\xbf", "This cannot be done. The file is empty"),
    "a mark alone, lei": ("lei", b"\xef\xbb\xbf", "This cannot be done. The file is empty"),
    "a mark alone, ecb": ("ecb", b"\xef\xbb\xbf\r\n", "This cannot be done. The file is empty"),
    "a mark alone, prices": ("prices", b"\xef\xbb\xbf", "This cannot be done. The file is empty"),
    "5,000 digits": (
        "lei", b'{"data": ' + b"9" * 5000 + b"}", "A number has more than 40 digits: 999",
    ),
    "a key twice": (
        "lei", b'{"data": 1, "data": []}', "This cannot be done. data is given more than once: []",
    ),
    "a column twice": (
        "prices", b"ISIN,DAY,CLOSE,CLOSE\nFR0000120271,2026-11-18,1,2\n",
        "Line 1: column CLOSE is there twice",
    ),
    "a currency that is none": (
        "ecb", b"Date,QQQ\n2026-11-20,1.1\n", "Line 1: QQQ is not a currency",
    ),
    "a rate of the year 9999": (
        "ecb", b"Date,USD\n9999-12-31,1.1\n", "REF-043 Blocking 2 DATE 9999-12-31 lies outside",
    ),
    "a rate of 25 decimals": (
        "ecb", b"Date,USD\n2026-11-20,0.000000000000001\n", "REF-046 Blocking 2 USD",
    ),
    "11,000 rates that are none": (
        "ecb", b"Date,USD\n" + b"2026-11-20,x\n" * 11_000,
        "REF-036 Blocking File More than 10000 values cannot be read",
    ),
    "broken JSON": (
        "lei", b'{"data": [',
        "Line 1, column 11: the JSON is cut off here",
    ),
    "100,000 levels": ("lei", b"[" * 100_000, "The document is nested too deeply"),
    "another table": ("prices", b"a,b\n1,2\n", "Line 1: column ISIN is missing"),
    "NaN": ("ecb", b"Date,USD\n2026-11-20,NaN\n", "REF-003 Blocking 2 USD NaN is not a number"),
    "a workbook": ("prices", files.workbook(), "FILE-013 Blocking 1 1 This is ZIP"),
    "a PDF": ("firds", files.PDF, "FILE-013 Blocking 1 1 This is PDF"),
}  # fmt: skip
FEEDBACK: dict[str, tuple[bytes, str]] = {
    "XML bomb": (files.XML_BOMB, "A document type declaration is not accepted"),
    "cut off": (files.CAMT[:300], "Line 5, column 40: this is not well-formed XML"),
    "another message": (files.CAMT, "There is no status advice (auth.031.001.01) in this file"),
    "a PDF": (files.PDF, "Line 1, column 1: this is not well-formed XML"),
}
FRENCH: dict[str, tuple[str, bytes, dict[str, str], str]] = {
    "executions": (
        "executions", files.table(quantity="-5"), {},
        "Bloquante 2 quantity quantité : une valeur supérieure à zéro est attendue, et non -5",
    ),
    "formula": (
        "executions", files.table(book="=1+1"), {}, "=1+1 est une formule et non une donnée",
    ),
    "open quote": (
        "executions", files.table(book='"EQ'), {},
        "C’est impossible. La ligne ne peut être découpée en cellules : un guillemet n’est pas "
        "refermé ou se trouve dans une cellule, ou une cellule est trop longue",
    ),
    "a word after a quote": (
        "reference", b'isin,day,close\n"FR" X,1,2\n', {"kind": "prices"},
        "La ligne 2 ne peut être découpée en cellules : un guillemet n’est pas refermé",
    ),
    "XLSX: formula": (
        "executions", files.workbook('<row r="2"><c r="B2"><f>1+1</f><v>2</v></c></row>'), {},
        "une donnée : enregistrez le fichier avec les valeurs UNREADABLE_FILE",
    ),
    "XLSX: a row that is no number": (
        "executions", files.workbook('<row r="abc"><c><v>1</v></c></row>'), {},
        "La ligne abc n’est pas à sa place",
    ),
    "the year 9999": (
        "executions", files.table(traded_at="9999-12-31 10:00"), {},
        "est hors de 1900 .. 2999 : 9999-12-31",
    ),
    "an account of 500 characters": (
        "statement", files.MT940.replace(b":25:", b":25:" + b"A" * 500), {},
        "dépasse 40 caractères",
    ),
    "a column twice": (
        "reference", b"ISIN,DAY,CLOSE,CLOSE\nFR0000120271,2026-11-18,1,2\n", {"kind": "prices"},
        "Ligne 1 : la colonne CLOSE est présente deux fois",
    ),
    "a rate of the year 9999": (
        "reference", b"Date,USD\n9999-12-31,1.1\n2026-11-20,1\n", {"kind": "ecb"},
        "9999-12-31 est hors de 1900 .. 2999",
    ),
    "JSON cut off": (
        "reference", b'{"data": [', {"kind": "lei"},
        "Ligne 1, colonne 11 : le JSON s’arrête ici, incomplet",
    ),
    "statement": (
        "statement", files.MT940[:110], {}, "Le relevé est incomplet : le champ :62: manque",
    ),
    "reference": (
        "reference", b"a,b\n1,2\n", {"kind": "prices"}, "la colonne ISIN manque",
    ),
    "XML cut off": ("statement", files.CAMT[:300], {}, "5 Document Ce n’est pas un XML bien formé"),
    "feedback": ("feedback", files.CAMT, {}, "Ce fichier ne contient aucun accusé"),
    "size": (
        "fix", bytes(files.FIFTY_MEGABYTES), {}, "32 Mo au plus sont acceptés ici",
    ),
}  # fmt: skip
