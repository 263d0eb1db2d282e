"""The demo firm reports under its own LEI, once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.models import Job
from core.roles import Role
from kernel.identifiers import is_lei
from refdata.models import InstrumentListing
from reporting import demo
from reporting.models import ReportingProfile
from tests.factories.controlled import FRIDAY
from tests.factories.refdata import InstrumentFactory, PartyFactory, VenueFactory
from tests.integration.desk.people import person
from tests.integration.reporting.world import validated

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


def test_the_days_before_are_queued_once() -> None:
    PartyFactory.create(code="HOUSE", is_own_firm=True)
    person("agent", Role.AGENT)
    validated(1)

    for _again in range(2):
        demo.seed(business_date=date(2026, 11, 23), at=AT)

    assert [job.parameters for job in Job.objects.all()] == [{"day": "2026-11-20"}]


def test_what_is_dealt_abroad_has_its_admissions() -> None:
    PartyFactory.create(code="HOUSE", is_own_firm=True)
    away = VenueFactory.create(mic="XNYS", country="US")
    home = VenueFactory.create(mic="XPAR", country="FR")
    InstrumentFactory.create(isin="US0378331005", venue=away)
    InstrumentFactory.create(isin=demo.LEFT_ISIN, venue=away)
    InstrumentFactory.create(isin=demo.UNKNOWN_ISIN, venue=away)
    InstrumentFactory.create(isin="FR0000131104", venue=home)

    demo.seed(business_date=FRIDAY, at=AT)

    ended = dict(InstrumentListing.objects.values_list("isin", "terminated_on"))
    assert ended == {"US0378331005": None, demo.LEFT_ISIN: demo.TERMINATED_ON}
