"""Pages of reporting: what each role sees and may start."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.jobs import run_pending
from core.models import Job
from core.roles import Role
from reporting import services
from reporting.models import RegulatoryReport, ReportFile
from tests.factories.controlled import FRIDAY
from tests.integration.desk.people import person
from tests.integration.reporting.test_feedback import answer
from tests.integration.reporting.world import AT, agent, signed_in, supervisor, validated
from tests.unit.reporting.samples import schema_directory

pytestmark = pytest.mark.django_db
FRENCH = {"accept-language": "fr"}


@pytest.fixture
def made(settings: Any) -> ReportFile:
    settings.REPORT_SCHEMA_DIR = str(schema_directory())
    validated(1)
    file = services.generate_rts22(day=FRIDAY, actor=agent(), at=AT).file
    assert file is not None
    return file


def pages(made: ReportFile) -> list[str]:
    report = RegulatoryReport.objects.get()
    return [
        reverse("reporting:home"),
        reverse("reporting:home") + "?day=2026-11-20",
        reverse("reporting:reports"),
        reverse("reporting:reports") + "?state=IN_FILE&q=T0000",
        report.get_absolute_url(),
        reverse("reporting:files"),
        made.get_absolute_url(),
        reverse("reporting:schemas"),
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_answers(client: Client, made: ReportFile, language: str) -> None:
    signed_in(client, agent())
    client.cookies["django_language"] = language

    for page in pages(made):
        response = client.get(page, headers={"accept-language": language})
        assert response.status_code == 200, page


@pytest.mark.parametrize("typed", ["31/02/2026", "nonsense", "20/11"])
@pytest.mark.parametrize("page", ["reporting:home", "reporting:activity"])
def test_what_is_no_day_never_becomes_another_one(
    client: Client, made: ReportFile, page: str, typed: str
) -> None:
    """The page would show, and offer to generate, a day that nobody asked for."""
    signed_in(client, agent())

    shown = client.get(reverse(page), {"day": typed})

    assert shown.context["day"] is None
    assert shown.context["form"].errors["day"]
    assert f'value="{typed}"' in shown.content.decode()
    assert "Generate the reports" not in shown.content.decode()
    assert client.get(reverse("reporting:unanswered"), {"day": typed}).status_code == 404


def test_strangers_see_nothing(client: Client, made: ReportFile) -> None:
    for page in pages(made):
        assert client.get(page).status_code == 302, page


def test_a_report_shows_its_fields_and_where_they_came_from(
    client: Client, made: ReportFile
) -> None:
    signed_in(client, agent())

    page = client.get(RegulatoryReport.objects.get().get_absolute_url()).content.decode()

    assert "R0MUWSFPU8MPRO8K5P83" in page
    assert "party BNPP – LEI" in page
    assert made.name in page


def test_identifiers_of_people_are_masked_for_who_does_not_need_them(
    client: Client, made: ReportFile
) -> None:
    assert made.pk
    url = RegulatoryReport.objects.get().get_absolute_url()
    seen = {}
    for role in (Role.AGENT, Role.AUDITOR, Role.ADMINISTRATOR):
        signed_in(client, person(f"one-{role}", role))
        seen[role] = "FR19850307ANA##MARTI" in client.get(url).content.decode()

    assert seen == {Role.AGENT: True, Role.AUDITOR: True, Role.ADMINISTRATOR: False}


def test_a_report_of_another_desk_does_not_exist(client: Client, made: ReportFile) -> None:
    assert made.pk
    signed_in(client, person("stranger", Role.AGENT, desk="FI"))

    assert client.get(RegulatoryReport.objects.get().get_absolute_url()).status_code == 404


def test_a_file_of_all_desks_is_read_whole_by_who_may_see_all(
    client: Client, made: ReportFile
) -> None:
    signed_in(client, person("stranger", Role.AGENT, desk="FI"))
    reference = RegulatoryReport.objects.get().transaction_id

    assert reference not in client.get(made.get_absolute_url()).content.decode()
    assert client.get(reverse("reporting:download", args=[made.pk])).status_code == 403
    generate = client.post(reverse("reporting:generate"), {"day": "2026-11-20"})
    assert generate.status_code == 403
    assert client.post(reverse("reporting:feedback")).status_code == 403


def test_the_day_is_generated_as_a_job(client: Client) -> None:
    validated(1)
    signed_in(client, agent())

    response = client.post(reverse("reporting:generate"), {"day": "2026-11-20"})

    job = Job.objects.get(kind="reporting.generate_rts22")
    assert response["Location"] == reverse("core:job", args=[job.pk])
    run_pending()
    assert ReportFile.objects.count() == 1


def test_download_is_what_was_generated(client: Client, made: ReportFile) -> None:
    signed_in(client, agent())

    response = client.get(reverse("reporting:download", args=[made.pk]))

    assert response.content.startswith(b"<?xml")
    assert made.name in response["Content-Disposition"]


def test_release_is_for_the_other_person(client: Client, made: ReportFile) -> None:
    signed_in(client, agent())
    assert client.post(reverse("reporting:release", args=[made.pk])).status_code == 403
    signed_in(client, supervisor())

    response = client.post(reverse("reporting:release", args=[made.pk]))

    assert response.status_code == 302
    made.refresh_from_db()
    assert (made.state, made.released_by) == ("RELEASED", "supervisor")
    again = client.post(reverse("reporting:release", args=[made.pk]), headers=FRENCH)
    assert again.status_code == 409
    assert "L’état est maintenant « Remise »" in again.content.decode()


def test_a_file_says_what_has_to_leave_before_it(client: Client, made: ReportFile) -> None:
    validated(2)
    second = services.generate_rts22(day=FRIDAY, actor=agent(), at=AT).file
    assert second is not None
    signed_in(client, supervisor())

    page = client.get(second.get_absolute_url()).content.decode()

    assert f'<a href="{made.get_absolute_url()}">{made.name}</a>' in page
    assert "Files leave in the order of their numbers" in page


def test_feedback_comes_in_by_upload(client: Client, made: ReportFile) -> None:
    services.release_file(file_id=made.pk, actor=supervisor(), at=AT)
    signed_in(client, agent())
    upload = SimpleUploadedFile("answer.xml", answer(made.message_id, "ACPT"))

    response = client.post(reverse("reporting:feedback"), {"file": upload})

    assert response["Location"] == made.get_absolute_url()
    assert RegulatoryReport.objects.get().state == "ACCEPTED"


@pytest.mark.parametrize("content", [b"not xml", b"<Document/>"])
def test_unreadable_feedback_is_refused_on_a_page(client: Client, content: bytes) -> None:
    signed_in(client, agent())

    response = client.post(
        reverse("reporting:feedback"), {"file": SimpleUploadedFile("answer.xml", content)}
    )

    assert response.status_code == 422


def test_missing_schemas_are_named(client: Client, settings: Any) -> None:
    settings.REPORT_SCHEMA_DIR = ""
    signed_in(client, agent())

    page = client.get(reverse("reporting:schemas")).content.decode()

    assert "REPORT_SCHEMA_DIR" in page
    assert "head.003.001.01" in page


def test_the_trade_page_shows_its_reports(client: Client, made: ReportFile) -> None:
    assert made.pk
    signed_in(client, agent())
    report = RegulatoryReport.objects.get()

    page = client.get(reverse("trades:detail", args=[report.trade_id])).content.decode()

    assert report.get_absolute_url() in page
    assert reverse("reconciliation:of_trade", args=[report.trade_id]) in page
