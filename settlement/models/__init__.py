from settlement.models.confirmation import (
    Chaser,
    Confirmation,
    ConfirmationDecision,
    ConfirmationFile,
)
from settlement.models.labels import LABELS, labelled
from settlement.models.news import ConfirmationNews
from settlement.models.profiles import ToleranceProfile
from settlement.models.received import ReceivedConfirmation

__all__ = [
    "LABELS",
    "Chaser",
    "Confirmation",
    "ConfirmationDecision",
    "ConfirmationFile",
    "ConfirmationNews",
    "ReceivedConfirmation",
    "ToleranceProfile",
    "labelled",
]
