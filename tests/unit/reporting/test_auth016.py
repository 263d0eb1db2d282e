from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from reporting.facts import (
    CancellationFacts,
    Decider,
    DeciderKind,
    PriceKind,
    QuantityKind,
    ReportedPrice,
    ReportedQuantity,
    TransactionFacts,
)
from reporting.formats import auth016, schemas
from tests.unit.reporting.samples import (
    ENVELOPE,
    FIRM,
    INTC,
    LEI_BANK,
    SHARE,
    person,
    replace,
    report,
    schema_directory,
)

BOND = report(
    transaction_id="B1V1",
    quantity=ReportedQuantity(QuantityKind.NOMINAL, Decimal("1000.0000"), "EUR"),
    price=ReportedPrice(PriceKind.PERCENT, Decimal("101.5000000000")),
    net_amount=Decimal("1015.50"),
)
OPTION = report(
    transaction_id="O1V1", isin="", instrument=SHARE, venue="XXXX", membership_country=""
)
EVERYTHING = report(
    transaction_id="E1V1",
    buyers=(
        person(first_names="Jean & <fils>", surname='"Dupont"'),
        replace(LEI_BANK, branch_country="DE"),
    ),
    buyer_deciders=(LEI_BANK, person()),
    sellers=(INTC,),
    capacity="AOTC",
    venue_transaction_id="VENUE1",
    is_transmitted=True,
    transmitting_buyer=FIRM,
    transmitting_seller=FIRM,
    notional_change="INCR",
    price=ReportedPrice(PriceKind.MONETARY, Decimal("-1.25"), "EUR"),
    up_front_amount=Decimal(-7),
    up_front_currency="EUR",
    package_id="PACK1",
    investment_decider=Decider(DeciderKind.ALGO, "ALGO7"),
    executing_person=Decider(DeciderKind.NO_REASON),
    waivers=("SIZE", "RFPT"),
    short_selling="SESH",
    post_trade_flags=("LRGS", "BENC"),
    is_risk_reducing=False,
)
PENDING = report(
    transaction_id="P1V1",
    price=ReportedPrice(PriceKind.PENDING, currency="EUR"),
    instrument=replace(
        SHARE,
        maturity_date=date(2030, 1, 1),
        second_currency="USD",
        strike=ReportedPrice(PriceKind.PENDING),
    ),
)
CANCEL = CancellationFacts("T0V1", FIRM, FIRM)
RECORDS: list[TransactionFacts | CancellationFacts] = [
    CANCEL,
    report(),
    BOND,
    OPTION,
    EVERYTHING,
    PENDING,
]


def write(*records: TransactionFacts | CancellationFacts) -> bytes:
    return b"".join(auth016.stream_file(ENVELOPE, records))


def test_the_file_is_valid_against_the_official_schemas() -> None:
    schema = schemas.load_schema(schema_directory())

    verdict = schemas.validate(write(*RECORDS), schema)

    assert verdict == schemas.SchemaVerdict(is_valid=True, records=len(RECORDS))


@pytest.mark.parametrize(
    ("case", "record"),
    [
        ("capacity", report(capacity="XXXX")),
        ("reference", report(transaction_id="T-1")),
        ("quantity zero", report(quantity=ReportedQuantity(QuantityKind.UNIT, Decimal(0)))),
        ("nobody sells", report(sellers=())),
    ],
)
def test_the_schema_refuses_and_the_record_is_named(case: str, record: TransactionFacts) -> None:
    schema = schemas.load_schema(schema_directory())

    verdict = schemas.validate(write(report(), record), schema)

    assert not verdict.is_valid, case
    assert verdict.messages[0].startswith(f"{record.transaction_id}: "), verdict.messages


def test_the_public_sample_is_valid_and_ours_says_the_same_in_the_same_words() -> None:
    directory = schema_directory()
    sample = next(directory.rglob("samples/out.xml"))
    schema = schemas.load_schema(directory)

    verdict = schemas.validate(sample.read_bytes(), schema)

    assert (verdict.is_valid, verdict.records) == (True, 2)


def test_escaping_survives_the_round_trip() -> None:
    tree = etree.fromstring(write(EVERYTHING))

    assert tree.findtext(".//{*}FrstNm") == "Jean & <fils>"
    assert tree.findtext(".//{*}Nm") == '"Dupont"'


@pytest.mark.parametrize("name", ["line\nfeed", "\x00", "right\u202eleft", "\ud800"])
def test_unwritable_text_is_refused(name: str) -> None:
    with pytest.raises(auth016.UnwritableText):
        write(report(buyers=(person(surname=name),)))


def test_same_facts_same_bytes() -> None:
    assert write(*RECORDS) == write(*RECORDS)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("101.5000000000", "101.5"),
        ("1E+3", "1000"),
        ("100", "100"),
        ("0.10", "0.1"),
        ("0E-10", "0"),
    ],
)
def test_number(value: str, written: str) -> None:
    assert auth016.number(Decimal(value)) == written


def test_missing_schemas_are_named(tmp_path: Path) -> None:
    assert [needed.name for needed in schemas.missing_schemas(tmp_path)] == [
        "head.003.001.01",
        "head.001.001.01",
        "auth.016.001.01",
    ]
    assert schemas.missing_schemas(None)
    assert not schemas.missing_schemas(schema_directory())
    assert all(status.path for status in schemas.schema_status(schema_directory()))
