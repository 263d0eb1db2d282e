"""Every page of the room answers, in both languages, to who may and not to who may not."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core import access, jobs
from core.models import User
from core.roles import Role
from reconciliation import services
from reconciliation.models import Break, ColumnMapping, MatchAllocation, MatchGroup, StatementFile
from reconciliation.states import Kind, Resolution
from tests.factories import refdata
from tests.integration.desk.people import person
from tests.integration.reconciliation.world import (
    AT,
    account,
    agent,
    row,
    statement,
    table,
    taken_in,
    trade,
)
from trades.models import Trade

pytestmark = pytest.mark.django_db
OPEN_LINE = ":61:2611201120D990,00NTRFOTHER//BK1"


def signed_in(client: Client, role: Role = Role.AGENT, name: str = "agent") -> Client:
    person(name, role)
    client.force_login(
        User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.fixture
def world() -> None:
    account()
    trade(1)
    trade(2)
    taken_in(
        statement(
            ":61:2611201120D1000,00NTRFT000000001//BK0", OPEN_LINE, closing="C261120EUR8010,00"
        )
    )
    taken_in(table(row(trade(3), Price="11")), name="broker.csv")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ["home", "statements", "upload", "runs", "matches", "workbench"])
@pytest.mark.usefixtures("world")
def test_list_pages_answer(client: Client, name: str, language: str) -> None:
    response = signed_in(client).get(
        reverse(f"reconciliation:{name}"), headers={"Accept-Language": language}
    )
    assert response.status_code == 200, name


@pytest.mark.usefixtures("world")
def test_detail_pages_answer(client: Client) -> None:
    signed_in(client)
    group, found, file = MatchGroup.objects.get(), Break.objects.all(), StatementFile.objects.all()
    addresses = [
        group.get_absolute_url(),
        group.run.get_absolute_url() if group.run else "",
        *[item.get_absolute_url() for item in (*found, *file)],
        reverse("reconciliation:mapping", args=[ColumnMapping.objects.get().pk]),
        reverse("reconciliation:of_trade", args=[group.allocations.get().trade_id]),
        reverse("reconciliation:workbench") + "?kind=TRADES&q=T0&currency=EUR",
        reverse("reconciliation:home") + "?age=WATCH&age=PROVISION&owned=me&export=csv",
    ]
    for address in addresses:
        assert client.get(address).status_code == 200, address


def test_strangers_sign_in_and_others_are_forbidden(client: Client) -> None:
    assert client.get(reverse("reconciliation:home")).status_code == 302
    signed_in(client, Role.AUDITOR, "auditor")
    assert client.get(reverse("reconciliation:home")).status_code == 200
    assert client.get(reverse("reconciliation:upload")).status_code == 403
    assert client.post(reverse("reconciliation:workbench")).status_code in {403, 422}


def uploaded(client: Client, name: str, content: bytes, **fields: str) -> object:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("reconciliation:upload"), {"file": file, **fields})


def test_bank_statement_is_shown_then_taken_in(client: Client) -> None:
    signed_in(client)
    content = statement(OPEN_LINE, closing="C261120EUR9010,00")

    shown = uploaded(client, "bank.sta", content)
    assert shown.status_code == 200  # type: ignore[attr-defined]  # a response
    assert not StatementFile.objects.exists()
    waiting = shown.context["waiting"]  # type: ignore[attr-defined]  # idem
    done = client.post(reverse("reconciliation:upload"), {"waiting": waiting})
    jobs.run_pending()

    file = StatementFile.objects.get()
    assert done["Location"] == file.get_absolute_url()
    assert file.state == "IMPORTED"
    again = client.post(reverse("reconciliation:upload"), {"waiting": waiting})
    assert again.status_code == 409


def test_new_table_is_mapped_by_its_headers_and_the_mapping_is_saved(client: Client) -> None:
    refdata.PartyFactory(code="BNPP", is_broker=True)
    signed_in(client)

    shown = uploaded(client, "b.csv", table(row(trade(1))), sender="BNPP", mapping_name="Daily")
    client.post(reverse("reconciliation:upload"), {"waiting": shown.context["waiting"]})  # type: ignore[attr-defined]  # a response
    jobs.run_pending()

    mapping = ColumnMapping.objects.get()
    assert (mapping.name, mapping.sender_code) == ("Daily", "BNPP")
    assert MatchGroup.objects.get().state == "CONFIRMED"
    saved = client.post(
        reverse("reconciliation:mapping", args=[mapping.pk]),
        {
            **{f"column-{name}": header for name, header in mapping.columns.items()},
            "date_format": "%d/%m/%Y",
            "decimal_mark": ",",
            "coverage": "ALL",
        },
    )
    assert saved.status_code == 302
    mapping.refresh_from_db()
    assert (mapping.date_format, mapping.coverage) == ("%d/%m/%Y", "ALL")


def test_table_in_windows_1252_is_read_as_its_mapping_declares(client: Client) -> None:
    refdata.PartyFactory(code="BNPP", is_broker=True)
    signed_in(client)
    header, line = table(row(trade(1))).decode().splitlines()
    written = f"{header},Négociateur\n{line},Zoé".encode("cp1252")

    refused = uploaded(client, "b.csv", written, sender="BNPP")
    shown = uploaded(client, "b.csv", written, sender="BNPP", encoding="cp1252")
    client.post(reverse("reconciliation:upload"), {"waiting": shown.context["waiting"]})  # type: ignore[attr-defined]  # a response
    jobs.run_pending()

    assert refused.status_code == 422  # type: ignore[attr-defined]  # idem
    page = shown.content.decode()  # type: ignore[attr-defined]  # idem
    assert "<td>Zoé</td>" in page
    assert '<td class="num">100</td>' in page
    assert ColumnMapping.objects.get().encoding == "cp1252"
    assert (StatementFile.objects.get().state, MatchGroup.objects.count()) == ("IMPORTED", 1)


@pytest.mark.usefixtures("world")
def test_break_is_taken_talked_about_and_resolved(client: Client) -> None:
    signed_in(client)
    found = Break.objects.filter(kind=Kind.CASH, line__isnull=False).get()

    taken = client.post(reverse("reconciliation:take"), {"ids": [str(found.pk)]})
    client.post(reverse("reconciliation:comment", args=[found.pk]), {"text": "asked"})
    refused = client.post(
        reverse("reconciliation:resolve", args=[found.pk]), {"resolution": "ACCEPTED"}
    )
    resolved = client.post(
        reverse("reconciliation:resolve", args=[found.pk]),
        {"resolution": "ACCEPTED", "reason": "fee"},
    )

    assert [taken.status_code, refused.status_code, resolved.status_code] == [302, 422, 302]
    found.refresh_from_db()
    assert (found.state, found.owner.username if found.owner else "") == ("RESOLVED", "agent")


@pytest.mark.usefixtures("world")
def test_who_takes_a_break_that_a_colleague_has_is_told(client: Client) -> None:
    found = Break.objects.filter(kind=Kind.CASH, line__isnull=False).get()
    said = []
    for name in ("first", "second"):
        signed_in(client, name=name)
        taken = client.post(reverse("reconciliation:take"), {"ids": [str(found.pk)]}, follow=True)
        said.append("Somebody had taken some of it already: first" in taken.content.decode())

    assert said == [False, True]


@pytest.mark.usefixtures("world")
def test_workbench_matches_and_the_match_page_undoes(client: Client) -> None:
    signed_in(client)
    line = Break.objects.get(kind=Kind.CASH, line__isnull=False).line_id
    ours = Break.objects.get(kind=Kind.CASH, trade__reference="T000000002").trade_id

    matched = client.post(
        reverse("reconciliation:workbench"),
        {"kind": "CASH", "ours": [str(ours)], "theirs": [str(line)], "reason": "fee of 10"},
    )
    group = MatchGroup.objects.get(pass_name="BY_HAND")
    undone = client.post(reverse("reconciliation:undo", args=[group.pk]), {"reason": "wrong"})

    assert (matched.status_code, undone.status_code) == (302, 302)
    group.refresh_from_db()
    assert group.state == "UNDONE"
    matches, theirs = reverse("reconciliation:matches"), Trade.objects.get(pk=ours).source_reference
    for reference, found in (("t000000002", True), (theirs, True), ("T9", False)):
        page = client.get(matches, {"q": reference}).content.decode()
        assert (group.get_absolute_url() in page) is found, reference


@pytest.mark.usefixtures("world")
def test_breaks_of_other_desks_do_not_exist(client: Client) -> None:
    person("other", Role.AGENT, desk="FI")
    client.force_login(
        User.objects.get(username="other"), backend="django.contrib.auth.backends.ModelBackend"
    )
    found = Break.objects.filter(desk_code="EQ").first()
    assert found is not None
    assert client.get(found.get_absolute_url()).status_code == 404


@pytest.mark.usefixtures("world")
def test_matches_of_other_desks_do_not_exist_and_cannot_be_touched(client: Client) -> None:
    group = MatchGroup.objects.get(state="CONFIRMED", kind=Kind.CASH)
    other = person("other", Role.AGENT, desk="FI")
    client.force_login(
        User.objects.get(username="other"), backend="django.contrib.auth.backends.ModelBackend"
    )

    assert client.get(group.get_absolute_url()).status_code == 404
    assert group.get_absolute_url() not in client.get(reverse("reconciliation:matches")).text
    undo = client.post(reverse("reconciliation:undo", args=[group.pk]), {"reason": "mine"})
    client.post(reverse("reconciliation:confirm"), {"ids": [f"{group.pk}:CONFIRMED"]})
    with pytest.raises(access.Forbidden):
        services.undo_group(group_id=group.pk, reason="mine", actor=other, at=AT)
    with pytest.raises(access.Forbidden):
        services.confirm_groups(group_ids=[group.pk], actor=other, at=AT)
    trades = [Trade.objects.get(reference="T000000002").pk]
    with pytest.raises(access.Forbidden):
        services.match_by_hand(
            kind=Kind.CASH, trade_ids=trades, line_ids=[], reason="", actor=other, at=AT
        )

    assert undo.status_code == 404
    group.refresh_from_db()
    assert group.state == "CONFIRMED"
    own = person("own", Role.AGENT, desk="EQ")
    assert services.undo_group(group_id=group.pk, reason="x", actor=own, at=AT).state == "UNDONE"


@pytest.mark.usefixtures("world")
def test_a_statement_tells_a_desk_of_its_own_trades_only(client: Client) -> None:
    """Lines that a match or a break ties to another desk, and the balances of the whole house."""
    Trade.objects.filter(reference="T000000002").update(desk_code="FI")
    Break.objects.filter(trade__reference="T000000002").update(desk_code="FI")
    file = StatementFile.objects.get(kind=Kind.CASH)
    held = MatchAllocation.objects.filter(kind=Kind.CASH).exclude(state="UNDONE")
    desks = dict(Trade.objects.values_list("pk", "desk_code"))
    tied = {line: desks[trade] for line, trade in held.values_list("line_id", "trade_id")}
    tied |= dict(Break.objects.filter(line__source=file).values_list("line_id", "desk_code"))
    for desk, sees in (("EQ", {"EQ", ""}), ("FI", {"FI", ""})):
        person(f"only-{desk.lower()}", Role.AGENT, desk=desk)
        client.force_login(User.objects.get(username=f"only-{desk.lower()}"))
        page = client.get(file.get_absolute_url())
        shown = {line.pk for line in page.context["lines"]}
        open_ = client.get(reverse("reconciliation:workbench"), {"kind": "CASH"})
        theirs = {line.pk for line, _units in open_.context["theirs"]}

        assert shown == {line for line, owner in tied.items() if owner in sees}
        assert theirs <= shown
        assert "Balance proof" not in page.content.decode()
        assert "10,000.00" not in page.content.decode()
    signed_in(client)
    page = client.get(file.get_absolute_url())
    assert len(page.context["lines"]) == file.declared_rows
    assert "Balance proof" in page.content.decode()


@pytest.mark.usefixtures("world")
def test_a_line_of_another_desk_is_not_matched_by_hand() -> None:
    line = Break.objects.get(kind=Kind.CASH, line__isnull=False).line_id
    Break.objects.filter(line=line).update(desk_code="FI")
    own = person("own", Role.AGENT, desk="EQ")
    trades = [Trade.objects.get(reference="T000000002").pk]

    with pytest.raises(access.Forbidden):
        services.match_by_hand(
            kind=Kind.CASH, trade_ids=trades, line_ids=[line], reason="x", actor=own, at=AT
        )


def test_proposals_are_confirmed_from_the_list(client: Client) -> None:
    account()
    trade(1)
    taken_in(statement(":61:2611201120D1000,00NTRFNONREF", closing="C261120EUR9000,00"))
    group = MatchGroup.objects.get()
    assert group.state == "PROPOSED"

    signed_in(client)
    client.post(reverse("reconciliation:confirm"), {"ids": [f"{group.pk}:PROPOSED"]})

    group.refresh_from_db()
    assert (group.state, group.decided_by) == ("CONFIRMED", "agent")
    services.undo_group(group_id=group.pk, reason="no", actor=agent(), at=AT)


def test_the_page_of_a_statement_counts_what_is_open_and_leads_to_it(client: Client) -> None:
    """What was explained meanwhile is no break of the file any more."""
    account()
    other = OPEN_LINE.replace("OTHER//BK1", "ANOTHER//BK2")
    file = taken_in(statement(OPEN_LINE, other, closing="C261120EUR8020,00"))
    signed_in(client)
    address = f"{reverse('reconciliation:home')}?statement={file.pk}&amp;category=MISSING_OURS"
    assert f'{address}">2</a>' in client.get(file.get_absolute_url()).content.decode()
    listed = client.get(address.replace("&amp;", "&")).context["page"].total
    assert listed == 2

    first = Break.objects.filter(line__source=file).earliest("pk")
    services.resolve_break(
        break_id=first.pk, resolution=Resolution.ACCEPTED, reason="known", actor=agent(), at=AT
    )

    assert f'{address}">1</a>' in client.get(file.get_absolute_url()).content.decode()


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", ["home", "statements", "runs", "matches"])
def test_list_pages_keep_their_query_budget(
    client: Client, name: str, django_assert_max_num_queries: object
) -> None:
    signed_in(client)
    with django_assert_max_num_queries(21):  # type: ignore[operator]  # a fixture
        client.get(reverse(f"reconciliation:{name}"))


def test_a_bank_file_that_does_not_prove_waits_in_quarantine_until_it_is_rejected(
    client: Client,
) -> None:
    signed_in(client)
    shown = uploaded(client, "bank.sta", statement(OPEN_LINE, closing="C261120EUR1,00"))
    assert b"MT940-PROOF" in shown.content  # type: ignore[attr-defined]  # a test response
    assert b"waits in quarantine" in shown.content  # type: ignore[attr-defined]  # a test response
    waiting = shown.context["waiting"]  # type: ignore[attr-defined]  # a test response
    client.post(reverse("reconciliation:upload"), {"waiting": waiting})
    jobs.run_pending()
    file = StatementFile.objects.get()
    assert (file.state, file.findings[0]["code"]) == ("QUARANTINED", "MT940-PROOF")
    reject = reverse("reconciliation:reject_statement", args=[file.pk])
    assert b"MT940-PROOF" in client.get(file.get_absolute_url()).content

    assert client.post(reject).status_code == 422
    client.post(reject, {"reason": "The bank sends a corrected one"})

    file.refresh_from_db()
    assert (file.state, file.lines.count()) == ("REJECTED", 0)
    assert b"corrected one" in client.get(file.get_absolute_url()).content
    assert client.post(reject, {"reason": "again"}).status_code == 409


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Missing on our side OTHER"), ("fr", "Absent chez nous OTHER")],
)
def test_the_queue_and_the_home_page_say_what_a_break_is_in_words(
    client: Client, language: str, said: str
) -> None:
    account()
    taken_in(statement(OPEN_LINE, closing="C261120EUR9010,00"))
    trade(1)
    signed_in(client)

    for address in ("/work/", "/?day=2026-11-18", "/work/?export=csv"):
        page = client.get(address, headers={"accept-language": language}).getvalue().decode()
        assert said in page, address
        assert "MISSING_OURS" not in page, address
