"""XML of unknown origin."""

from __future__ import annotations

import pytest

from core import xml
from core.unreadable import UnreadableFile

BOMB = b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><l>&b;</l>'
EXTERNAL = b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'


@pytest.mark.parametrize(
    ("case", "content", "code"),
    [
        ("bomb", BOMB, "FILE-020"),
        ("external", EXTERNAL, "FILE-020"),
        ("utf_16", BOMB.decode().encode("utf-16"), "FILE-020"),
        ("after_a_long_comment", b"<!--" + b"x" * 5000 + b"-->" + BOMB, "FILE-020"),
        ("empty", b"", "FILE-001"),
        ("cut", b"<a><b>1</b>", "FILE-021"),
        ("deep", b"<a>" * 1000 + b"</a>" * 1000, "FILE-021"),
        ("not_xml", b"\x00\x01\x02", "FILE-021"),
    ],
)
def test_hostile_xml_is_refused(case: str, content: bytes, code: str) -> None:
    for read in (xml.safe_parse, lambda c: list(xml.safe_iterparse(c, tag=("b", "l", "a")))):
        with pytest.raises(UnreadableFile) as refused:
            read(content)
        assert refused.value.findings[0].code == code, case


def test_elements_are_yielded_one_by_one() -> None:
    content = b"<a>" + b"".join(b"<b>%d</b>" % n for n in range(1000)) + b"</a>"

    assert [e.text for e in xml.safe_iterparse(content, tag="b")] == [str(n) for n in range(1000)]


def test_a_large_document_is_refused_before_parsing() -> None:
    with pytest.raises(UnreadableFile) as refused:
        xml.safe_parse(b"<a>" + b"x" * 100 + b"</a>", bytes_max=50)
    assert refused.value.findings[0].code == "FILE-002"
