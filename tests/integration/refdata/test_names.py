"""Names are found as people type them: accents, apostrophes and capitals do not matter."""

from __future__ import annotations

import pytest

from refdata import selectors
from refdata.models import Instrument
from tests.factories.refdata import InstrumentFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Hermès International", "hermes"),
        ("Hermès International", "HERMÈS"),
        ("Hermès International", "herme\u0300s"),
        ("L'Oréal", "l’oreal"),
        ("L’Oréal", "L'OREAL"),
        ("Münchener Rück", "munchener"),
        ("Łódź Bank", "lodz"),
        ("100 % Actions", "100 %"),
        ("Under_score", "under_"),
        ("ΑΛΦΑ ΒΑΝΚ", "ΒΑΝΚ"),
    ],
)
def test_a_name_is_found_however_it_is_typed(name: str, typed: str) -> None:
    made = InstrumentFactory.create(name=name)
    InstrumentFactory.create(name="Another one")

    assert list(Instrument.objects.filter(name__called=typed)) == [made]
    assert selectors.find_instruments(typed) == [made.pk]
