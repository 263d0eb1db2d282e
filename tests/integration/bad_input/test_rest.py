"""Bad messages at the REST doors: status, every finding with its place, and nothing left behind."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from django.test import Client

from tests.factories.trades import message, small_world
from tests.integration.bad_input import files
from tests.integration.bad_input.doors import MANY, ONE, feed, rows
from trades.models import Execution, Trade

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture(autouse=True)
def _world() -> None:
    small_world()


def sent(**changes: Any) -> bytes:
    return json.dumps(message(**changes)).encode()


def written(old: str, new: str) -> bytes:
    """Return a good message with a piece of its text replaced."""
    text = json.dumps(message())
    assert old in text
    return text.replace(old, new).encode()


PRICE, QUANTITY = '"101.5"', '"100"'
MESSAGES: dict[str, tuple[bytes, int, str, str, str]] = {
    # what is sent: the status, then code, field and message of the first finding
    "two commas": (
        b'{"version": 1,, "action": "NEW"}', 400, "CAP-001", "",
        'Line 1, column 15: this is not JSON: , "action": "NEW"}',
    ),
    "cut off": (
        b'{"source_reference": ', 400, "CAP-001", "",
        "Line 1, column 22: the JSON is cut off here",
    ),
    "empty": (b"", 400, "CAP-001", "", "Line 1, column 1: the JSON is cut off here"),
    "a list": (b"[]", 400, "CAP-002", "", "An execution is a JSON object, not []"),
    "NaN": (
        written(PRICE, "NaN"), 422, "CAP-007", "price", "price is a number between quotes, not NaN",
    ),
    "Infinity": (written(PRICE, "-Infinity"), 422, "CAP-007", "price", "quotes, not -Infinity"),
    "1e400": (written(PRICE, "1e400"), 422, "CAP-007", "price", "between quotes, not 1e400"),
    "1e400 in quotes": (
        sent(price="1e400"), 422, "CAP-008", "price", "price is not a plain decimal number: 1e400",
    ),
    "a JSON number": (written(PRICE, "101.5"), 422, "CAP-007", "price", "quotes, not 101.5"),
    "negative quantity": (
        sent(quantity="-5"), 422, "CAP-010", "quantity",
        "quantity must be greater than zero, not -5",
    ),
    "wrong check digit": (
        sent(isin="FR0000120272"), 422, "CAP-014", "isin",
        "The check digit of ISIN FR0000120272 is wrong",
    ),
    "31 February": (
        sent(trade_date="2026-02-31"), 422, "CAP-011", "trade_date",
        "trade_date is not a date of the calendar: 2026-02-31",
    ),
    "31 February at ten": (
        sent(traded_at="2026-02-31T10:00:00+01:00"), 422, "CAP-012", "traded_at",
        "traded_at is not a moment with its offset: 2026-02-31T10:00:00+01:00",
    ),
    "the year 9999": (
        sent(trade_date="9999-12-31"), 422, "CAP-011", "trade_date",
        "trade_date lies outside 1900 .. 2999: 9999-12-31",
    ),
    "the year 1": (
        sent(settlement_date="0001-01-01"), 422, "CAP-011", "settlement_date",
        "settlement_date lies outside 1900 .. 2999: 0001-01-01",
    ),
    "ten o'clock in the year 9999": (
        sent(traded_at="9999-12-31T23:59:59-23:00"), 422, "CAP-012", "traded_at",
        "traded_at lies outside 1900 .. 2999: 9999-12-31T23:59:59-23:00",
    ),
    "full-width digits": (
        sent(quantity="１２"), 422, "CAP-008", "quantity", "is not a plain decimal number: １２",
    ),
    "underscore in digits": (
        sent(quantity="1_000"), 422, "CAP-008", "quantity", "not a plain decimal number: 1_000",
    ),
    "5,000 digits": (
        written('"version": 1', '"version": 1' + "0" * 5000), 422, "CAP-007", "version",
        "version is a whole number, not 1000",
    ),
    "duplicate key": (
        written('"version": 1', '"version": 1, "version": 2'), 400, "CAP-003", "version",
        "version is given more than once",
    ),
    "UTF-16": (
        json.dumps(message()).encode("utf-16"), 400, "CAP-018", "",
        "Line 1, column 1: byte 0xff is not UTF-8",
    ),
    "Latin-1": (
        json.dumps(message(comment="é"), ensure_ascii=False).encode("latin-1"), 400, "CAP-018", "",
        "byte 0xe9 is not UTF-8",
    ),
    "lone surrogate": (
        written('"X-1"', '"X\\ud800"'), 400, "CAP-018", "source_reference",
        "source_reference holds half of a character: X\\ud800",
    ),
    "NUL": (
        sent(comment="a\0b"), 422, "CAP-015", "comment",
        "comment is too long or holds control characters",
    ),
    "zero-width space": (
        sent(comment="pay\u200bpal"), 422, "CAP-015", "comment",
        "comment holds invisible or look-alike characters: 'pay\\u200bpal'",
    ),
    "Cyrillic look-alike": (
        sent(comment="p\u0430ypal"), 422, "CAP-015", "comment",
        "comment holds invisible or look-alike characters: 'p\\u0430ypal'",
    ),
    "Cyrillic counterparty": (
        sent(counterparty="BN\u0420P"), 422, "CAP-015", "counterparty",
        "counterparty cannot be read: BN\u0420P",
    ),
    "10,000 levels": (
        b'{"a":' * 10_000, 400, "CAP-004", "",
        "Objects and lists are nested deeper than 32 levels",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", MESSAGES.values(), ids=MESSAGES)
def test_one_execution(bad: tuple[bytes, int, str, str, str]) -> None:
    body, status, code, field, words = bad
    client = feed()
    before = rows()

    answer = client.post(ONE, body, content_type=JSON)

    first = answer.json()["findings"][0]
    assert (answer.status_code, first["code"], first["field"]) == (status, code, field), first
    assert words in first["message"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert rows() == before
    assert client.post(ONE, sent(), content_type=JSON).status_code == 201


@pytest.mark.parametrize("bad", MESSAGES.values(), ids=MESSAGES)
def test_the_same_between_two_good_lines_of_a_bulk(bad: tuple[bytes, int, str, str, str]) -> None:
    """The bad message is refused under its own index; its neighbours are booked."""
    body, _status, code, _field, _words = bad
    if not body or body.startswith(b"\xff\xfe"):
        pytest.skip("no line of a bulk")
    lines = [sent(source_reference="A"), b"", body, sent(source_reference="B")]

    answer = feed().post(MANY, b"\n".join(lines), content_type="application/x-ndjson")

    items = answer.json()["items"]
    assert [item["code"] for item in items] == [201, 422, 201]
    assert (items[1]["index"], items[1]["findings"][0]["code"]) == (1, code)
    assert {finding["line"] for finding in items[1]["findings"]} == {3}
    assert sorted(Trade.objects.values_list("source_reference", flat=True)) == ["A", "B"]


NO_LISTS: dict[str, tuple[bytes, str]] = {
    "NaN": (b'[{"price": NaN}]', "Line 1, column 12: this is not JSON: NaN}]"),
    "no comma": (b'[{},\n {"book": "\xc3\xa9"} {}]', "Line 2, column 16: this is not JSON: {}]"),
    "cut off": (b"[{},", "Line 1, column 5: the JSON is cut off here"),
    "100,000 levels": (b"[" * 100_000, "Objects and lists are nested deeper than 32 levels"),
}


@pytest.mark.parametrize("bad", NO_LISTS.values(), ids=NO_LISTS)
def test_a_list_that_is_none_says_where(bad: tuple[bytes, str]) -> None:
    body, words = bad

    answer = feed().post(MANY, body, content_type=JSON)

    assert (answer.status_code, answer.json()["code"]) == (400, "BULK_UNREADABLE")
    assert answer.json()["findings"][0]["message"] == words


BULKS: dict[str, tuple[bytes, int, str]] = {
    "empty": (b" ", 400, "The body holds no execution"),
    "cut off": (b"[{", 400, "The body is not a JSON list"),
    "100,000 levels": (b"[" * 100_000, 400, "The body is not a JSON list"),
    "UTF-16": (json.dumps([message()]).encode("utf-16"), 400, "The body is not text in UTF-8"),
    "gzip": (gzip.compress(sent()), 400, "The body is not text in UTF-8"),
    "100,001 items": (
        b"[" + b",".join([b"{}"] * 100_001) + b"]", 413,
        "More than 100000 executions in one call",
    ),
    "2.4 million numbers": (
        b"[" + b"1," * 2_400_000 + b"1]", 413, "More than 100000 executions in one call",
    ),
    "7 million numbers": (
        b"[" + b"1," * 7_000_000 + b"1]", 413, "More than 100000 executions in one call",
    ),
    "46 million numbers": (
        b"[" + b"1," * 46_000_000 + b"1]", 413, "More than 100000 executions in one call",
    ),
    "5 million keys": (
        b'[{"a":' + b'"b","\\"c":' * 5_000_000 + b"1}]", 400, "The body is not a JSON list",
    ),
    "30 million lines": (b"{}\n" * 30_000_000, 413, "More than 100000 executions in one call"),
    "14 million blank lines": (b"\n" * 14_000_000, 413, "More than 100000 executions in one call"),
    "90 million blank lines": (b"\n" * 90_000_000, 413, "More than 100000 executions in one call"),
    "100,001 lines": (b"{}\n" * 100_001, 413, "More than 100000 executions in one call"),
}  # fmt: skip


@pytest.mark.parametrize("bad", BULKS.values(), ids=BULKS)
def test_a_bulk_that_is_none(bad: tuple[bytes, int, str]) -> None:
    body, status, title = bad
    client = feed()
    before = rows()

    answer = client.post(MANY, body, content_type=JSON)

    assert (answer.status_code, answer.json()["title"]) == (status, title)
    assert rows() == before


def test_a_line_of_46_million_numbers_is_refused_unread() -> None:
    body = b" " * 100 + b'{"a":[' + b"1," * 46_000_000 + b"1]}"

    answer = feed().post(MANY, body, content_type=JSON)

    assert (answer.status_code, answer.json()["counts"]) == (200, {"invalid": 1})
    assert answer.json()["items"][0]["findings"][0]["code"] == "CAP-019"


HEADERS: dict[str, tuple[str, dict[str, str], str]] = {
    "text": ("text/plain", {}, "not text/plain"),
    "a form": ("application/x-www-form-urlencoded", {}, "not application/x-www-form-urlencoded"),
    "another alphabet": ("application/json; charset=utf-16", {}, "Send JSON in UTF-8, not in"),
    "packed": (JSON, {"content-encoding": "br"}, "Content-Encoding br is not accepted"),
}


@pytest.mark.parametrize("bad", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("address", [ONE, MANY])
def test_a_body_that_says_to_be_something_else(
    address: str, bad: tuple[str, dict[str, str], str]
) -> None:
    media_type, headers, words = bad
    client = feed()
    before = rows()

    answer = client.post(address, sent(), content_type=media_type, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert words in answer.json()["title"]
    assert rows() == before


def test_a_byte_order_mark_is_passed_over() -> None:
    body = b"\xef\xbb\xbf" + sent()

    assert feed().post(ONE, body, content_type=JSON).status_code == 201


def test_sizes() -> None:
    client = feed()
    before = rows()

    one = client.post(ONE, bytes(70_000), content_type=JSON)
    many = client.post(MANY, bytes(5 * files.FIFTY_MEGABYTES), content_type=JSON)

    assert (one.status_code, one.json()["title"]) == (413, "The body is larger than 65536 bytes")
    assert (many.status_code, many.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert "At most 200 MB are accepted here; 250 MB were sent." in many.json()["title"]
    assert rows() == before


def test_an_unknown_isin_is_kept_and_waits() -> None:
    answer = feed().post(ONE, sent(isin="US0378331005"), content_type=JSON)

    assert (answer.status_code, answer.json()["outcome"]) == (201, "EXCEPTION")
    assert answer.json()["findings"][0]["found"] == "US0378331005"
    assert (Execution.objects.count(), Trade.objects.count()) == (1, 0)


def test_the_same_message_twice_is_one_trade() -> None:
    client = feed()
    codes = [client.post(ONE, sent(), content_type=JSON).status_code for _ in range(2)]

    assert (codes, Trade.objects.count(), Execution.objects.count()) == ([201, 200], 1, 1)


@pytest.mark.parametrize(
    "token", ["", "é", "a\0b", "x" * 100_000, "'; DROP TABLE trades_trade; --", "a b"]
)
def test_a_worthless_token(token: str) -> None:
    client = Client(raise_request_exception=False)
    before = rows()
    answer = client.post(
        ONE, sent(), content_type=JSON, headers={"authorization": f"Bearer {token}"}
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "NOT_AUTHENTICATED")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert rows() == before


@pytest.mark.parametrize("key", ["k" * 201, "é", "a\0b", "a\nb"])
def test_a_worthless_key(key: str) -> None:
    client = feed()
    before = rows()
    answer = client.post(ONE, sent(), content_type=JSON, headers={"idempotency-key": key})

    assert (answer.status_code, answer.json()["code"]) == (400, "IDEMPOTENCY_KEY")
    assert rows() == before


@pytest.mark.parametrize("reference", ["%00", "%ED%A0%80", "x" * 5000, "..%2F..%2Fetc", "a%0Ab"])
def test_a_worthless_reference(reference: str) -> None:
    answer = feed().get(f"{ONE}{reference}/")

    assert answer.status_code in (400, 404)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (sent(quantity="-5"), "quantity : une valeur supérieure à zéro est attendue, et non -5"),
        (sent(isin="FR0000120272"), "FR0000120272"),
        (b'{"\xe9', "Ligne 1, colonne 3 : l’octet 0xe9 n’est pas de l’UTF-8"),
        (b"{", "Ligne 1, colonne 2 : le JSON s’arrête ici, incomplet"),
        (b"[1]", "JSON, et non [1]"),
        (written(PRICE, "NaN"), "price est un nombre entre guillemets, et non NaN"),
        (written('"version": 1', '"version": true'), "version est un nombre entier, et non true"),
    ],
)
def test_a_french_client_is_told_in_french(body: bytes, words: str) -> None:
    answer = feed().post(ONE, body, content_type=JSON, headers={"accept-language": "fr"})

    assert words in answer.json()["findings"][0]["message"]
