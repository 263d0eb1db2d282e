"""Each promise can be broken: rows that the tables refuse are put into stand-in views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection

from backoffice import promises

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("passing_tables")]

TALLY = (
    "day date, desk text, status text, currency text,"
    " trades numeric, net_amount numeric, risk_eur numeric"
)
USED = "kind text, code text, day date, used numeric, unvalued bigint DEFAULT 0"
MOVED = (
    "account_code text, what text, day date, outgoing numeric DEFAULT 0, incoming numeric DEFAULT 0"
)
VIEWS = {
    "execution": "id int, source text, source_ref text, source_version int, action text",
    "trade": "id int, source text, source_ref text",
    "trade_version": "id int, trade_id int, version_no int, status text, maker text, checker text,"
    " quantity numeric DEFAULT 1, price numeric DEFAULT 1, source_version int DEFAULT 1,"
    " contributors text[] DEFAULT '{}'",
    "report_item": "stream text DEFAULT 'S', seq int, trade_version_id int",
    "exception_item": "subject text",
    "outbox": "id int, done_at timestamptz",
    "audit": "chain text",
    "idempotency": "client text, key text, code int",
    "statement": "id int, sha256 text, declared_rows int",
    "statement_line": "id int, statement_id int, amount numeric DEFAULT 1",
    "match_allocation": "match_id int, side text, amount numeric, currency text",
    "user_role": "username text, role text",
    "role_grant": "username text DEFAULT 'c', role text DEFAULT 'AGENT', desk text DEFAULT '',"
    " granted_by text, approved_by text DEFAULT '', is_lasting bool DEFAULT true,"
    " is_filed bool DEFAULT false",
    "job": "id int, status text, lease_until timestamptz",
    "approval": "trade_id int DEFAULT 1, version_no int DEFAULT 1,"
    " decision text DEFAULT 'APPROVED', checker text, on_behalf_of text DEFAULT ''",
    "setting": "kind text DEFAULT 'rule', id int DEFAULT 1, asked_by text, decided_by text",
    "tally": TALLY,
    "tally_of_trades": TALLY,
    "limit_use": USED,
    "limit_use_of_trades": USED,
    "account_use": MOVED,
    "account_use_of_trades": MOVED,
    "confirmation": "id int, trade_id int, version_no int, status text, received_id int,"
    " differs text[] DEFAULT '{}'",
    "confirmation_decision": "confirmation_id int, received_id int, deed text",
}
CONFIRMED = {"id": 1, "trade_id": 1, "version_no": 1, "status": "MATCHED", "received_id": 1}
TALLIED = {
    "day": "2026-11-20",
    "desk": "EQ",
    "status": "VALIDATED",
    "currency": "EUR",
    "trades": 1,
    "net_amount": 100,
    "risk_eur": 100,
}
USES = {"kind": "TRADER", "code": "T-ANA", "day": "2026-11-20", "used": 100}
MOVES = {"account_code": "SEC-1", "what": "EUR", "day": "2026-11-20", "outgoing": 100}
MESSAGE = {"source": "OMS", "source_ref": "1", "source_version": 1, "action": "NEW"}
TRADE = {"id": 1, "source": "OMS", "source_ref": "1"}
GOOD = {
    "id": 1,
    "trade_id": 1,
    "version_no": 1,
    "status": "VALIDATED",
    "maker": "a",
    "checker": "b",
}
LIVED: dict[str, list[dict[str, Any]]] = {
    "execution": [{"id": 1, **MESSAGE}, {"id": 2, **MESSAGE, "source_ref": "2"}],
    "trade": [TRADE],
    "trade_version": [GOOD],
    "report_item": [{"seq": 1, "trade_version_id": 1}],
    "exception_item": [{"subject": "execution:2 OMS 2"}],
    "outbox": [{"id": 1, "done_at": "2026-11-20"}],
    "audit": [{"chain": "trade:1"}],
    "idempotency": [{"client": "c", "key": "k", "code": 201}],
    "statement": [{"id": 1, "sha256": "x", "declared_rows": 1}],
    "statement_line": [{"id": 1, "statement_id": 1}],
    "match_allocation": [
        {"match_id": 1, "side": "INTERNAL", "amount": 5, "currency": "EUR"},
        {"match_id": 1, "side": "EXTERNAL", "amount": 5, "currency": "EUR"},
    ],
    "user_role": [{"username": "a", "role": "AGENT"}],
    "role_grant": [
        {"granted_by": "a", "approved_by": "b"},
        {"granted_by": "console", "is_filed": True},
        {"username": "d", "granted_by": "d", "is_lasting": False, "is_filed": True},
    ],
    "job": [
        {"id": 1, "status": "DONE"},
        {"id": 2, "status": "RUNNING", "lease_until": "2999-01-01"},
    ],
    "approval": [{"checker": "b", "on_behalf_of": "d"}],
    "setting": [{"asked_by": "a", "decided_by": "b"}],
    "tally": [TALLIED],
    "tally_of_trades": [TALLIED],
    "limit_use": [USES],
    "limit_use_of_trades": [USES],
    "account_use": [MOVES],
    "account_use_of_trades": [MOVES],
    "confirmation": [CONFIRMED],
    "confirmation_decision": [{"confirmation_id": 1, "received_id": 1, "deed": "MATCHED"}],
}
BREACHES: dict[str, dict[str, list[dict[str, Any]]]] = {
    "I01a": {"execution": [{"id": 1, **MESSAGE}, {"id": 3, **MESSAGE}]},
    "I01b": {"exception_item": []},
    "I01c": {"trade": [TRADE, {**TRADE, "id": 2}]},
    "I02a": {"trade_version": [{**GOOD, "version_no": 2}]},
    "I02b": {"trade_version": [GOOD, {**GOOD, "id": 2, "version_no": 2}]},
    "I03a": {"trade_version": [{**GOOD, "checker": "a"}]},
    "I03b": {"user_role": [*LIVED["user_role"], {"username": "a", "role": "SUPERVISOR"}]},
    "I04": {
        "trade_version": [
            {**GOOD, "source_version": 3, "status": "SUPERSEDED"},
            {**GOOD, "id": 2, "version_no": 2, "source_version": 2},
        ]
    },
    "I05": {"match_allocation": LIVED["match_allocation"][:1]},
    "I07": {"trade_version": [{**GOOD, "price": "NaN"}]},
    "I08": {"report_item": [{"seq": 2, "trade_version_id": 1}]},
    "I09": {"report_item": [{"seq": n, "trade_version_id": 1} for n in (1, 2)]},
    "I10": {"audit": []},
    "I11": {"statement_line": []},
    "I12": {"idempotency": [{"client": "c", "key": "k"}]},
    "T01": {"tally": [{**TALLIED, "net_amount": 99}]},
    "L01": {"limit_use": [{**USES, "used": 99}]},
    "L02": {"account_use": [{**MOVES, "outgoing": 99}]},
    "C01": {"confirmation": [CONFIRMED, {**CONFIRMED, "id": 2, "trade_id": 2, "version_no": 2}]},
    "C02": {"confirmation_decision": []},
    "C03": {
        "confirmation": [{**CONFIRMED, "version_no": 1}],
        "trade_version": [{**GOOD, "status": "SUPERSEDED"}, {**GOOD, "id": 2, "version_no": 2}],
    },
    "I14": {"outbox": [{"id": 1}]},
    "I19a": {"job": [{"id": 1, "status": "RUNNING"}]},
    "I19b": {"job": [{"id": 1, "status": "RUNNING", "lease_until": "2026-01-01"}]},
    "I19c": {"role_grant": [{"granted_by": "a"}]},
    "I19d": {"setting": [{"asked_by": "a", "decided_by": "a"}]},
}


def _stand_in(rows: Mapping[str, list[dict[str, Any]]]) -> None:
    with connection.cursor() as cursor:
        for view, columns in VIEWS.items():
            cursor.execute(f"CREATE TEMP TABLE {view} ({columns}) ON COMMIT DROP")
            for row in rows[view]:
                marks = ", ".join(["%s"] * len(row))
                names = ", ".join(row)
                cursor.execute(
                    f"INSERT INTO pg_temp.{view} ({names}) VALUES ({marks})", list(row.values())
                )


def _broken(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    asked = [
        promises.Promise(one.code, one.text, one.broken_by.replace("qa.", "pg_temp."), one.settled)
        for one in promises.PROMISES
    ]
    monkeypatch.setattr(promises, "PROMISES", asked)
    return {promise.code for promise, _rows in promises.broken(settled=True)}


def test_a_lived_day_breaks_none(monkeypatch: pytest.MonkeyPatch) -> None:
    _stand_in(LIVED)
    assert _broken(monkeypatch) == set()


@pytest.mark.parametrize("code", [promise.code for promise in promises.PROMISES])
def test_each_promise_can_be_broken(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _stand_in(LIVED | BREACHES[code])
    assert code in _broken(monkeypatch)


def test_who_stood_in_for_the_maker_breaks_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    _stand_in(LIVED | {"approval": [{"checker": "b", "on_behalf_of": "a"}]})
    assert _broken(monkeypatch) == {"I03a"}


@pytest.mark.parametrize(
    "grant",
    [
        {"granted_by": "c", "approved_by": "b"},
        {"granted_by": "a", "approved_by": "c"},
        {"granted_by": "a", "approved_by": "a"},
    ],
)
def test_nobody_gives_a_role_to_oneself_or_alone(
    grant: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _stand_in(LIVED | {"role_grant": [grant]})
    assert _broken(monkeypatch) == {"I19c"}
