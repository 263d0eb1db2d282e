"""`manage.py create_administrator NAME`: the person who lets everybody else in."""

from __future__ import annotations

import getpass
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import grants, passwords
from core.acts import acting
from core.models import User
from kernel.actors import SYSTEM
from kernel.findings import Refusal


class Command(BaseCommand):
    help = (
        "Create the first administrator of a house, who makes all further people in the "
        "administration. Prints an address that works once, for one day, where the administrator "
        "chooses a password; --ask asks for the password here."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the name to sign in with")
        parser.add_argument("--ask", action="store_true", help="ask for the password here")
        parser.add_argument(
            "--break-glass",
            metavar="REASON",
            default=None,
            help="although the house has an administrator: let this one in (again), and say why",
        )

    def handle(self, **options: Any) -> None:
        reason = options["break_glass"]
        if reason is not None and not reason.strip():
            raise CommandError("--break-glass needs a reason: it stands in the audit trail")
        word = _asked(options["name"]) if options["ask"] else ""
        why = f"break glass: {reason}" if reason else "first administrator"
        try:
            user = grants.install_administrator(
                name=options["name"],
                actor=SYSTEM,
                at=timezone.now(),
                reason=f"{why} (at the console of {getpass.getuser()})",
                break_glass=reason is not None,
            )
        except Refusal as refused:
            raise CommandError(f"{refused.message} (--break-glass REASON?)") from None
        except ValidationError as refused:
            raise CommandError("; ".join(refused.messages)) from None
        self._open_the_door(user, word)

    def _open_the_door(self, user: User, word: str) -> None:
        self.stdout.write(f"{user.username} is administrator")
        if word:
            user.set_password(word)
            with acting(actor=SYSTEM, reason="password asked for at the console"):
                user.save(update_fields=["password"])
            return
        host = next((name for name in settings.ALLOWED_HOSTS if name != "*"), "localhost")
        start = f"https://{host}" if settings.PRODUCTION else f"http://127.0.0.1:{settings.PORT}"
        self.stdout.write("choose the password at this address, once, within a day:")
        self.stdout.write(f"{start}{passwords.path_to_choose(user)}")


def _asked(name: str) -> str:
    """Ask twice; refuses what the pages would refuse."""
    word = getpass.getpass(f"Password of {name}: ")
    if word != getpass.getpass("Again: "):
        raise CommandError("the two differ")
    try:
        validate_password(word, User(username=name))
    except ValidationError as refused:
        raise CommandError("; ".join(refused.messages)) from None
    return word
