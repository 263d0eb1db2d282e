"""Frames out of a stream: whole, in pieces, with noise between, with lies about their length."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trades.formats.fix.wire import (
    BYTES_MAX,
    Framer,
    Garbled,
    TooLong,
    Wire,
    encode,
    moment,
    read,
    stamp,
    text,
)

GOOD = encode("FIX.4.4", [(35, "0"), (34, "2"), (49, "A"), (56, "B"), (58, "héllo")])


def framed(*pieces: bytes) -> list[str]:
    framer = Framer()
    found = [one for piece in pieces for one in framer.feed(piece)]
    return ["message" if isinstance(one, Wire) else "garbled" for one in found]


@pytest.mark.parametrize(
    ("case", "pieces", "expected"),
    [
        ("whole", [GOOD], ["message"]),
        ("two at once", [GOOD + GOOD], ["message", "message"]),
        ("byte by byte", [bytes([b]) for b in GOOD], ["message"]),
        ("noise before", [b"\x00noise" + GOOD], ["garbled", "message"]),
        ("noise only", [b"GET / HTTP/1.1\r\n\r\n"], ["garbled"]),
        ("the beginning of a beginning", [b"noise8=F", GOOD[3:]], ["garbled", "message"]),
        ("a wrong sum", [GOOD[:-4] + b"999\x01"], ["garbled"]),
        ("too short a length", [GOOD.replace(b"9=29", b"9=20") + GOOD], ["garbled", "message"]),
        ("too long a length", [GOOD.replace(b"9=29", b"9=60") + GOOD], ["garbled"]),
        ("no length", [b"8=FIX.4.4\x0135=0\x01" + b"x" * 80 + GOOD], ["garbled", "message"]),
        ("no end yet", [GOOD[:-1]], []),
        ("a tag that is none", [encode("FIX.4.4", [(35, "0")]).replace(b"35=0", b"3x=0")],
         ["garbled"]),
    ],
)  # fmt: skip
def test_a_stream_is_cut_into_messages(case: str, pieces: list[bytes], expected: list[str]) -> None:
    assert framed(*pieces) == expected, case


def test_a_message_that_is_announced_too_long_ends_the_stream() -> None:
    with pytest.raises(TooLong):
        list(Framer().feed(b"8=FIX.4.4\x019=%d\x0135=0\x01" % (BYTES_MAX + 1)))


@given(noise=st.binary(max_size=300), pieces=st.lists(st.integers(1, 40), min_size=1))
def test_no_bytes_break_the_framer_and_a_message_after_them_is_found(
    noise: bytes, pieces: list[int]
) -> None:
    framer, stream, found = Framer(), noise + b"\x01" + GOOD, []
    at = 0
    for size in [*pieces, len(stream)]:
        found += framer.feed(stream[at : at + size])
        at += size

    assert b"8=FIX" in noise or isinstance(found[-1], Wire)


@given(
    body=st.lists(
        st.tuples(st.integers(11, 9999), st.text("abc =|é\x7f", min_size=1, max_size=9)),
        max_size=9,
    )
)
def test_what_is_written_is_read_back(body: list[tuple[int, str]]) -> None:
    plain = [one for one in body if one[0] not in {90, 93, 95, 212, 348, 350, 352, 354, 356, 358}
             | {360, 362, 364, 445, 618, 621}]  # fmt: skip
    message = read(encode("FIX.4.2", [(35, "8"), *plain]))

    assert isinstance(message, Wire)
    assert list(message.fields[3:-1]) == plain


def test_a_field_of_data_may_hold_any_byte() -> None:
    message = read(encode("FIX.4.4", [(35, "8"), (95, "5"), (96, "a\x01=\x01b"), (17, "E1")]))

    assert isinstance(message, Wire)
    assert (message.get(96), message.get(17)) == ("a\x01=\x01b", "E1")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("20261120-09:00:00", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("20261120-09:00:00.123456789", datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=UTC)),
        ("20261120-23:59:60", datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)),
        ("20261320-09:00:00", None),
        ("20261120", None),
        ("20261120-09:00", None),
        ("２０２６1120-09:00:00", None),
        ("", None),
    ],
)
def test_moments_are_read_exactly_or_not_at_all(value: str, expected: datetime | None) -> None:
    assert moment(value) == expected


def test_moments_are_written_in_utc_with_milliseconds() -> None:
    assert stamp(datetime(2026, 11, 20, 9, 0, 0, 123999, tzinfo=UTC)) == "20261120-09:00:00.123"


def test_values_are_read_as_utf8_where_they_are_that() -> None:
    assert text("é".encode().decode("latin-1")) == "é"
    assert text("\xe9") == "é"
    assert isinstance(read(b""), Garbled)
