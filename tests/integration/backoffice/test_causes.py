"""Where what several exceptions have in common is put right: one click from their row."""

from __future__ import annotations

import pytest
from django.test import Client

from backoffice.causes import CALLED, SENT, places_of
from core.models import User
from core.roles import Role
from tests.factories.refdata import CalendarFactory
from tests.integration.desk.people import person

pytestmark = pytest.mark.django_db
COUNTRY, BOTH = ("TRD-622", "COUNTRY", "KP"), ("TRD-203", "CALENDAR", "TARGET, NOWHERE")
CYCLE, PARKED = ("TRD-204", "VENUE", "XXXX"), ("CAP-102", "SOURCE", "OMS")


def test_each_kind_of_cause_leads_to_where_it_is_put_right() -> None:
    target = CalendarFactory.create(code="TARGET")
    ana = person("ana", Role.AGENT)

    found = places_of([COUNTRY, BOTH, CYCLE, PARKED], actor=ana)

    assert found[COUNTRY] == [("/refdata/restrictions/?q=KP", "Restrictions")]
    assert found[BOTH] == [(target.get_absolute_url(), "TARGET")]
    assert [label for _url, label in found[CYCLE]] == ["Settlement cycles", "Reference data"]
    assert found[PARKED] == [("/trades/executions/?q=OMS", "Messages")]


@pytest.mark.parametrize(
    ("rule", "labels"),
    [
        ("CAP-301", ["Files of executions", "Mappings of executions"]),
        ("TOT-004", ["Files of executions", "Mappings of executions"]),
        ("DROP-001", ["Mappings of executions", "Drop folder"]),
        ("FIX-101", ["FIX sessions"]),
        ("CAP-201", ["Messages"]),
    ],
)
def test_what_a_sender_did_wrong_is_put_right_where_it_came_in(
    rule: str, labels: list[str]
) -> None:
    cause = (rule, "SOURCE", "BROKER")
    ana = person("ana", Role.AGENT)
    client = Client()
    client.force_login(User.objects.get(pk=ana.user_id))

    places = places_of([cause], actor=ana)[cause]

    assert [label for _url, label in places] == labels
    assert {client.get(url).status_code for url, _label in places} == {200}


def test_every_page_has_a_name() -> None:
    assert {page for _rule, pages in SENT for page in pages} == set(CALLED)
