"""Who stands in neither explains away what the lender did, nor decides on what is of no desk."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from core import access
from desk import services
from desk.facts import Raised, Seen, Subject
from desk.models import ControlException, Request
from desk.services import approvals
from desk.states import ExceptionKind
from kernel.actors import SYSTEM
from kernel.findings import Finding, Severity
from tests.factories.refdata import known_desk
from tests.integration.trades.test_delegated_validation import AT, bea, stands_in

pytestmark = pytest.mark.django_db


def test_who_stands_in_does_not_ask_to_waive_the_conduct_of_the_lender() -> None:
    stands_in()
    subject = Subject(
        kind="trader", id=4, reference="T-ANA", contributors=("ana",), desk_code=known_desk("EQ")
    )
    finding = Finding(
        code="CND-101", field="count", message="It is {found}.", found="9",
        severity=Severity.WARNING,
    )  # fmt: skip
    services.raise_exceptions(
        raised=[Raised(subject=subject, finding=finding)],
        kind=ExceptionKind.CONDUCT, actor=SYSTEM, at=AT,
    )  # fmt: skip
    row = ControlException.objects.get()

    with pytest.raises(access.StandsIn):
        services.waive_exception(exception_id=row.pk, reason="agreed", actor=bea(), at=AT)
    with pytest.raises(IntegrityError, match="may not ask"), transaction.atomic():
        Request.objects.create(
            kind="CONDUCT_WAIVER", subject_kind="exception", subject_id=row.pk, desk_code="EQ",
            contributors=["ana"], fingerprint="f", reason="x", asked_by="bea", asked_at=AT,
        )  # fmt: skip


def test_what_is_of_no_desk_asks_who_stands_in_for_all_of_them() -> None:
    stands_in()
    seen = Seen(
        subject_kind="trade", subject_id=7, version_no=1, fingerprint="f",
        current_fingerprint="f", maker="agent", contributors=(), desk_code="",
    )  # fmt: skip
    with pytest.raises(access.Forbidden):
        approvals.refuse(seen=seen, reason="no", actor=bea(), at=AT)
