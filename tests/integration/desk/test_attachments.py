"""Files beside comments: kept as they came, downloaded alone, withdrawn and never removed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, transaction
from django.test import Client

from core.models import AuditEntry, StoredFile
from core.roles import Role
from desk.models import Attachment, AttachmentWithdrawal, Comment, ControlException
from desk.services import attachments
from kernel.actors import Actor
from tests.factories.controlled import trade, world
from tests.integration.desk.people import person
from tests.integration.desk.test_causes import raised, settle, signed_in

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nthe close of the exchange"


def page(desk: str = "EQ") -> str:
    settle(raised(1, desk_code=desk))
    return f"/work/exceptions/{ControlException.objects.get().pk}/"


def say(client: Client, about: str, *files: tuple[str, bytes], text: str = "See file") -> Any:
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(f"{about}comment/", {"text": text, "files": sent})


def attached(client: Client, about: str) -> str:
    assert say(client, about, ("close.pdf", PDF)).status_code == 302
    return f"{about}attachments/{Attachment.objects.get().pk}/"


def ana(desk: str = "") -> Actor:
    return person("ana", Role.AGENT, desk=desk)


def test_a_file_is_kept_and_comes_back_as_a_download() -> None:
    about, client = page(), signed_in(ana())
    address = attached(client, about)

    answer = client.get(address)

    assert answer.content == PDF
    assert answer.headers["Content-Disposition"] == 'attachment; filename="close.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "application/pdf"
    stored = StoredFile.objects.get()
    assert (stored.name, stored.uploaded_by, stored.size) == ("close.pdf", "ana", len(PDF))
    shown = client.get(about).content.decode()
    assert "close.pdf" in shown
    assert address in shown


def test_a_name_is_display_text_and_stays_in_its_header() -> None:
    about, client = page(), signed_in(ana())
    say(client, about, ('clo"se é.pdf', PDF))
    address = f"{about}attachments/{Attachment.objects.get().pk}/"

    header = client.get(address).headers["Content-Disposition"]

    assert header.startswith("attachment; filename")
    assert "\n" not in header
    assert "%C3%A9" in header


@pytest.mark.parametrize(
    ("case", "files", "status", "code"),
    [
        ("a_program", [("close.pdf", b"MZ\x90")], 422, "UNABLE_TO_ATTACH"),
        ("a_page", [("page.html", b"<html>")], 422, "UNABLE_TO_ATTACH"),
        ("too_many", [(f"{n}.pdf", PDF) for n in range(4)], 422, "UNABLE_TO_ATTACH"),
        ("one_bad_of_two", [("a.pdf", PDF), ("b.pdf", b"x")], 422, "UNABLE_TO_ATTACH"),
        ("too_large", [("a.pdf", PDF + b"x" * 100)], 413, "TOO_LARGE_TO_ATTACH"),
    ],
)
def test_what_is_not_taken_leaves_nothing_behind(
    case: str, files: Any, status: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "BYTES_MAX", len(PDF) + 50)

    answer = say(signed_in(ana()), page(), *files)

    assert answer.status_code == status, case
    assert code in answer.content.decode(), case
    assert not Comment.objects.exists(), case
    assert not StoredFile.objects.exists(), case


def test_rights_are_those_of_the_comments() -> None:
    about = page("EQ")
    address = attached(signed_in(ana("EQ")), about)

    other_desk, auditor = person("fi", Role.AGENT, desk="FI"), person("aud", Role.AUDITOR)
    assert signed_in(other_desk).get(address).status_code == 404
    assert signed_in(auditor).get(address).status_code == 200
    assert say(signed_in(auditor), about, ("close.pdf", PDF)).status_code == 403
    assert Client().get(address).status_code == 302


def test_a_file_is_found_only_beside_its_own_subject() -> None:
    world()
    about, client = page(), signed_in(ana())
    attached(client, about)
    number = Attachment.objects.get().pk

    assert client.get(f"/trades/{trade(1).pk}/attachments/{number}/").status_code == 404


def test_a_trade_has_files_the_same_way() -> None:
    world()
    about, client = f"/trades/{trade(1).pk}/", signed_in(ana())
    address = attached(client, about)

    assert client.get(address).content == PDF
    assert address in client.get(about).content.decode()


@pytest.mark.parametrize(
    ("case", "role", "name", "status"),
    [
        ("who_attached_it", Role.AGENT, "ana", 302),
        ("another_agent", Role.AGENT, "ben", 422),
        ("a_supervisor", Role.SUPERVISOR, "sue", 302),
        ("an_auditor", Role.AUDITOR, "aud", 403),
    ],
)
def test_who_withdraws(case: str, role: Role, name: str, status: int) -> None:
    about = page()
    address = attached(signed_in(ana()), about)

    answer = signed_in(person(name, role)).post(f"{address}withdraw/", {"reason": "Wrong client"})

    assert answer.status_code == status, case
    assert AttachmentWithdrawal.objects.exists() is (status == 302), case


def test_what_is_withdrawn_stays_and_says_so() -> None:
    about, client = page(), signed_in(ana())
    address = attached(client, about)
    client.post(f"{address}withdraw/", {"reason": "Wrong client"})

    assert client.get(address).status_code == 410
    assert signed_in(person("aud", Role.AUDITOR)).get(address).content == PDF
    shown = client.get(about).content.decode()
    assert "withdrawn by ana: Wrong client" in shown
    assert StoredFile.objects.count() == Attachment.objects.count() == 1
    assert client.post(f"{address}withdraw/", {"reason": "Again"}).status_code == 422
    trail = AuditEntry.objects.filter(entity="attachment").order_by("seq")
    assert [(one.table, one.action, one.actor) for one in trail] == [
        ("desk_attachment", "INSERT", "ana"),
        ("desk_attachmentwithdrawal", "INSERT", "ana"),
    ]


def test_a_withdrawal_has_a_reason() -> None:
    about, client = page(), signed_in(ana())
    address = attached(client, about)

    assert client.post(f"{address}withdraw/", {"reason": " "}).status_code == 422
    assert not AttachmentWithdrawal.objects.exists()


@pytest.mark.parametrize("model", [Attachment, AttachmentWithdrawal])
def test_the_database_neither_changes_nor_removes_them(model: Any) -> None:
    client = signed_in(ana())
    address = attached(client, page())
    client.post(f"{address}withdraw/", {"reason": "Wrong client"})

    for attempt in (
        lambda: model.objects.update(id=99),
        lambda: model.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            attempt()
