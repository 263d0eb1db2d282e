"""Who validated whose trades: a table of people by people, the darker the larger the share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Sum
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from conduct import selectors
from conduct.forms import PairsForm
from conduct.models import PairDay
from conduct.tables import PairTable
from core.access import Action
from core.pages import PageView, exports, formats

ROWS_MAX: Final = 60
STEPS: Final = 5
"""Shades of a cell."""
BY: Final = {"trader": "trader__code", "maker": "maker"}


@dataclass(frozen=True, slots=True)
class Cell:
    """How many decisions of a row fell to one checker, which share that is, and its shade."""

    decisions: int
    share: Decimal

    @property
    def shade(self) -> int:
        """From 1 for little to STEPS for nearly all; 0 for none."""
        return min(STEPS, int(self.share * STEPS) + 1) if self.decisions else 0


@dataclass(frozen=True, slots=True)
class Pair:
    """How many trades of somebody one person validated, and which share of them that is."""

    who: str
    checker: str
    decisions: int
    share: Decimal
    amount_eur: Decimal


class PairsPage(PageView):
    title = _("Who validates whose trades")
    action = Action.VIEW_AUDIT
    template_name = "conduct/pairs.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        form = PairsForm(request.GET)
        window = form.window()
        if window is None:
            return self.render({"form": form, "rows": ()})
        by, desk = form.cleaned_data["by"], form.cleaned_data["desk"]
        pairs = _pairs(BY[by], window, desk.code if desk else "")
        if kind := request.GET.get("export", ""):
            return exports.respond(kind, exports.whole(PairTable, pairs, name="conduct-pairs"))
        rows, checkers = _matrix(pairs)
        watched = selectors.latest_watch() is not None
        if watched:
            days = {"since": formats.day(window.first), "until": formats.day(window.last)}
            form = PairsForm({**days, "by": by, "desk": desk.code if desk else ""})
        return self.render(
            {
                "form": form,
                "window": window if watched else None,
                "by": by,
                "checkers": checkers,
                "rows": rows[:ROWS_MAX],
                "left_out": max(len(rows) - ROWS_MAX, 0),
                "query": request.GET.urlencode(),
            }
        )


def _pairs(column: str, window: selectors.Window, desk: str) -> list[Pair]:
    """Return a pair for each trader (or maker) and checker, the most one-sided first."""
    found = PairDay.objects.filter(day__gte=window.first, day__lte=window.last)
    if desk:
        found = found.filter(desk_code=desk)
    rows = list(
        found.values_list(column, "checker")
        .annotate(n=Sum("decisions"), amount=Sum("amount_eur"))
        .order_by()
    )
    total: defaultdict[str, int] = defaultdict(int)
    for who, _checker, n, _amount in rows:
        total[who] += n
    pairs = [Pair(who, one, n, Decimal(n) / total[who], eur) for who, one, n, eur in rows]
    return sorted(pairs, key=lambda pair: (-pair.share, -pair.decisions, pair.who, pair.checker))


def _matrix(pairs: Sequence[Pair]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return a row for each trader (or maker) with a cell for each checker, the most one-sided
    first.
    """
    counted: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for pair in pairs:
        counted[pair.who][pair.checker] = pair.decisions
    checkers = sorted({pair.checker for pair in pairs})
    rows = []
    for who, cells in counted.items():
        total = sum(cells.values())
        rows.append(
            {
                "who": who,
                "total": total,
                "share": Decimal(max(cells.values())) / total,
                "cells": [
                    Cell(cells.get(one, 0), Decimal(cells.get(one, 0)) / total) for one in checkers
                ],
            }
        )
    return sorted(rows, key=lambda row: (-row["share"], -row["total"], row["who"])), checkers
