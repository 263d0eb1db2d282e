"""Pages of the reference data: every list and record opens; uploads, edits and decisions work."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core import jobs
from core.models import Job, RoleAction, RoleGrant, User
from core.role_matrix import MATRIX
from core.roles import Role
from refdata import demo, models
from refdata.urls import urlpatterns
from tests.factories import refdata as factories
from tests.factories import static_data

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LISTS = [
    "instruments",
    "parties",
    "instructions",
    "accounts",
    "books",
    "desks",
    "traders",
    "venues",
    "calendars",
    "cycles",
    "currencies",
    "prices",
    "rates",
    "listings",
    "imports",
]
RECORDS = {
    "instrument": models.Instrument,
    "party": models.Party,
    "instruction": models.SettlementInstruction,
    "account": models.Account,
    "book": models.Book,
    "desk": models.Desk,
    "trader": models.Trader,
    "venue": models.Venue,
    "calendar": models.Calendar,
    "currency": models.Currency,
}


def signed_in(name: str, role: Role) -> Client:
    user = User.objects.create_user(username=name, password="secret")
    RoleGrant.objects.create(user=user, role=role)
    for action in MATRIX[role]:
        RoleAction.objects.get_or_create(role=role, action=action)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def agent() -> Client:
    return signed_in("agent", Role.AGENT)


@pytest.fixture
def supervisor() -> Client:
    return signed_in("supervisor", Role.SUPERVISOR)


@pytest.fixture
def _world() -> None:
    demo.seed(business_date=date(2026, 11, 20), at=AT)


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.usefixtures("_world")
def test_every_list_and_record_opens_in_both_languages(agent: Client) -> None:
    assert "Instruments" in text(agent.get(reverse("refdata:home")))
    for language in ("en", "fr"):
        for name in LISTS:
            page = agent.get(reverse(f"refdata:{name}"), headers={"accept-language": language})
            assert page.status_code == 200, name
        for name, model in RECORDS.items():
            record = model.objects.order_by("pk").first()
            assert record is not None
            page = agent.get(record.get_absolute_url(), headers={"accept-language": language})
            assert page.status_code == 200, name


@pytest.mark.usefixtures("_world")
def test_every_form_opens_and_every_list_can_be_searched_and_exported(agent: Client) -> None:
    for name in ("instrument", "party", "account", "book", "desk", "trader"):
        record = RECORDS[name].objects.order_by("pk").first()
        assert record is not None
        assert agent.get(reverse(f"refdata:{name}_new")).status_code == 200, name
        assert agent.get(reverse(f"refdata:{name}_edit", args=[record.pk])).status_code == 200
    for name in LISTS:
        assert agent.get(reverse(f"refdata:{name}"), {"q": "bnp"}).status_code == 200, name
        assert agent.get(reverse(f"refdata:{name}"), {"export": "csv"}).status_code == 200, name
    found = text(agent.get(reverse("refdata:parties"), {"q": "R0MUWSFPU8MPRO8K5P83"}))
    assert "BNP Paribas" in found
    assert "Commerzbank" not in found


def test_a_stranger_sees_nothing(client: Client) -> None:
    for pattern in urlpatterns:
        if "<" not in str(pattern.pattern) and "(" not in str(pattern.pattern):
            page = client.get(reverse(f"refdata:{pattern.name}"))
            assert page.status_code == 302, pattern.name
            assert "sign-in" in page.url


@pytest.mark.usefixtures("_world")
def test_lists_take_a_fixed_number_of_queries(
    agent: Client, django_assert_max_num_queries: Any
) -> None:
    for name in LISTS:
        agent.get(reverse(f"refdata:{name}"))
        with django_assert_max_num_queries(14):
            agent.get(reverse(f"refdata:{name}"))


def test_a_filter_that_is_left_open_says_so(agent: Client) -> None:
    page = text(agent.get(reverse("refdata:parties"), headers={"accept-language": "fr"}))
    books = text(agent.get(reverse("refdata:books")))

    assert '<option value="" selected>Indifférent</option>' in page
    assert '<option value="" selected>Any</option>' in books


def test_a_file_is_shown_then_loaded_by_a_job(agent: Client) -> None:
    factories.InstrumentFactory.create(isin="FR0000120271")
    content = b"isin,day,close\nFR0000120271,2026-11-19,55.12\nFR0000120272,2026-11-19,1\n"
    address = reverse("refdata:import_new")

    shown = agent.post(
        address, {"kind": "prices", "file": SimpleUploadedFile("closes.csv", content)}
    )
    assert "REF-009" in text(shown)
    assert '<th scope="col" class="num">Close</th>' in text(shown)
    assert not models.Price.objects.exists()
    waiting = shown.context["waiting"]
    confirmed = agent.post(address, {"waiting": waiting})
    job = Job.objects.get(kind="refdata.load_file")
    assert confirmed.url == reverse("core:job", args=[job.pk])
    jobs.run_pending()
    done = text(agent.get(confirmed.url, headers={"accept-language": "fr"}))
    assert "<dt>Cours nouveaux</dt><dd>1</dd>" in done
    assert ">Cours de clôture</dd>" in done

    assert models.Price.objects.count() == 1
    loaded = models.FileImport.objects.get()
    assert (loaded.imported_by, loaded.bad_rows) == ("agent", 1)
    assert "FR0000120272" in text(agent.get(loaded.get_absolute_url()))
    again = agent.post(
        address, {"kind": "prices", "file": SimpleUploadedFile("closes.csv", content)}
    )
    assert again.status_code == 422
    assert "FILE_ALREADY_LOADED" in text(again)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "empty"), (b"<x", "Line 1"), (b"isin,day\n", "CLOSE is missing")],
)
def test_a_bad_file_is_a_message_and_not_an_error(
    agent: Client, content: bytes, message: str
) -> None:
    kind = "mic" if content.startswith(b"<") else "prices"

    shown = agent.post(
        reverse("refdata:import_new"), {"kind": kind, "file": SimpleUploadedFile("f", content)}
    )

    assert shown.status_code == 422
    assert message in text(shown)
    assert not Job.objects.exists()


@pytest.mark.usefixtures("_world")
def test_a_change_of_instruction_is_proposed_seen_and_approved(
    agent: Client, supervisor: Client
) -> None:
    pending = models.SettlementInstruction.objects.get(state="PENDING")
    page = supervisor.get(pending.get_absolute_url())
    assert "00099EUR02" in text(page)
    assert page.context["differences"]
    models.SettlementInstruction.objects.filter(pk=pending.pk).update(valid_from=date(2026, 11, 27))
    page = supervisor.get(pending.get_absolute_url())

    decided = supervisor.post(
        reverse("refdata:instruction_decide", args=[pending.pk, "approve"]),
        {"seen": page.context["seen"]},
    )

    assert decided.status_code == 302
    pending.refresh_from_db()
    assert (pending.state, pending.decided_by) == ("APPROVED", "supervisor")
    forbidden = agent.post(
        reverse("refdata:instruction_decide", args=[pending.pk, "approve"]), {"seen": "x"}
    )
    assert forbidden.status_code == 403


@pytest.mark.usefixtures("_world")
def test_an_agent_proposes_and_cannot_decide(agent: Client) -> None:
    party = models.Party.objects.get(code="SOGE")
    fields = {
        "party": party.pk,
        "currency": "CHF",
        "place_of_settlement": "INSECHZZ",
        "agent_bic": "UBSWCHZH",
        "account_number": "CH-778",
        "valid_from": "2026-12-01",
        "why": "letter of 18 November",
    }
    wrong = agent.post(reverse("refdata:instruction_new"), fields | {"agent_bic": "NOBIC"})
    assert wrong.status_code == 422

    agent.post(reverse("refdata:instruction_new"), fields)

    proposed = models.SettlementInstruction.objects.get(currency="CHF")
    assert (proposed.state, proposed.proposed_by) == ("PENDING", "agent")
    assert "somebody else must decide" in text(
        agent.get(proposed.get_absolute_url(), headers={"accept-language": "en"})
    )


def test_a_record_is_entered_and_changed_with_its_reason(agent: Client) -> None:
    address = reverse("refdata:party_new")
    fields = {"code": "ACME", "name": "Acme SA", "status": "ACTIVE", "country": "FR"}
    fields |= {"language": "fr", "confirmation_channel": "HAND", "nature": "OUTSIDE"}
    assert agent.post(address, fields | {"lei": "969500DENOUEMENT0076"}).status_code == 422

    fields |= {"lei": "969500DENOUEMENT0075", "is_counterparty": "on", "reason": "onboarded"}
    answer = agent.post(address, fields)
    assert "/work/requests/" in answer.headers["Location"]
    assert "Acme SA" in text(agent.get(answer.headers["Location"]))
    static_data.granted()
    party = models.Party.objects.get(code="ACME")
    edit = reverse("refdata:party_edit", args=[party.pk])
    assert agent.post(edit, fields | {"name": "Acme SE", "reason": ""}).status_code == 422
    agent.post(edit, fields | {"name": "Acme SE", "reason": "new legal form"})

    page = agent.get(party.get_absolute_url(), headers={"accept-language": "en"})
    assert "Waits for a second person" in text(page)
    assert "Acme SE" in text(page)
    static_data.granted()
    party.refresh_from_db()
    assert (party.name, party.language, party.confirmation_channel) == ("Acme SE", "fr", "HAND")
    assert "new legal form" in text(agent.get(party.get_absolute_url()))


@pytest.mark.usefixtures("_world")
def test_comboboxes_find_by_code_isin_and_name(agent: Client) -> None:
    found = agent.get(reverse("refdata:lookup_instruments"), {"q": "total"}).json()
    assert found == [{"value": "FR0000120271", "text": "FR0000120271 · TTE · TotalEnergies SE"}]
    assert agent.get(reverse("refdata:lookup_parties"), {"q": "bnp pari"}).json()[0]["value"] == (
        "BNPP"
    )
    for name in ("books", "traders", "accounts", "venues", "currencies"):
        answer = agent.get(reverse(f"refdata:lookup_{name}"), {"q": "e"})
        assert answer.status_code == 200
        assert len(answer.json()) <= 20
    paris = models.Venue.objects.get(mic="XPAR")
    assert agent.get(reverse("refdata:venue_keys"), {"q": "xpar"}).json()[0]["value"] == (
        str(paris.pk)
    )
    form = text(agent.get(reverse("refdata:instrument_new")))
    assert "data-combobox" in form
    assert "SIX SWISS EXCHANGE" not in form
    share = models.Instrument.objects.get(code="TTE")
    assert "XPAR" in text(agent.get(reverse("refdata:instrument_edit", args=[share.pk])))


@pytest.mark.usefixtures("_world")
def test_an_alias_is_added_from_the_instrument(agent: Client) -> None:
    share = models.Instrument.objects.get(code="IBM")

    agent.post(
        reverse("refdata:alias_add", args=[share.pk]), {"source_system": "FIX", "symbol": "IBM"}
    )

    assert not share.aliases.filter(source_system="FIX").exists()
    static_data.granted()
    alias = share.aliases.get(source_system="FIX", symbol="IBM")
    agent.post(reverse("refdata:alias_remove", args=[alias.pk]), {"reason": "wrong"})
    static_data.granted()
    assert not share.aliases.filter(source_system="FIX").exists()
