"""Bad statements, one row each: see `cases.py` for what a row holds."""

from __future__ import annotations

from tests.integration.bad_input import files
from tests.integration.bad_input.cases import Bad

STATEMENTS: dict[str, Bad] = {
    "zero-width space in :20:": (
        "statement", files.MT940.replace(b"STARTUMSE", "START\u200bUMSE".encode()), 200,
        "MT940-NAME Blocking 1 :20: A name is not what it looks like: U+200B",
    ),
    "zero-width space in the account of an MT940": (
        "statement", files.MT940.replace(b":25:FR", ":25:FR\u200b".encode()), 200,
        "MT940-NAME Blocking 1 :25:",
    ),
    "look-alike letter in a reference of an MT940": (
        "statement", files.MT940.replace(b"NTRFREF1", "NTRFR\u0415F1".encode()), 200,
        "MT940-NAME Blocking 5 :61:",
    ),
    "zero-width space in the account of a camt.053": (
        "statement", files.CAMT.replace(b"<IBAN>FR", "<IBAN>FR\u200b".encode()), 200,
        "CAMT-NAME Blocking 2 Acct A name is not what it looks like: U+200B",
    ),
    "text turned around in the id of a camt.053": (
        "statement", files.CAMT.replace(b"<Id>1</Id>", "<Id>\u202e1</Id>".encode()), 200,
        "CAMT-NAME Blocking 2 Id A name is not what it looks like: U+202E",
    ),
    "empty": ("statement", b"", 422, "The submitted file is empty."),
    "truncated MT940": (
        "statement", files.MT940[:110], 200,
        "MT940-INCOMPLETE Blocking 1 :62: The statement is incomplete: field :62: is missing, "
        "it stops at line 5",
    ),
    "MT940: balance that does not prove": (
        "statement", files.MT940.replace(b"1010,00", b"1011,00"), 200,
        "MT940-PROOF Blocking 7 :62: Opening balance plus lines is 1010.00, the closing balance "
        "says 1011.00",
    ),
    "MT940: 31 February": (
        "statement", files.MT940.replace(b":61:261120", b":61:260231"), 200,
        "MT940-DATE Blocking 5 :61: 260231 is not a date (YYMMDD)",
    ),
    "MT940: full-width digits": (
        "statement", files.MT940.replace(b"C10,00", "C１０,00".encode()), 200,
        "MT940-LINE Blocking 5 :61: A statement line reads",
    ),
    "MT940: NUL": (
        "statement", files.MT940.replace(b"rent", b"re\0nt"), 200,
        "MT940-CONTROL Blocking 6 :86: A control character, U+0000, is in the text",
    ),
    "MT940: NUL in a block": (
        "statement", files.MT940.replace(b"rent", b"rent\n{\0abc"), 200,
        "MT940-CONTROL Blocking 5 :61: A control character, U+0000, is in the text",
    ),
    "MT940: an account of 500 characters": (
        "statement", files.MT940.replace(b":25:", b":25:" + b"A" * 500), 200,
        "MT940-LENGTH Blocking 1 :25: AAAA",
    ),
    "MT940: 500,000 lines of one text": (
        "statement", files.MT940.replace(b"rent", b"rent" + b"\nx" * 500_000 + b"\0x"), 200,
        "MT940-CONTROL Blocking",
    ),
    "MT940: 300,000 lines that are none": (
        "statement", files.MT940.replace(b":86:rent\n", b":61:\n" * 300_000), 200,
        "MT940-LINE Blocking 6 :61: A statement line reads",
    ),
    "camt.053: wrapped 900 times": (
        "statement", files.wrapped(900), 200,
        "CAMT-EMPTY Blocking 1 BkToCstmrStmt The file holds no bank statement",
    ),
    "camt.053: the year 1": (
        "statement", files.CAMT.replace(b"<ValDt><Dt>2026-11-20", b"<ValDt><Dt>0001-01-01"), 200,
        "CAMT-DATE Blocking 9 ValDt 0001-01-01 is not a date",
    ),
    "camt.053: four letters of currency": (
        "statement", files.CAMT.replace(b'"EUR"', b'"EURO"'), 200,
        "CAMT-CURRENCY Blocking 2 Amt EURO is not a currency: expected three capital letters",
    ),
    "camt.053: no currency": (
        "statement", files.CAMT.replace(b'"EUR"', b'""'), 200,
        "CAMT-CURRENCY Blocking 2 Amt The currency is missing",
    ),
    "camt.053: a reference of 500 characters": (
        "statement", files.CAMT.replace(b"<Id>1<", b"<Id>" + b"R" * 500 + b"<"), 200,
        "CAMT-LENGTH Blocking 2 Id RRRR",
    ),
    "camt.053: 24 digits": (
        "statement", files.CAMT.replace(b">1000.00<", b">" + b"9" * 24 + b"<"), 200,
        "CAMT-AMOUNT Blocking",
    ),
    "camt.053: cut off": (
        "statement", files.CAMT[:300], 200,
        "CAMT-XML Blocking 5 Document This is not well-formed XML",
    ),
    "camt.053: XML bomb": (
        "statement", files.XML_BOMB, 200,
        "CAMT-DTD Blocking 2 x A document type declaration is not accepted",
    ),
    "camt.053: 100,000 levels": (
        "statement", b"<a>" * 100_000, 200, "CAMT-XML Blocking 1 Document This is not well-formed",
    ),
    "camt.053: NaN": (
        "statement", files.CAMT.replace(b">10.00<", b">NaN<"), 200,
        "CAMT-AMOUNT Blocking 8 Amt NaN is not an amount",
    ),
    "camt.053: 1e400": (
        "statement", files.CAMT.replace(b">10.00<", b">1e400<"), 200,
        "CAMT-AMOUNT Blocking 8 Amt 1e400 is not an amount",
    ),
    "camt.053: 31 February": (
        "statement", files.CAMT.replace(b"<ValDt><Dt>2026-11-20", b"<ValDt><Dt>2026-02-31"), 200,
        "CAMT-DATE Blocking 9 ValDt 2026-02-31 is not a date",
    ),
    "custodian table: no sender": (
        "statement", files.CUSTODIAN, 200,
        "TAB-SENDER Blocking 1 Sender Choose a saved mapping, or the sender of this table",
    ),
    "custodian table: negative quantity": (
        "statement", files.CUSTODIAN.replace(b",100,", b",-100,"), 200,
        "TAB-VALUE Blocking 2 Quantity -100 cannot be read: expected a number above zero",
    ),
    "custodian table: 31 February": (
        "statement", files.CUSTODIAN.replace(b"2026-11-18", b"2026-02-31"), 200,
        "TAB-VALUE Blocking 2 Trade date 2026-02-31 cannot be read",
    ),
    "custodian table: the year 9999": (
        "statement", files.CUSTODIAN.replace(b"2026-11-18", b"9999-12-31"), 200,
        "TAB-VALUE Blocking 2 Trade date 9999-12-31 cannot be read: expected 1900 .. 2999",
    ),
    "custodian table: eleven decimals": (
        "statement", files.CUSTODIAN.replace(b",10,", b",10.12345678901,"), 200,
        "TAB-VALUE Blocking 2 Price 10.12345678901 cannot be read: expected fewer digits",
    ),
    "a mark alone": (
        "statement", b"\xef\xbb\xbf", 422, "FILE-001 Blocking File The file sent.csv is empty",
    ),
    "custodian table: wrong check digit": (
        "statement", files.CUSTODIAN.replace(b"FR0000120271", b"FR0000120272"), 200,
        "TAB-VALUE Blocking 2 ISIN FR0000120272 cannot be read: expected an ISIN with a right",
    ),
    "custodian table: formula": (
        "statement", files.CUSTODIAN.replace(b"C-1", b"=1+1"), 422,
        "FILE-012 Blocking 2 Reference =1+1 is a formula, not data",
    ),
    "custodian table: zip bomb": ("statement", files.zip_bomb, 422, "FILE-033 Blocking File"),
    "a PDF": ("statement", files.PDF, 422, "FILE-013 Blocking 1 1 This is PDF"),
}  # fmt: skip
