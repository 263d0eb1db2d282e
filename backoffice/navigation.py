"""The way through the house: what the left column shows to whom, with what waits in each room."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice import selectors
from backoffice.links import link
from core import access, emergency
from core.access import Action
from core.models import RoleGrant
from core.pages.status import look
from desk.services import emergencies
from desk.tables import desks_said
from desk.views.emergencies import BROKEN_NOW
from kernel.actors import Actor

Badge = Callable[[Actor], int]
BADGE_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Item:
    """One link: its page, the action that the role matrix must allow, and what waits there."""

    label: str | Promise
    url_name: str
    action: Action | None
    icon: str
    badge: Badge | None = None
    badge_colour: str = "grey"
    also: tuple[str, ...] = ()
    """Where else its pages lie: addresses that are not under its own."""


@dataclass(frozen=True, slots=True)
class Group:
    label: str | Promise
    items: tuple[Item, ...]


NAVIGATION: Final[tuple[Group, ...]] = (
    Group(
        "",
        (
            Item(_("Business day"), "home", None, "day"),
            Item(_("Work queue"), "work", Action.VIEW_TRADES, "work", selectors.count_my_work),
        ),
    ),
    Group(
        _("Trades"),
        (
            Item(_("Trades"), "trades:list", Action.VIEW_TRADES, "trades"),
            Item(
                _("Capture"),
                "trades:capture",
                Action.IMPORT_FILE,
                "capture",
                also=(
                    *("/trades/fix/", "/trades/upload/", "/trades/imports/"),
                    *("/trades/executions/", "/trades/files/", "/trades/quarantine/"),
                    *("/trades/mappings/", "/trades/arrivals/"),
                    *("/trades/fix-sessions/", "/trades/fix-messages/"),
                ),
            ),
            Item(
                _("Exceptions"),
                "desk:exceptions",
                Action.VIEW_TRADES,
                "exception",
                selectors.count_exceptions,
                "red",
            ),
            Item(
                _("Validation"),
                "validation:queue",
                Action.VIEW_TRADES,
                "validate",
                selectors.count_to_validate,
                "amber",
            ),
            Item(
                _("Requests"),
                "desk:requests",
                Action.VIEW_TRADES,
                "users",
                selectors.count_requests,
                "amber",
            ),
        ),
    ),
    Group(
        _("After the trade"),
        (
            Item(
                _("Confirmations"),
                "settlement:confirmations",
                Action.VIEW_CONFIRMATIONS,
                "link",
                selectors.count_open_confirmations,
                "red",
            ),
            Item(
                _("Reconciliation"),
                "reconciliation:home",
                Action.VIEW_RECONCILIATION,
                "reconcile",
                selectors.count_breaks,
                "red",
            ),
            Item(
                _("Statements"),
                "reconciliation:statements",
                Action.VIEW_RECONCILIATION,
                "statement",
            ),
            Item(_("Reporting"), "reporting:home", Action.VIEW_REPORTS, "report"),
            Item(_("Activity"), "reporting:activity", Action.VIEW_REPORTS, "activity"),
        ),
    ),
    Group(
        _("House"),
        (
            Item(_("Reference data"), "refdata:home", Action.VIEW_REFDATA, "refdata"),
            Item(_("Rules"), "rules:list", Action.VIEW_TRADES, "rules"),
            Item(_("Conduct"), "conduct:traders", Action.VIEW_AUDIT, "shield"),
            Item(_("Control evidence"), "reporting:evidence", Action.VIEW_AUDIT, "control"),
            Item(_("Jobs"), "core:jobs", Action.VIEW_JOBS, "jobs"),
            Item(_("Webhooks"), "feeds:endpoints", Action.CONFIGURE, "api"),
            Item(_("Roles and rights"), "rights:matrix", Action.VIEW_AUDIT, "lock"),
            Item(_("Audit trail"), "core:audit", Action.VIEW_AUDIT, "audit"),
        ),
    ),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the groups that this person may see; nothing for strangers."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or request.headers.get("HX-Request"):
        return {}
    shown = [{"label": group.label, "items": _items(request, group)} for group in NAVIGATION]
    _keep_nearest(shown)
    return {
        "navigation": [group for group in shown if group["items"]],
        "business_date": _business_date(timezone.localdate()),
        "broken_glass": _broken_glass(request.actor),  # type: ignore[attr-defined]  # set by ActorMiddleware
        "role_names": ", ".join(str(look(role).label) for role in selectors.role_names(user.pk)),
    }


def _broken_glass(actor: Actor) -> list[dict[str, Any]]:
    """Return who acts with broken glass now: told to every administrator, and to that person."""
    is_admin = access.allows(actor, Action.GRANT_ROLE)
    if not (is_admin or access.has_broken_glass(actor)):
        return []
    at = timezone.now()  # noqa: TID251 - a door: it is asked for each page
    found = cache.get_or_set(BROKEN_NOW, functools.partial(_open_now, at), BADGE_SECONDS) or []
    return [
        {
            "name": name,
            "role": look(role).label,
            "desk": desks_said([desk]),
            "until": until,
            "url": reverse("rights:break_glass") if name == actor.name else url,
        }
        for name, role, desk, until, url in found
        if until > at and (is_admin or name == actor.name)
    ]


def _open_now(at: datetime) -> list[tuple[str, str, str, datetime, str]]:
    return [
        (
            grant.user.username,
            grant.role,
            grant.desk_code,
            grant.valid_until or at,
            _review_of(grant),
        )
        for grant in emergency.open_now(at=at)
    ]


def _review_of(grant: RoleGrant) -> str:
    """Return the page on which a broken glass is reviewed: the list, should it have none."""
    lone = emergencies.filed(grant).first()
    return lone.get_absolute_url() if lone else reverse("rights:alone")


def _business_date(today: date) -> date | None:
    find = functools.partial(selectors.business_date, today)
    found: date | None = cache.get_or_set(f"business_date:{today}", find, BADGE_SECONDS)
    return found


def _items(request: HttpRequest, group: Group) -> list[dict[str, Any]]:
    items = []
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by ActorMiddleware
    for item in group.items:
        url = link(item.url_name)
        if url and (item.action is None or access.allows(actor, item.action)):
            under = [place for place in (url, *item.also) if _lies_under(request.path, place)]
            items.append(
                {
                    "label": item.label,
                    "url": url,
                    "icon": item.icon,
                    "nearest": max(map(len, under), default=0),
                    "is_current": bool(under),
                    "badge": _badge(item, actor),
                    "badge_colour": item.badge_colour,
                }
            )
    return items


def _lies_under(path: str, place: str) -> bool:
    return path == place or (place != "/" and path.startswith(place))


def _keep_nearest(groups: list[dict[str, Any]]) -> None:
    """Leave one current link: the longest address that the page lies under."""
    current = [item for group in groups for item in group["items"] if item["is_current"]]
    nearest = max(current, key=lambda item: item["nearest"], default=None)
    for item in current:
        item["is_current"] = item is nearest


def _badge(item: Item, actor: Actor) -> int:
    if item.badge is None:
        return 0
    key = f"badge:{item.url_name}:{actor.user_id}"
    counted = cache.get_or_set(key, functools.partial(item.badge, actor), BADGE_SECONDS)
    return int(counted or 0)
