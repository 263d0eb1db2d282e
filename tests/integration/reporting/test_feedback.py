"""The regulator answers: accepted, pending, rejected; a rejection is work and is sent again."""

from __future__ import annotations

from typing import Any

import pytest

from desk.models import ControlException
from reporting import services
from reporting.formats import auth031
from reporting.models import RegulatoryReport, ReportFeedback, ReportFile, ReportItem
from tests.factories.controlled import FRIDAY
from tests.integration.reporting.world import AT, agent, supervisor, validated
from tests.unit.reporting.samples import schema_directory

pytestmark = pytest.mark.django_db


@pytest.fixture
def released(settings: Any) -> ReportFile:
    settings.REPORT_SCHEMA_DIR = str(schema_directory())
    for number in range(1, 5):
        validated(number)
    made = services.generate_rts22(day=FRIDAY, actor=agent(), at=AT).file
    assert made is not None
    return services.release_file(file_id=made.pk, actor=supervisor(), at=AT)


def answer(message: str, status: str, accepted: int = 0, **records: str) -> bytes:
    """Write an auth.031 as ESMA's example does; a record is STATUS or STATUS/RULE."""
    lines = []
    for reference, said in records.items():
        word, _slash, rule = said.partition("/")
        broken = (
            f"<VldtnRule><Id>{rule}</Id><Desc>Text of {rule}</Desc></VldtnRule>" if rule else ""
        )
        lines.append(
            f"<RcrdSts><OrgnlRcrdId>{reference}</OrgnlRcrdId><Sts>{word}</Sts>{broken}</RcrdSts>"
        )
    statistics = (
        "<Sttstcs><TtlNbOfRcrds>4</TtlNbOfRcrds><NbOfRcrdsPerSts>"
        f"<DtldNbOfTxs>{accepted}</DtldNbOfTxs><DtldSts>ACPT</DtldSts></NbOfRcrdsPerSts></Sttstcs>"
    )
    return (
        f'<Document xmlns="{auth031.NAMESPACE}"><FinInstrmRptgStsAdvc><MsgStsAdvc>'
        f"<MsgRptIdr>{message}</MsgRptIdr><MsgSts><RptSts>{status}</RptSts>{statistics}</MsgSts>"
        f"{''.join(lines)}</MsgStsAdvc></FinInstrmRptgStsAdvc></Document>"
    ).encode()


def take(content: bytes) -> services.feedback.Taken:
    (taken,) = services.import_feedback(name="a.xml", content=content, actor=agent(), at=AT)
    return taken


def states() -> dict[str, str]:
    return dict(RegulatoryReport.objects.values_list("transaction_id", "state"))


PART = {"T000000001V1": "RJCT/CON-412", "T000000002V1": "PDNG/CON-411"}


def test_a_partial_answer_gives_each_report_its_state(released: ReportFile) -> None:
    taken = take(answer(released.message_id, "PART", 2, **PART, NOBODY="RJCT/CON-024"))

    released.refresh_from_db()
    assert released.state == "PARTIAL"
    assert taken.unknown == ["NOBODY"]
    assert states() == {
        "T000000001V1": "REJECTED",
        "T000000002V1": "PENDING",
        "T000000003V1": "RELEASED",
        "T000000004V1": "RELEASED",
    }
    row = ControlException.objects.get(state="OPEN")
    assert (row.kind, row.rule_code, row.message) == ("REPORT", "CON-412", "Text of CON-412")


def test_the_unnamed_are_accepted_when_the_statistics_say_so(released: ReportFile) -> None:
    take(answer(released.message_id, "PART", 2, **PART))

    assert states()["T000000003V1"] == states()["T000000004V1"] == "ACCEPTED"


def test_pending_is_answered_days_later(released: ReportFile) -> None:
    take(answer(released.message_id, "PART", 2, **PART))
    take(answer(released.message_id, "PART", 0, T000000002V1="ACPT"))

    assert states()["T000000002V1"] == "ACCEPTED"
    assert ReportFeedback.objects.count() == 2


@pytest.mark.parametrize(("status", "state"), [("ACPT", "ACCEPTED"), ("RJCT", "REJECTED")])
def test_a_whole_file(released: ReportFile, status: str, state: str) -> None:
    take(answer(released.message_id, status))

    released.refresh_from_db()
    assert released.state == state
    assert set(states().values()) == {state}


def test_a_rejected_report_is_sent_again_once_repaired(released: ReportFile) -> None:
    take(answer(released.message_id, "PART", 2, **PART))

    made = services.generate_rts22(day=FRIDAY, actor=agent(), at=AT).file

    assert made is not None
    item = ReportItem.objects.get(file=made)
    assert (item.stream, item.seq, item.attempt) == ("RTS22-AGAIN", 1, 2)
    assert not ControlException.objects.filter(state="OPEN").exists()


def test_the_same_answer_twice_is_refused(released: ReportFile) -> None:
    content = answer(released.message_id, "PART", 2, **PART)
    take(content)

    with pytest.raises(services.UnableToImportFeedback):
        take(content)


@pytest.mark.parametrize(
    "content",
    [answer("SOMEBODY-ELSE", "ACPT"), answer("", "PART", 0, UNKNOWN="ACPT")],
    ids=["unknown message", "unknown reference"],
)
def test_an_answer_to_nothing_changes_nothing(released: ReportFile, content: bytes) -> None:
    with pytest.raises(services.UnableToImportFeedback):
        take(content)
    assert not ReportFeedback.objects.exists()
    assert released.answers.count() == 0


def test_an_answer_before_release_is_refused() -> None:
    validated(1)
    made = services.generate_rts22(day=FRIDAY, actor=agent(), at=AT).file
    assert made is not None

    with pytest.raises(services.UnableToImportFeedback):
        take(answer(made.message_id, "ACPT"))
