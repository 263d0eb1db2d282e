"""Rules that the house writes itself, version by version."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH, known, shaped
from core.policies import AuditPolicy
from kernel.findings import Severity
from trades.rules.families import Owner
from trades.rules.grammar import LENGTH_MAX
from trades.rules.house import HouseRuleFacts

CODE: Final = r"^HSE-\d{3}$"


class HouseRuleVersion(models.Model):
    """A rule as it was written once; another text is another version.

    Which version is in force is a setting like any other (`desk.ControlRule`, parameter `version`):
    dated, and approved by somebody who did not propose it. Without one a rule is silent.
    """

    code = models.CharField(_("rule"), max_length=20)
    version = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=200)
    severity = models.CharField(
        _("severity"), max_length=10, choices=[(one.value, one.value) for one in Severity]
    )
    owner = models.CharField(
        _("owner"), max_length=20, choices=[(one.value, one.value) for one in Owner]
    )
    source = models.CharField(_("source"), max_length=200)
    rationale = models.CharField(_("rationale"), max_length=500)
    expression = models.CharField(_("speaks when"), max_length=LENGTH_MAX)
    reason = models.CharField(_("reason"), max_length=500)
    written_by = models.CharField(_("written by"), max_length=NAME_LENGTH)
    written_at = models.DateTimeField(_("written at"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="house_rule", reference=("code",))

    class Meta:
        verbose_name = _("rule of the house")
        verbose_name_plural = _("rules of the house")
        ordering = ("code", "-version")
        constraints = [
            known("severity", Severity, name="houserule_severity_known"),
            known("owner", Owner, name="houserule_owner_known"),
            shaped("code", CODE, name="houserule_code_shaped"),
            models.UniqueConstraint(fields=["code", "version"], name="houserule_one_text"),
            models.CheckConstraint(
                condition=Q(version__gte=1) & ~Q(title="") & ~Q(expression="") & ~Q(reason=""),
                name="houserule_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

    @property
    def facts(self) -> HouseRuleFacts:
        """The frozen record that a rule is made of."""
        return HouseRuleFacts(
            code=self.code,
            version=self.version,
            title=self.title,
            severity=self.severity,
            owner=self.owner,
            source=self.source,
            rationale=self.rationale,
            expression=self.expression,
        )
