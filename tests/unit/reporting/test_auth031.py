from __future__ import annotations

import pytest

from reporting.formats import auth031
from tests.unit.reporting.samples import schema_directory

OPENING = f'<Document xmlns="{auth031.NAMESPACE}"><FinInstrmRptgStsAdvc>'
CLOSING = "</FinInstrmRptgStsAdvc></Document>"
STATUS = "<MsgSts><RptSts>ACPT</RptSts></MsgSts>"


def advice(inner: str, *, name: str = "StsAdvc") -> bytes:
    return f"{OPENING}<{name}>{inner}</{name}>{CLOSING}".encode()


def test_the_public_sample() -> None:
    sample = next(schema_directory().rglob("sample_status_advice.xml"))

    (feedback,) = auth031.read(sample.read_bytes())

    assert (feedback.status, feedback.total) == ("PART", 8)
    assert feedback.counts == {"PDNG": 3, "RJCT": 2, "ACPT": 3}
    assert [(record.status, record.rules[0].code) for record in feedback.records] == [
        ("RJCT", "CON-412"),
        ("PDNG", "CON-411"),
        ("PDNG", "CON-411"),
        ("PDNG", "CON-411"),
        ("RJCT", "CON-023"),
    ]


@pytest.mark.parametrize("name", ["StsAdvc", "MsgStsAdvc"])
def test_both_spellings(name: str) -> None:
    record = "<RcrdSts><OrgnlRcrdId>T1V1</OrgnlRcrdId><Sts>ACPT</Sts></RcrdSts>"

    (feedback,) = auth031.read(advice(f"<MsgRptIdr>M1</MsgRptIdr>{STATUS}{record}", name=name))

    assert feedback.message_id == "M1"
    assert feedback.records == (auth031.RecordFeedback("T1V1", "ACPT"),)


BOMB = b"<!DOCTYPE a [<!ENTITY b 'x'><!ENTITY c '&b;&b;'>]><Document>&c;</Document>"


@pytest.mark.parametrize(
    ("case", "content", "said"),
    [
        ("empty", b"", "not well-formed XML"),
        ("truncated", advice(STATUS)[:-20], "not well-formed XML"),
        ("bomb", BOMB, "document type"),
        ("another message", b"<Document/>", "no status advice"),
        ("unknown status", advice("<MsgSts><RptSts>YES</RptSts></MsgSts>"), "found YES"),
        ("no status", advice(""), "found nothing"),
        (
            "unknown record status",
            advice(f"{STATUS}<RcrdSts><OrgnlRcrdId>T</OrgnlRcrdId><Sts>OK</Sts></RcrdSts>"),
            "line 1, Sts",
        ),
        (
            "record without reference",
            advice(f"{STATUS}<RcrdSts><Sts>ACPT</Sts></RcrdSts>"),
            "OrgnlRcrdId",
        ),
        (
            "count in letters",
            advice(
                "<MsgSts><RptSts>ACPT</RptSts><Sttstcs><TtlNbOfRcrds>two</TtlNbOfRcrds></Sttstcs></MsgSts>"
            ),
            "found two",
        ),
    ],
)
def test_bad_input_is_refused_with_its_place(case: str, content: bytes, said: str) -> None:
    with pytest.raises(auth031.UnreadableFeedback, match=said):
        auth031.read(content)
