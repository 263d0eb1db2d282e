"""What is odd about the accounts of settlement instructions, found for many at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from refdata import selectors
from refdata.models import Party, SettlementInstruction
from tests.factories.refdata import PartyFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 18, 10, tzinfo=UTC)
IBAN = "FR7630006000011234567890189"
NEARLY = "FR9530006000011234567891089"


def instruction(party: Party, number: str, **terms: Any) -> SettlementInstruction:
    made: dict[str, Any] = {
        "place_of_settlement": "SICVFRPPXXX", "agent_bic": "BNPAFRPPXXX", "state": "APPROVED",
        "valid_from": date(2026, 1, 1), "valid_to": date(2026, 6, 30), "proposed_by": "ann",
        "proposed_at": AT, "decided_by": "ben", "decided_at": AT,
    }  # fmt: skip
    return SettlementInstruction.objects.create(
        party=party, account_number=number, **(made | terms)
    )


def test_signs_of_accounts() -> None:
    acme, other = PartyFactory(code="ACME"), PartyFactory(code="OTHER")
    honest = instruction(acme, IBAN)
    turned = instruction(other, NEARLY)
    shared = instruction(other, "SHARED-1", currency="EUR")
    owner = instruction(acme, "SHARED-1", currency="USD")
    refused = instruction(PartyFactory(code="FRAUD"), "FR7630006000011234567890198",
                          state="REFUSED")  # fmt: skip
    changed = instruction(
        acme, "FR7630006000011234567890198", replaces=honest, valid_from=date(2026, 7, 1),
        valid_to=None,
    )  # fmt: skip

    signs = selectors.account_signs([turned.pk, shared.pk, owner.pk, changed.pk])

    assert (signs[turned.pk].alike, signs[turned.pk].same) == (f"ACME {IBAN}", False)
    assert (signs[shared.pk].alike, signs[shared.pk].same) == ("ACME SHARED-1", True)
    assert signs[owner.pk].same
    assert signs[changed.pk].alike == f"ACME {IBAN}"
    assert (signs[changed.pk].changed_on, signs[changed.pk].changed_by) == (AT.date(), "ann, ben")
    assert signs[turned.pk].changed_on is None
    assert refused.pk not in signs


def test_one_statement_whatever_their_number() -> None:
    party = PartyFactory(code="ACME")
    ids = [
        instruction(party, f"ACCOUNT-{n:04d}", currency=f"X{chr(65 + n // 26)}{chr(65 + n % 26)}")
        for n in range(40)
    ]

    with CaptureQueriesContext(connection) as queries:
        signs = selectors.account_signs([one.pk for one in ids])

    assert len(queries) == 1
    assert not [one for one in signs.values() if one.alike]
