"""Field checks of identifiers, for every form that edits a row."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kernel import identifiers


def validate_isin(value: str) -> None:
    """Raise ValidationError unless the ISIN and its check digit are right."""
    if not identifiers.is_isin(value):
        raise ValidationError(_("%(value)s is not a valid ISIN."), params={"value": value})


def validate_lei(value: str) -> None:
    """Raise ValidationError unless the LEI and its check digits are right."""
    if not identifiers.is_lei(value):
        raise ValidationError(_("%(value)s is not a valid LEI."), params={"value": value})


def validate_bic(value: str) -> None:
    """Raise ValidationError unless the BIC is well formed and its country exists."""
    if not identifiers.is_bic(value):
        raise ValidationError(_("%(value)s is not a valid BIC."), params={"value": value})


def validate_iban(value: str) -> None:
    """Raise ValidationError unless the IBAN, its country format and check digits are right."""
    if not identifiers.is_iban(value):
        raise ValidationError(_("%(value)s is not a valid IBAN."), params={"value": value})


def validate_mic(value: str) -> None:
    """Raise ValidationError unless the value has the form of a MIC."""
    if not identifiers.is_mic(value):
        raise ValidationError(_("%(value)s is not a valid MIC."), params={"value": value})


def validate_cfi(value: str) -> None:
    """Raise ValidationError unless the value has the form of a CFI code."""
    if not identifiers.is_cfi(value):
        raise ValidationError(_("%(value)s is not a valid CFI code."), params={"value": value})
