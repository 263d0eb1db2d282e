"""Which terms a product has, needs, and does not know: said of a whole message, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kernel.findings import Finding
from trades.facts import Product
from trades.states import Action

FINANCED: Final = ("end_date", "day_count", "notice_days")
TERMS: Final[Mapping[str, tuple[str, ...]]] = {
    Product.FX: ("pair", "forward_points", "counter_amount"),
    Product.REPO: (*FINANCED, "repo_rate", "haircut", "end_cash"),
    Product.LENDING: (*FINANCED, "lending_fee", "margin", "collateral", "collateral_amount"),
}
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    Product.FX: ("pair",),
    Product.REPO: ("repo_rate",),
    Product.LENDING: ("lending_fee",),
}
PRODUCT_TERMS: Final = tuple(dict.fromkeys(name for names in TERMS.values() for name in names))
FOREIGN_TO_FX: Final = ("isin", "symbol", "accrued_interest")
PRODUCTS: Final = ", ".join(Product)


def product_findings(fields: Mapping[str, object]) -> Iterator[Finding]:
    """Yield the terms that a message has and its product does not, and those that it lacks.

    A cancellation may leave all of them out; an unknown product is found by its own check.
    """
    product = fields.get("product")
    if product is not None and not (isinstance(product, str) and product in TERMS):
        return
    known = TERMS.get(str(product), ())
    foreign = [name for name in PRODUCT_TERMS if name not in known]
    foreign += FOREIGN_TO_FX if product == Product.FX else ()
    for name in foreign:
        if fields.get(name) is not None:
            owners = [one for one, names in TERMS.items() if name in names]
            yield Finding(
                code="CAP-020",
                field=name,
                message="{field} is no term of this product; it is one of {expected}",
                expected=", ".join(owners),
            )
    if fields.get("action") != Action.CANCEL:
        for name in NEEDED.get(str(product), ()):
            if fields.get(name) is None:
                yield Finding(code="CAP-006", field=name, message="{field} is missing")
