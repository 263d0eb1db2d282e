"""Our loop over the cells of a list says what django_tables2 says of each, shown and exported."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Final

import django_tables2 as tables
import pytest
from django.template import Context, Template
from django.utils import translation

from core.pages import cells
from core.pages.columns import (
    AmountColumn,
    CodedColumn,
    DayColumn,
    MomentColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)
from trades.models import Trade
from trades.tables import SideColumn

CELL: Final = re.compile(r'<td class="[^"]*">(.*?)</td>')
MOMENT: Final = datetime(2026, 11, 3, 12, 30, tzinfo=UTC)


class TradesOfTest(tables.Table):
    reference = TextColumn(width=6)
    side = SideColumn()
    side_in_words = tables.Column(accessor="side")
    state = StatusColumn()
    quantity = QuantityColumn()
    net_amount = AmountColumn()
    trade_date = DayColumn()
    traded_at = MomentColumn()
    version_no = tables.Column()
    counted = tables.Column(accessor="version_no", empty_values=())
    instrument = TextColumn(accessor="instrument__name")
    name = tables.Column(accessor="book_code")

    def render_counted(self, record: Any, table: tables.Table) -> str:
        return f"{table.__class__.__name__} {record.version_no}"

    def value_counted(self, value: int) -> int:
        return value + 1


class ThingsOfTest(tables.Table):
    ours = QuantityColumn(accessor="counts__ours")
    at = tables.TimeColumn(format="H:i")
    is_live = tables.BooleanColumn(null=False)
    missing = tables.Column(accessor="nobody__name")


TRADES: Final = [
    Trade(reference="T000000001", side="BUY", state="VALIDATED", quantity=Decimal(1500),
          net_amount=Decimal("1234567.5000"), currency="EUR", trade_date=date(2026, 11, 3),
          traded_at=MOMENT, version_no=12345, book_code="<b>&"),
    Trade(reference="T2", side="SELL", state="ON_HOLD", quantity=Decimal("0.5"),
          net_amount=Decimal("-0.01"), currency="JPY", version_no=1, book_code="—"),
]  # fmt: skip
THINGS: Final = [SimpleNamespace(counts={"ours": 1200}, at=time(9, 5), is_live=True, nobody=None),
          SimpleNamespace(counts={}, at=None, is_live=None, nobody=None)]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "records"), [(TradesOfTest, TRADES), (ThingsOfTest, THINGS)], ids=["models", "others"]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_cells_say_what_the_library_says(
    kind: type[tables.Table], records: list[Any], language: str
) -> None:
    with translation.override(language):
        table = kind(records)
        expected = [[_written(cell) for cell in row] for row in kind(records).rows]

        found = list(cells.written(table, records))

    assert [record for record, _cells in found] == records
    assert [CELL.findall(said) for _record, said in found] == expected


@pytest.mark.parametrize(
    ("kind", "records"), [(TradesOfTest, TRADES), (ThingsOfTest, THINGS)], ids=["models", "others"]
)
def test_exports_hold_what_the_library_exports(
    kind: type[tables.Table], records: list[Any]
) -> None:
    names = list(kind.base_columns)
    expected = [[row.get_cell_value(name) for name in names] for row in kind(records).rows]

    coded = [isinstance(kind.base_columns[name], CodedColumn) for name in names]
    told = [
        [value for value, is_code in zip(row, _codes(coded), strict=True) if not is_code]
        for row in cells.values(kind(records), names)
    ]
    assert told == expected


def _codes(coded: list[bool]) -> list[bool]:
    """Return which exported columns hold the codes of the one before."""
    return [is_code for has_code in coded for is_code in ([False, True] if has_code else [False])]


def test_codes_stand_beside_their_words_under_a_name_of_no_language() -> None:
    columns = [("reference", "Référence"), ("side", "Sens"), ("state", "État")]

    headings = cells.headings(TradesOfTest, columns)
    with translation.override("fr"):
        first, *_others = cells.values(TradesOfTest(TRADES), [name for name, _label in columns])

    assert headings == ["Référence", "Sens", "side", "État", "state"]
    assert first == ["T000000001", "Achat", "BUY", "Validée", "VALIDATED"]


def test_a_cell_carries_the_class_of_its_column_and_no_mark_of_its_text() -> None:
    ((_record, said),) = cells.written(TradesOfTest([]), TRADES[:1])

    assert '<td class="num">1,500</td>' in said
    assert '<td class="">&lt;b&gt;&amp;</td>' in said


def test_an_empty_list_has_no_cells() -> None:
    assert list(cells.written(TradesOfTest([]), [])) == []


def _written(cell: Any) -> str:
    """What a template makes of a cell of the library; its dash is our nothing."""
    return "" if cell == cells.NOTHING else Template("{{ cell }}").render(Context({"cell": cell}))
