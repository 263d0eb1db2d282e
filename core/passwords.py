"""Passwords are chosen by their owner alone: through an address that works once, for one day."""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from core.acts import acting
from core.models import User
from kernel.actors import Actor


def path_to_choose(user: User) -> str:
    """Return the path where this person chooses a password.

    It ends with the first use, the next sign-in, or after PASSWORD_RESET_TIMEOUT.
    """
    key = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("core:choose_password", args=[key, default_token_generator.make_token(user)])


def let_choose(*, user: User, actor: Actor) -> str:
    """End the password and the sessions of this person; return the path to choose a new one.

    The trail names who asked for it: whoever holds the address acts as its owner until it is used.
    """
    user.set_unusable_password()
    with acting(actor=actor, reason="address to choose a password"):
        user.save(update_fields=["password"])
    return path_to_choose(user)
