"""What the trades that passed their controls deliver and receive on our accounts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from core.policies import AuditPolicy


class AccountUse(models.Model):
    """Of an account, a security by ISIN or a currency, and a settlement day; written by a trigger.

    `outgoing` is what the trades deliver or pay that wait for validation, are validated or settled;
    `incoming` what those of them receive that are validated or settled.
    """

    account_code = models.CharField(max_length=35)
    what = models.CharField(max_length=12)
    day = models.DateField()
    outgoing = models.DecimalField(max_digits=38, decimal_places=10)
    incoming = models.DecimalField(max_digits=38, decimal_places=10)

    derived: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="made of the trades that it counts")

    class Meta:
        verbose_name = "use of an account"
        verbose_name_plural = "uses of accounts"
        constraints = [
            models.UniqueConstraint(fields=["account_code", "what", "day"], name="accountuse_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_code} {self.what} {self.day} {self.outgoing} {self.incoming}"
