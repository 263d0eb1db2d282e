"""A table of cash comes in by its saved mapping, as a statement does."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from core import jobs
from reconciliation.models import ColumnMapping, MatchGroup, Statement, StatementFile
from tests.factories import refdata
from tests.integration.reconciliation.test_pages import signed_in
from tests.integration.reconciliation.test_upload import sent
from tests.integration.reconciliation.world import IBAN, account, trade

pytestmark = pytest.mark.django_db
TABLE = f"""IBAN;Devise;Date opération;Débit;Crédit;Solde;Référence
{IBAN};EUR;20/11/2026;1000,00;;9000,00;T000000001
"""
READ = {"sender": "BANK", "mapping_name": "Banque", "date_format": "%d/%m/%Y", "decimal_mark": ","}


def test_cash_is_mapped_once_seen_confirmed_and_matched(client: Client) -> None:
    refdata.PartyFactory(code="BANK", is_custodian=True)
    account()
    trade(1)
    signed_in(client)

    seen = sent(client, "banque.csv", TABLE.encode(), **READ)

    preview = seen.context["preview"]
    assert (list(preview.findings), preview.may_confirm) == ([], True)
    client.post(reverse("reconciliation:upload"), {"waiting": seen.context["waiting"]})
    jobs.run_pending()
    mapping = ColumnMapping.objects.get()
    assert (mapping.content, mapping.columns["debit"]) == ("CASH", "Débit")
    file = StatementFile.objects.get()
    assert (file.state, file.kind, file.declared_rows) == ("IMPORTED", "CASH", 1)
    held = Statement.objects.get()
    assert (held.opening, held.closing, held.account) == (10000, 9000, account())
    assert MatchGroup.objects.get().state == "CONFIRMED"

    page = client.get(reverse("reconciliation:mapping", args=[mapping.pk]))
    assert "Solde" in page.content.decode()
    again = sent(client, "demain.csv", TABLE.replace("9000,00", "8999,00").encode(),
                 mapping=str(mapping.pk))  # fmt: skip
    assert [found.code for found in again.context["preview"].findings] == ["STM-SUCCESSION"]
