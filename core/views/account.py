"""Sign-in, sign-out, language, theme and preferences."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.views import (
    LoginView,
    LogoutView,
    PasswordResetConfirmView,
    redirect_to_login,
)
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
)
from django.shortcuts import redirect, resolve_url
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View

from core.access import Forbidden
from core.acts import acting
from core.models import Theme, User
from core.pages import PageView
from core.pages.base import refused
from core.pages.names import PlainNames
from core.pages.preferences import COOKIE_AGE_SECONDS, change_preferences
from core.pages.saved import Look, address_of, delete_view, save_view
from core.people import actor_of

NAME_LENGTH: Final = int(User._meta.get_field("username").max_length or 0)


class SignInForm(AuthenticationForm):
    """A name longer than names are is nobody's: it is refused like one, and kept nowhere."""

    def clean(self) -> dict[str, Any]:
        if len(self.cleaned_data.get("username") or "") > NAME_LENGTH:
            raise self.get_invalid_login_error()
        return super().clean()


class SignIn(LoginView):
    form_class = SignInForm
    template_name = "registration/login.html"
    redirect_authenticated_user = True
    extra_context = {"title": _("Sign in")}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in as an act of the person: the trail names who, not the database role."""
        with acting(actor=actor_of(form.get_user())):
            return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        demo = bool(getattr(settings, "DEMO", False))
        return super().get_context_data(is_demo=demo, **kwargs)


class ChoosePassword(PasswordResetConfirmView):
    """Whoever was let in, or forgot, chooses a password; the address worked once."""

    template_name = "registration/choose_password.html"
    title = _("Choose a password")
    success_url = reverse_lazy("core:sign_in")

    def form_valid(self, form: SetPasswordForm[User]) -> HttpResponse:
        with acting(actor=actor_of(form.user), reason="password chosen"):
            answer = super().form_valid(form)
        messages.success(self.request, gettext("The password is set: sign in with it."))
        return answer


class AdminSignIn(View):
    """The administration has no door of its own: strangers sign in as all do."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next", "/admin/"))
        told = gettext("%(who)s may not do this: %(what)s")
        what = gettext("open the administration")
        return refused(
            request, Forbidden(told % {"who": request.user.get_username(), "what": what})
        )


class AdminPassword(View):
    """One's own password, as an act of the person: the trail names who, not the database role."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view = admin.site.admin_view(admin.site.password_change, cacheable=True)
        with acting(actor=actor_of(request.user), reason="own password"):
            return view(request)


class SignOut(LogoutView):
    next_page = "core:sign_in"


class SetLanguage(View):
    """Switch the language: kept on the account when signed in, else in a cookie."""

    def post(self, request: HttpRequest) -> HttpResponse:
        language = request.POST.get("language", "")
        if language not in dict(settings.LANGUAGES):
            return HttpResponseBadRequest()
        if isinstance(request.user, User):
            change_preferences(user=request.user, actor=actor_of(request.user), language=language)
        translation.activate(language)
        response = HttpResponseRedirect(_safe_next(request))
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=COOKIE_AGE_SECONDS, samesite="Lax"
        )
        return response


class SetTheme(PageView):
    def post(self, request: HttpRequest) -> HttpResponse:
        theme = request.POST.get("theme", "")
        if theme not in Theme.values:
            return HttpResponseBadRequest()
        change_preferences(user=self.request.user, actor=self.request.actor, theme=theme)
        return HttpResponse(status=204)


class PreferencesForm(PlainNames):
    class Meta:
        model = User
        fields = ["first_name", "last_name", "language", "date_style", "theme", "shortcuts_enabled"]
        help_texts = {
            "shortcuts_enabled": _("Single keys: / j k x v ?"),
            "date_style": _("How days are written on pages; exports are always ISO."),
        }


class Preferences(PageView):
    title = _("Preferences")
    template_name = "core/preferences.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render({"form": PreferencesForm(instance=request.user)})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PreferencesForm(request.POST, instance=User.objects.get(pk=self.request.user.pk))
        if not form.is_valid():
            return self.render({"form": form})
        change_preferences(user=form.instance, actor=self.request.actor, **form.cleaned_data)
        if form.instance.language:
            translation.activate(form.instance.language)
        messages.success(request, gettext("Preferences saved."))
        return redirect("core:preferences")


class SaveView(PageView):
    def post(self, request: HttpRequest) -> HttpResponse:
        view = save_view(
            owner_id=self.request.user.pk,
            path=request.POST.get("path", ""),
            name=request.POST.get("name", ""),
            look=Look(
                query=request.POST.get("query", ""),
                columns=request.POST.getlist("cols"),
                sort=request.POST.getlist("sort"),
            ),
            shared=request.POST.get("shared") == "1",
            actor=self.request.actor,
        )
        return redirect(address_of(view))


class DeleteView(PageView):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return redirect(
            delete_view(owner_id=self.request.user.pk, view_id=pk, actor=self.request.actor)
        )


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    path = urlsplit(target)._replace(scheme="", netloc="").geturl() if safe else ""
    return path if path.startswith("/") else resolve_url(settings.LOGIN_REDIRECT_URL)
