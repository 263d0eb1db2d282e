"""Messages of a drop copy for tests: each default is one good report."""

from __future__ import annotations

from tests.factories.trades import ISIN

Body = tuple[tuple[int, str], ...]
TRADED = "20261120-09:01:02.123"


def report(exec_id: str = "E1", *, old: bool = False, **changes: str) -> Body:
    """Return the body of an ExecutionReport (8) about a fill; `t31="102"` changes tag 31."""
    fields = {
        37: "O1", 17: exec_id, 20: "0", 150: "2" if old else "F", 39: "2", 22: "4", 48: ISIN,
        55: "TTE",
        54: "1", 38: "100", 32: "100", 31: "101.5", 151: "0", 14: "100", 6: "101.5", 15: "EUR",
        60: TRADED, 75: "20261120", 30: "XPAR",
    }  # fmt: skip
    if not old:
        del fields[20]
    return _changed(fields, changes)


def busted(exec_id: str, of: str, *, old: bool = False) -> Body:
    """Return a report that takes the fill `of` back."""
    return report(exec_id, old=old, t19=of, **({"t20": "1"} if old else {"t150": "H"}))


def corrected(exec_id: str, of: str, price: str, *, old: bool = False) -> Body:
    """Return a report that corrects the price of the fill `of`."""
    return report(exec_id, old=old, t19=of, t31=price, **({"t20": "2"} if old else {"t150": "G"}))


def trade_report(report_id: str = "R1", *sides: Body, **changes: str) -> Body:
    """Return the body of a TradeCaptureReport (AE) with its sides."""
    fields = {
        571: report_id, 487: "0", 856: "0", 570: "N", 150: "F", 22: "4", 48: ISIN, 55: "TTE",
        32: "100", 31: "101.5", 15: "EUR", 75: "20261120", 60: TRADED, 64: "20261124",
    }  # fmt: skip
    groups = sides or (side("1"),)
    return (
        *_changed(fields, changes),
        (552, str(len(groups))),
        *(f for one in groups for f in one),
    )


def side(code: str, party: str = "", role: str = "1", *more: tuple[int, str]) -> Body:
    """Return one side: Side (54) and, where given, one party."""
    parties = ((453, "1"), (448, party), (447, "D"), (452, role)) if party else ()
    return ((54, code), (37, f"O{code}"), *parties, *more)


def allocation(
    alloc_id: str,
    shares: dict[str, str],
    *,
    executions: tuple[str, ...] = (),
    orders: tuple[tuple[str, str], ...] = (),
    **changes: str,
) -> Body:
    """Return the body of an AllocationInstruction (J): who takes how much of which fills."""
    fields = {70: alloc_id, 71: "0", 75: "20261120", 22: "4", 48: ISIN, 55: "TTE", 54: "1"}
    after = {name: changes.pop(name) for name in ("t78",) if name in changes}
    named: list[tuple[int, str]] = []
    if orders:
        named.append((73, str(len(orders))))
    for client, ours in orders:
        named += [(11, client), *([(37, ours)] if ours else [])]
    if executions:
        named.append((124, str(len(executions))))
    for name in executions:
        named += [(32, "1"), (17, name)]
    taken = [f for account, quantity in shares.items() for f in ((79, account), (80, quantity))]
    counted = [(78, after.get("t78", str(len(shares))))] if shares else []
    return (
        *_changed(fields, changes)[:2],
        *named,
        *_changed(fields, changes)[2:],
        *counted,
        *taken,
    )


def _changed(fields: dict[int, str], changes: dict[str, str]) -> Body:
    told = fields | {int(name[1:]): value for name, value in changes.items()}
    return tuple((tag, value) for tag, value in told.items() if value)
