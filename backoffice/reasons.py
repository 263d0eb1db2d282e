"""Reasons that the system gives in the audit trail: stored as they are here, said in words.

What a person wrote is none of these and is quoted as it stands.
"""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

REASONS: Final[dict[str, Promise]] = {
    "API token": _("API token"),
    "API token revoked": _("API token revoked"),
    "The source amended or cancelled the block after its allocation.": _(
        "The source amended or cancelled the block after its allocation."
    ),
    "The trade was amended or cancelled.": _("The trade was amended or cancelled."),
    "time is up": _("time is up"),
    "absence": _("absence"),
    "back": pgettext_lazy("reason", "back"),
    "access review": _("access review"),
    "address to choose a password": _("address to choose a password"),
    "administration": pgettext_lazy("reason", "administration"),
    "currencies": pgettext_lazy("reason", "currencies"),
    "demo day": _("demo day"),
    "screening": _("screening"),
    "ended": pgettext_lazy("reason", "ended"),
    "left the house": _("left the house"),
    "new secret": _("new secret"),
    "own password": _("own password"),
    "password asked for at the console": _("password asked for at the console"),
    "password chosen": _("password chosen"),
    "paused": pgettext_lazy("reason", "paused"),
    "replay": pgettext_lazy("reason", "replay"),
    "resumed": pgettext_lazy("reason", "resumed"),
    "role matrix of this release": _("role matrix of this release"),
    "sent again": pgettext_lazy("reason", "sent again"),
    "settlement cycles": pgettext_lazy("reason", "settlement cycles"),
    "test": pgettext_lazy("reason", "test"),
    "the trade was allocated": _("the trade was allocated"),
    "the trade was cancelled": _("the trade was cancelled"),
    "trade is over": _("trade is over"),
    "tried again": pgettext_lazy("reason", "tried again"),
}
