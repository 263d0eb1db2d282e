"""The demo firm reports under its own LEI, once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kernel.identifiers import is_lei
from reporting import demo
from reporting.models import ReportingProfile
from tests.factories.controlled import FRIDAY
from tests.factories.refdata import PartyFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_the_profile_is_entered_once() -> None:
    demo.seed(business_date=FRIDAY, at=AT)
    assert not ReportingProfile.objects.exists()

    firm = PartyFactory.create(code="HOUSE", is_own_firm=True)
    demo.seed(business_date=FRIDAY, at=AT)
    demo.seed(business_date=FRIDAY, at=AT)

    profile = ReportingProfile.objects.get()
    assert profile.executing_lei == firm.lei
    assert is_lei(profile.recipient_lei)
