"""What the events of the feed are called on pages; the API and the webhooks say their types."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_WORDS: Final[dict[str, str | Promise]] = {
    "trade.captured": _("Trade captured"),
    "trade.amended": _("Trade amended"),
    "trade.enriched": _("Trade completed"),
    "trade.cancelled": _("Trade cancelled"),
    "trade.parked": _("Message parked"),
    "trade.exception": _("Message in exception"),
    "trade.ignored": _("Message ignored"),
    "trade.on_hold": _("Trade on hold"),
    "trade.to_validate": _("Trade to validate"),
    "trade.validated": _("Trade validated"),
    "trade.rejected": _("Trade rejected"),
    "confirmation.sent": _("Confirmation sent"),
    "confirmation.received": _("Confirmation received"),
    "confirmation.matched": _("Confirmation matched"),
    "confirmation.mismatched": _("Confirmation mismatched"),
    "confirmation.alleged": _("Trade alleged"),
    "confirmation.chased": _("Confirmation chased"),
    "confirmation.unpaired": _("Confirmation taken apart"),
    "confirmation.disputed": _("Confirmation disputed"),
    "confirmation.cancelled": _("Confirmation over"),
}
