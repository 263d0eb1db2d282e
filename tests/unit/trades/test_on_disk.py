"""A bulk that stays on disk is cut exactly as one in memory is."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.api.bodies import Body
from trades.api import on_disk, reading

TEXTS = st.text(alphabet=st.sampled_from('ab,{}[]":\\é\n 1'), max_size=12)
VALUES = st.recursive(
    TEXTS | st.integers(), lambda inner: st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=4)
LAYOUTS = st.sampled_from([(",", ":"), (" ,\n ", " : "), (",\r\n", ":")])


def body(content: bytes) -> Body:
    return Body(BytesIO(content), len(content))


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_disk, "BLOCK", 64)


@settings(max_examples=300, deadline=None)
@given(items=st.lists(OBJECTS, max_size=30), layout=LAYOUTS, block=st.integers(48, 4_000))
def test_a_list_in_blocks_has_the_same_items(
    items: list[Any], layout: tuple[str, str], block: int
) -> None:
    """A block holds a message at least: smaller ones cannot come, the limit is 64 KiB."""
    longest = max((len(json.dumps(item).encode()) for item in items), default=0)
    content = json.dumps(items, separators=layout, ensure_ascii=False).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(on_disk, "BLOCK", block + 4 * longest)
        places = on_disk.cut_list(body(content), 0)

    assert [json.loads(text) for text in places] == items


@settings(max_examples=100, deadline=None)
@given(lines=st.lists(st.text(alphabet="ab {\t", max_size=200), max_size=30))
def test_lines_are_those_of_a_split(lines: list[str]) -> None:
    content = "\n".join(lines).encode()
    places = on_disk.cut_lines(body(content), 0)

    wanted = [(n, line) for n, line in enumerate(content.split(b"\n"), start=1) if line.strip()]
    assert [text.rstrip(b"\n") for text in places] == [line for _n, line in wanted]
    assert list(places.lines) == [number for number, _line in wanted]


BROKEN = {
    "cut off": (b'[{"a": 1},\n{"b": 2},\n', 3, 1, "the JSON is cut off here"),
    "two commas": (b'[{"a": 1},\n {"b": 2},, {"c": 3}]', 2, 11, "this is not JSON: , {"),
    "accents": ('[{"é": "é"},\n {"é": 1} x]'.encode(), 2, 11, "this is not JSON: x]"),
    "more behind it": (b'[{"a": 1}] {"b": 2}', 1, 13, 'this is not JSON: "b"'),
}


@pytest.mark.parametrize("bad", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("before", [0, 200])
def test_what_is_no_list_is_said_with_its_place(
    bad: tuple[bytes, int, int, str], before: int
) -> None:
    """The same line and column as in memory, however far into the body."""
    content, line, column, words = bad
    content = b"[" + b'{"x": 1},\n' * before + content.removeprefix(b"[")
    told = []
    for cut in (reading._items, lambda whole: on_disk.cut_list(body(whole), 0)):
        with pytest.raises(on_disk.UnreadableBulk) as refused:
            cut(content)
        told.append(refused.value.findings[0])

    assert told[0] == told[1]
    assert told[0].line == line + before
    assert (told[0].column == str(column)) or before
    said = told[0].message.format(line=line, column=column, found=told[0].found, expected="")
    assert words in said


def test_a_list_nested_too_deep() -> None:
    with pytest.raises(on_disk.UnreadableBulk):
        on_disk.cut_list(body(b"[" * 100_000), 0)


def test_a_limit_on_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_disk, "ITEMS_MAX", 3)
    for content, cut in ((b"{}\n" * 4, on_disk.cut_lines), (b"[{},{},{},{}]", on_disk.cut_list)):
        with pytest.raises(on_disk.TooManyItems):
            cut(body(content), 0)
