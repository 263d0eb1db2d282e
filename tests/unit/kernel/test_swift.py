"""SWIFT text: which messages a file holds, with or without envelopes, however its lines end."""

from __future__ import annotations

import pytest

from kernel.swift import bic_of, decoded, messages

OURS = "{1:F01BNPAFRPPAXXX0000000000}{2:I515VALMFRPPXXXXN}{4:"
CAME = "{1:F01VALMFRPPAXXX0042000123}{2:O5181822261120BNPAFRPPA12300420001232611201823N}{4:"
ACKNOWLEDGED = "{1:F21BNPAFRPPAXXX0066000079}{4:{177:1104180901}{451:0}}"


def text(*blocks: str, end: str = "\n") -> str:
    return end.join(blocks)


@pytest.mark.parametrize(
    ("case", "content", "found"),
    [
        ("sent", text(OURS, ":20C::A", "-}"), [(1, "515", "BNPAFRPP", 1, True)]),
        ("came", text(CAME, ":20C::A", "-}"), [(1, "518", "BNPAFRPP123", 1, True)]),
        ("windows", text(OURS, ":20C::A", "-}", end="\r\n"), [(1, "515", "BNPAFRPP", 1, True)]),
        ("old mac", text(OURS, ":20C::A", "-}", end="\r"), [(1, "515", "BNPAFRPP", 1, True)]),
        ("trailer and the next", text(OURS, ":20C::A", "-}{5:{CHK:1}}" + OURS, ":20C::A", "-}"),
         [(1, "515", "BNPAFRPP", 1, True), (2, "515", "BNPAFRPP", 3, True)]),
        ("dollars between", text(OURS, ":20C::A", "-}", "$", OURS, ":20C::A", "-}$"),
         [(1, "515", "BNPAFRPP", 1, True), (2, "515", "BNPAFRPP", 5, True)]),
        ("blocks on lines", text(OURS.replace("}{", "}\n{"), ":20C::A", "-}"),
         [(1, "515", "BNPAFRPP", 1, True)]),
        ("field beside its block", text(OURS + ":20C::A", "-}"), [(1, "515", "BNPAFRPP", 1, True)]),
        ("acknowledged", text(ACKNOWLEDGED + OURS, ":20C::A", "-}"),
         [(1, "515", "BNPAFRPP", 1, True)]),
        ("acknowledged above", text(ACKNOWLEDGED, OURS, ":20C::A", "-}"),
         [(1, "515", "BNPAFRPP", 2, True)]),
        ("cut", text(OURS, ":20C::A", OURS, ":20C::A", "-}"),
         [(1, "515", "BNPAFRPP", 1, False), (2, "515", "BNPAFRPP", 3, True)]),
        ("bare", text(":16R:GENL", ":20C::A", ":16R:GENL", ":20C::A"),
         [(1, "", "", 1, False), (2, "", "", 3, False)]),
        ("bare with ends", text(":20:A", "-", ":20:B", "-}"),
         [(1, "", "", 1, True), (2, "", "", 3, True)]),
        ("nothing", "hello\n", []),
    ],
)  # fmt: skip
def test_a_file_holds_these_messages(
    case: str, content: str, found: list[tuple[int, str, str, int, bool]]
) -> None:
    read = list(messages(content))

    assert [(m.number, m.kind, m.sender, m.line, m.ended) for m in read] == found, case
    assert all(m.fields[0].tag[:2] in ("16", "20") for m in read), case


def test_a_field_goes_on_until_the_next_one_begins() -> None:
    (message,) = messages(text(OURS, ":35B:ISIN X", "A NAME", "", "- OF TWO LINES", ":16S:A", "-}"))

    isin, end = message.fields
    assert (isin.text, isin.line) == ("ISIN X\nA NAME\n- OF TWO LINES", 2)
    assert (end.tag, end.line, message.last_line) == ("16S", 6, 7)


@pytest.mark.parametrize(
    ("content", "read"),
    [
        ("é".encode(), ("é", "utf-8")),
        ("é".encode("utf-8-sig"), ("é", "utf-8")),
        ("é".encode("utf-16"), ("é", "utf-16")),
        ("é".encode("iso-8859-1"), ("é", "iso-8859-1")),
    ],
)
def test_text_is_decoded_by_its_mark_then_by_what_it_can_be(
    content: bytes, read: tuple[str, str]
) -> None:
    assert decoded(content) == read


@pytest.mark.parametrize(
    ("address", "bic"), [("BNPAFRPPAXXX", "BNPAFRPP"), ("BNPAFRPPA123", "BNPAFRPP123")]
)
def test_a_terminal_is_one_of_a_bank(address: str, bic: str) -> None:
    assert bic_of(address) == bic
