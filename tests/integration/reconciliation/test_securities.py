"""Holdings and movements of securities: kept whole or not at all, and shown."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from reconciliation.models import SecurityLine, Statement
from refdata.models import Account
from tests.factories import refdata
from tests.integration.reconciliation.test_pages import signed_in
from tests.integration.reconciliation.test_upload import sent
from tests.integration.reconciliation.world import taken_in
from tests.unit.reconciliation.securities_files import MT535, MT536, SEMT002, SEMT017

pytestmark = pytest.mark.django_db


def safekeeping() -> Account:
    return Account.objects.create(
        code="SAFE-1", name="Securities", kind="SECURITIES", number="12345678",
        custodian=refdata.PartyFactory(code="CACE"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind", "quantities"),
    [
        (MT535, "STOCK", [1000, -50]),
        (SEMT002, "STOCK", [1000, -50]),
        (MT536, "MOVES", [100, -30]),
        (SEMT017, "MOVES", [100, -30]),
    ],
)
def test_securities_are_kept_and_shown(
    client: Client, text: str, kind: str, quantities: list[int]
) -> None:
    account = safekeeping()
    signed_in(client)
    shown = sent(client, "securities.txt", text.encode())
    assert shown.context["preview"].findings == ()
    assert shown.context["preview"].rows_total == 2

    file = taken_in(text.encode(), name="securities.fin" if "16R" in text else "securities.xml")

    assert (file.state, file.kind, file.declared_rows) == ("IMPORTED", kind, 2)
    assert list(SecurityLine.objects.order_by("n").values_list("quantity", flat=True)) == quantities
    assert Statement.objects.get().account == account
    page = client.get(file.get_absolute_url())
    assert b"FR0000131104" in page.content
    assert b"SAFE-1" in page.content


def test_a_page_that_lacks_is_quarantined_without_a_line() -> None:
    file = taken_in(MT535.replace("1/ONLY", "1/MORE").encode(), name="securities.fin")

    assert (file.state, file.findings[0]["code"]) == ("QUARANTINED", "SEC-PAGE")
    assert not SecurityLine.objects.exists()


def test_database_refuses_no_number_around_the_orm() -> None:
    taken_in(MT535.encode(), name="securities.fin")
    columns = "source_id, statement_id, line, account_number, isin, name, quantity_type, currency"
    more = "reference, their_reference"

    with (
        pytest.raises(IntegrityError, match="security_line_numbers"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"INSERT INTO reconciliation_securityline ({columns}, {more}, n, quantity)"
            f" SELECT {columns}, {more}, 9, 'NaN' FROM reconciliation_securityline LIMIT 1"
        )
