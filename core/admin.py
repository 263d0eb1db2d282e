"""Users, roles and tokens for administrators; files, jobs, events and the trail to read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import grants, passwords, tokens
from core.access import Action, allows
from core.administration import AuditedAdmin, ReadOnlyAdmin, register_tables
from core.models import (
    ApiToken,
    AuditEntry,
    Delegation,
    IdempotencyRecord,
    Job,
    LoneGrant,
    OutboxEvent,
    RoleAction,
    RoleGrant,
    RoleProposal,
    StoredFile,
    ToxicPair,
    User,
)
from core.pages.names import PlainNames
from core.people import UnableToName, actor_of, require_name
from core.roles import CLIENTS

if admin.site.is_registered(Group):
    admin.site.unregister(Group)

register_tables(RoleAction, ToxicPair, AuditEntry, view_action=Action.VIEW_AUDIT)
register_tables(OutboxEvent, IdempotencyRecord, StoredFile, view_action=Action.VIEW_AUDIT)
register_tables(RoleProposal, LoneGrant, Delegation, view_action=Action.VIEW_AUDIT)
register_tables(Job, view_action=Action.VIEW_JOBS)


class NewUserForm(PlainNames):
    """A new person: the name is for ever; nobody but the person chooses the password."""

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "language", "is_staff")

    def clean_username(self) -> str:
        name = str(self.cleaned_data["username"])
        try:
            require_name(name)
        except UnableToName as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return name


class PersonForm(PlainNames):
    """A person as the administration edits it."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email", "language", "theme", "is_active", "is_staff")


@admin.register(User)
class UserAdmin(AuditedAdmin, DjangoUserAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """People. Rights are role grants only: the framework's own flags are not offered.

    A name is given once: who made and who decided is told by it. An administrator never knows a
    password: a person gets an address to choose one.
    """

    form = PersonForm
    add_form = NewUserForm

    view_action = Action.VIEW_AUDIT
    edit_action = Action.GRANT_ROLE
    list_display = ("username", "first_name", "last_name", "is_active", "last_login")
    list_filter = ("is_active", "grants__role")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username",)}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "language", "theme")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": NewUserForm.Meta.fields}),)
    actions = ("let_choose_password",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "username") if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People leave by being made inactive: their name stays in the trail."""
        return False

    def user_change_password(
        self, request: HttpRequest, *_where: Any, **_more: Any
    ) -> HttpResponse:
        """Refuse the framework's own page: who knows a password can act as its owner."""
        raise PermissionDenied

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: ModelForm,  # type: ignore[type-arg]  # generic in the stubs only
        change: bool,  # noqa: FBT001 - signature of the framework
    ) -> None:
        """Save the person; a new one has no password, and its address is shown once.

        Who leaves loses every role: to come back with them would be a role that one person gives.
        """
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            grants.revoke_all(
                user=obj,
                actor=actor_of(request.user),
                at=timezone.now(),
                reason="left the house",
            )
        if not change:
            self._show_address(request, obj)

    @admin.action(description=_("Show an address to choose a password, for one use"))
    def let_choose_password(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        if not allows(actor_of(request.user), Action.GRANT_ROLE):
            messages.error(request, _("You may not let anybody in."))
            return
        for user in queryset:
            if not user.is_active or user.grants.filter(role__in=CLIENTS).exists():
                messages.error(request, _("%(name)s does not sign in.") % {"name": user.username})
                continue
            self._show_address(request, user)

    @staticmethod
    def _show_address(request: HttpRequest, user: User) -> None:
        address = request.build_absolute_uri(
            passwords.let_choose(user=user, actor=actor_of(request.user))
        )
        told = _("Give this address to %(name)s, who chooses a password there, once, within a day:")
        messages.warning(request, f"{told % {'name': user.username}} {address}")


@admin.register(RoleGrant)
class RoleGrantAdmin(AuditedAdmin):
    """Who holds which role on which desk: to see and to take away; two people give elsewhere."""

    view_action = Action.VIEW_AUDIT
    edit_action = Action.GRANT_ROLE
    list_display = ("user", "role", "desk_code", "granted_by", "approved_by", "granted_at")
    list_filter = ("role", "desk_code")
    search_fields = ("user__username", "role", "desk_code")

    def has_add_permission(self, request: HttpRequest, *_parent: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens to see and to revoke; they are made by the command, which shows them once."""

    view_action = Action.VIEW_AUDIT
    list_display = ("name", "source_system", "user", "created_at", "expires_at", "revoked_at")
    search_fields = ("name", "source_system")
    exclude = ("token_hash",)
    actions = ("revoke",)

    @admin.action(description=_("Revoke the selected tokens"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        actor = actor_of(request.user)
        if not allows(actor, Action.GRANT_ROLE):
            messages.error(request, _("You may not revoke tokens."))
            return
        for token in queryset:
            tokens.revoke_token(name=token.name, actor=actor, at=timezone.now())
