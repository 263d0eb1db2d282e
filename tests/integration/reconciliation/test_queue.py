"""The place of a break in the queue: what it is called there, and by when it is due."""

from __future__ import annotations

import pytest
from django.utils import timezone

from desk.models import WorkItem
from reconciliation.models import Break
from reconciliation.services import queue
from tests.integration.reconciliation.world import AT, account, statement, taken_in, trade

pytestmark = pytest.mark.django_db


def test_a_break_falls_due_on_a_business_day() -> None:
    """Opened on Friday 20 November, it may be watched for two business days: until Tuesday."""
    due_at = timezone.localtime(queue.due_from(AT))

    assert due_at.isoformat() == "2026-11-24T19:00:00+01:00"


def test_the_place_of_a_break_in_the_queue_follows_its_category() -> None:
    account()
    made = trade(1)
    taken_in(statement(":61:2611201120C1,00NTRFOTHER//BK1", closing="C261120EUR10001,00"))
    item = WorkItem.objects.get(title=f"TIMING {made.reference}")

    later = ":61:2611231123C1,00NTRFOTHER2//BK2"
    taken_in(statement(later, opening="C261120EUR10001,00", closing="C261123EUR10002,00"))

    item.refresh_from_db()
    assert Break.objects.get(trade=made).category == "MISSING_THEIRS"
    assert item.title == f"MISSING_THEIRS {made.reference}"
