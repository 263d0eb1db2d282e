"""The settings of the rule book over time, and the evidence that it ran."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH, coded, known
from core.policies import AuditPolicy
from desk.states import SettingState


class ControlRule(models.Model):
    """A setting of one rule from a day on: switched on or off, with these parameters.

    Proposed by one person, approved by another; rows are never changed afterwards. Parameters are
    decimal texts; what a setting leaves out keeps the default of the rule book. `back_test_id` is
    the back-test that a change rests on, `reverts` the change that it takes back. With a `scope`
    (`book:EQ-1`) it holds there alone; one that `inherits` ends what the scope had of its own.
    """

    code = models.CharField(_("rule"), max_length=20, db_index=True)
    scope = models.CharField(_("scope"), max_length=60, blank=True, default="", db_default="")
    inherits = models.BooleanField(_("as everywhere else"), default=False, db_default=False)
    active = models.BooleanField(_("active"), default=True)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    valid_from = models.DateField(_("valid from"))
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=coded(SettingState),
        default=SettingState.PROPOSED.value,
    )
    reason = models.CharField(_("reason"), max_length=500)
    proposed_by = models.CharField(_("proposed by"), max_length=NAME_LENGTH)
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.CharField(_("decided by"), max_length=NAME_LENGTH, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    back_test_id = models.BigIntegerField(_("back-test"), null=True, blank=True)
    reverts = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reverted_by",
        verbose_name=_("takes back"),
    )

    audit: ClassVar = AuditPolicy(entity="control_rule", reference=("code",))

    class Meta:
        verbose_name = _("rule setting")
        verbose_name_plural = _("rule settings")
        ordering = ("code", "-valid_from", "-id")
        constraints = [
            known("state", SettingState, name="controlrule_state_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="controlrule_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(decided_by=F("proposed_by")), name="controlrule_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state=SettingState.PROPOSED.value, decided_by="")
                | (~Q(state=SettingState.PROPOSED.value) & ~Q(decided_by="")),
                name="controlrule_decided_means_someone",
            ),
            models.UniqueConstraint(
                fields=["code", "scope", "valid_from"],
                condition=Q(state=SettingState.PROPOSED.value),
                name="controlrule_one_proposal_per_scope",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.valid_from}"


class ControlRun(models.Model):
    """Evidence that the rule book ran: how many were judged, how often each rule spoke, and the
    fingerprint of the rules and numbers that were in force. Also when it found nothing.

    `subject_ids` and `version_nos` name what was judged; a run of before that was kept has none,
    and the database takes no such run any more.
    """

    job_id = models.BigIntegerField(_("job"), null=True)
    rule_set = models.CharField(_("rules in force"), max_length=64, default="", db_default="")
    judged = models.IntegerField(_("judged"))
    subject_ids = ArrayField(models.BigIntegerField(), verbose_name=_("trades"), null=True)
    version_nos = ArrayField(models.IntegerField(), verbose_name=_("versions"), null=True)
    clean_count = models.IntegerField(_("without finding"), db_column="clean")
    hits = models.JSONField(_("findings per rule"), default=dict)
    ended_at = models.DateTimeField(_("ended at"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="it is evidence itself, append-only")

    class Meta:
        verbose_name = _("control run")
        verbose_name_plural = _("control runs")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(subject_ids__isnull=True, version_nos__isnull=True)
                | Q(subject_ids__len=F("judged"), version_nos__len=F("judged")),
                name="controlrun_names_what_it_judged",
            ),
            # not valid for rows of before that was kept, which nobody can add to
            models.CheckConstraint(
                condition=Q(subject_ids__isnull=False, version_nos__isnull=False),
                name="controlrun_names_its_trades",
            ),
        ]
        indexes = [models.Index(fields=["ended_at"], name="controlrun_ended")]

    def __str__(self) -> str:
        return f"{self.judged} {self.ended_at}"
