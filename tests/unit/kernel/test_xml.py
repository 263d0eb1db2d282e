"""XML of unknown origin."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from kernel import xml
from tests.meta.sources import PACKAGES, label, python_files

BOMB = b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><l>&b;</l>'
EXTERNAL = b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'


@pytest.mark.parametrize(
    ("case", "content"),
    [("bomb", BOMB), ("external", EXTERNAL), ("utf_16", BOMB.decode().encode("utf-16"))],
)
def test_what_a_declaration_names_is_not_opened_and_can_be_refused(
    case: str, content: bytes
) -> None:
    root = xml.parse(content)
    walked = [element for _event, element in xml.steps(content, bare=True)]

    assert root.text is None, case
    assert walked[-1].text is None, case
    assert xml.declares_type(root)
    assert xml.declares_type(walked[0])


@pytest.mark.parametrize(
    ("case", "content"),
    [
        ("empty", b""),
        ("cut", b"<a><b>1</b>"),
        ("deep", b"<a>" * 1000 + b"</a>" * 1000),
        ("not_xml", b"\x00\x01\x02"),
    ],
)
def test_what_is_no_document_is_refused(case: str, content: bytes) -> None:
    with pytest.raises(etree.XMLSyntaxError):
        xml.parse(content)
    with pytest.raises(etree.XMLSyntaxError):
        list(xml.steps(content))


def test_elements_come_one_by_one() -> None:
    content = b"<a>" + b"".join(b"<b>%d</b>" % n for n in range(1000)) + b"</a>"

    found = xml.steps(content, events=("end",), tag="b")

    assert [element.text for _event, element in found] == [str(n) for n in range(1000)]
    assert not xml.declares_type(xml.parse(content))


def test_nobody_configures_a_reader_of_his_own() -> None:
    reader = re.compile(r"etree\.(XMLParser|iterparse|fromstring|parse|XML)\(")
    here = Path(xml.__file__)

    found = [path for path in python_files(*PACKAGES) if reader.search(path.read_text())]

    assert [label(path) for path in found] == [label(here)]
