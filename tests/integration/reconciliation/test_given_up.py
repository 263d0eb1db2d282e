"""A file whose import was given up is not stuck: it is read again, or rejected for a reason."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.test import Client

from core import jobs
from core.models import Job, JobState
from reconciliation import services
from reconciliation.models import StatementFile
from tests.integration.bad_input import files
from tests.integration.bad_input.doors import agent as browser
from tests.integration.bad_input.doors import confirm, said, upload
from tests.integration.reconciliation.world import account

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return browser()


@pytest.fixture
def given_up(client: Client) -> StatementFile:
    """A file whose job fails each time with an error that nobody foresaw."""
    account()
    with patch.object(services.statements, "read_cash", side_effect=RuntimeError("a bug")):
        confirm(client, "statement", upload(client, "statement", files.MT940))
        jobs.run_pending()
    assert Job.objects.get().state == JobState.FAILED
    return StatementFile.objects.get()


def test_its_page_says_so_and_stops_asking(client: Client, given_up: StatementFile) -> None:
    page = client.get(given_up.get_absolute_url())

    assert "Its import failed and was given up" in said(page)
    assert "Read it again" in page.content.decode()
    assert "Reject" in page.content.decode()
    assert b'hx-trigger="every 1s"' not in page.content.split(b"</dl>")[0].split(b"<section")[1]


def test_it_is_read_again(client: Client, given_up: StatementFile) -> None:
    client.post(f"{given_up.get_absolute_url()}again/")
    jobs.run_pending()

    given_up.refresh_from_db()
    assert given_up.state == "IMPORTED"


def test_it_is_rejected_for_a_reason(client: Client, given_up: StatementFile) -> None:
    refused = client.post(f"{given_up.get_absolute_url()}reject/", {"reason": ""})
    assert refused.status_code == 422

    client.post(f"{given_up.get_absolute_url()}reject/", {"reason": "it never reads"})

    given_up.refresh_from_db()
    assert given_up.state == "REJECTED"


def test_one_that_is_still_being_read_is_not_rejected(client: Client) -> None:
    confirm(client, "statement", upload(client, "statement", files.MT940))
    file = StatementFile.objects.get()

    answer = client.post(f"{file.get_absolute_url()}reject/", {"reason": "too slow"})

    assert answer.status_code == 422
    assert "still being read" in said(answer)
