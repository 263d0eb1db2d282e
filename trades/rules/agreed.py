"""TRD-116: was an agreement signed that covers what is dealt with this party?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from desk.states import CauseKind
from kernel.findings import Finding, Severity
from refdata.states import Covered
from trades.facts import Product, TradeFacts
from trades.rules.completeness import OFF_VENUE
from trades.rules.context import RuleContext
from trades.rules.economics import DERIVATIVE
from trades.rules.families import Owner
from trades.rules.rule import N_, Limits, Parameter, rule

NEEDED: Final = N_("1: needs one, 0: does not")
PRODUCTS: Final = {Product.REPO: Covered.REPO, Product.LENDING: Covered.LENDING}
CURRENCIES: Final = "FX"
SAID: Final = {
    Covered.REPO: N_("a repo"),
    Covered.LENDING: N_("a loan of securities"),
    Covered.FORWARD: N_("currencies dealt forward"),
    Covered.OTC: N_("a derivative off venue"),
    Covered.SECURITIES: N_("securities"),
}


@rule(
    "TRD-116",
    Severity.BLOCKING,
    owner=Owner.COMPLIANCE,
    cause=CauseKind.COUNTERPARTY,
    title=N_("An agreement covers what is dealt"),
    message=N_("No agreement with the counterparty covers {found} on the trade date."),
    source=N_("CRR art. 295 to 298 (netting agreements); Regulation (EU) 2015/2365 art. 15"),
    rationale=N_("Without a signed agreement nothing is netted or returned when a party fails."),
    fix=N_("Enter the agreement that covers {found}; if none was signed, cancel the trade."),
    parameters=(
        Parameter("repo", Decimal(1), NEEDED),
        Parameter("lending", Decimal(1), NEEDED),
        Parameter("forward", Decimal(1), NEEDED),
        Parameter("otc", Decimal(1), NEEDED),
        Parameter("securities", Decimal(0), NEEDED),
    ),
)
def check_agreement(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """An agreement in force on the trade date covers the product, where it needs one.

    A house that keeps no agreements here is asked for none. A spot trade in currencies and what is
    dealt on a venue need none but as a security. The evidence names those that do not fit.
    """
    product = _covered_by(facts, context)
    if product is None or not limits[product.value.lower()]:
        return
    theirs = context.agreements.get(facts.counterparty_id or 0)
    if theirs is None or any(
        product.value in one.covers and one.holds_on(facts.trade_date) for one in theirs
    ):
        return
    evidence = {
        "counterparty": facts.counterparty_code,
        "agreements": ", ".join(
            f"{one.kind} {one.reference} {one.valid_from}/{one.valid_to or ''}" for one in theirs
        ),
    }
    yield check_agreement.finding(
        "counterparty_code",
        expected=N_("an agreement in force"),
        found=SAID[product],
        evidence={name: value for name, value in evidence.items() if value},
    )


def _covered_by(facts: TradeFacts, context: RuleContext) -> Covered | None:
    """Return what an agreement must cover for such a trade, None where it is never asked."""
    if not facts.product:
        return _of_a_security(facts, context)
    if facts.product != CURRENCIES:
        return PRODUCTS.get(Product(facts.product))
    spot = facts.deal.spot_date if facts.deal else None
    settles = facts.settlement_date
    is_forward = spot is not None and settles is not None and settles > spot
    return Covered.FORWARD if is_forward else None


def _of_a_security(facts: TradeFacts, context: RuleContext) -> Covered | None:
    instrument = context.instruments.get(facts.isin)
    if instrument is None:
        return None
    if instrument.asset_class != DERIVATIVE:
        return Covered.SECURITIES
    return Covered.OTC if facts.venue in OFF_VENUE else None


RULES: Final = (check_agreement,)
