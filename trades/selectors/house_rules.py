"""Reads of the rules that the house writes itself."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from trades.models import HouseRuleVersion


def list_house_rules() -> QuerySet[HouseRuleVersion]:
    """Return the latest version of every rule of the house, by code."""
    return HouseRuleVersion.objects.order_by("code", "-version").distinct("code")


def list_versions_of_rule(*, code: str) -> QuerySet[HouseRuleVersion]:
    """Return every version of a rule of the house, the latest first."""
    return HouseRuleVersion.objects.filter(code=code).order_by("-version")


def house_rules_at(versions: Mapping[str, int]) -> list[HouseRuleVersion]:
    """Return these versions of these rules, by code; one that does not exist is left out."""
    if not versions:
        return []
    wanted = Q()
    for code, version in versions.items():
        wanted |= Q(code=code, version=version)
    return list(HouseRuleVersion.objects.filter(wanted).order_by("code"))
