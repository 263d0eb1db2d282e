"""Which PostgreSQL, which role, which broker.

DATABASE_ROLE=owner (set by `manage.py` for migrations) connects as the role that owns tables and
triggers; everything else connects as the application role, which owns nothing.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from backoffice.launcher import places, provisioning
from backoffice.launcher.embedded_services import server_key
from backoffice.settings import environment as env


def _options(*, owner: bool) -> str:
    """No statement may hang a page or a worker for ever; migrations give up locks early."""
    limits = {
        "lock_timeout": "2s" if owner else "15s",
        "idle_in_transaction_session_timeout": "10min",
    }
    return " ".join(f"-c {name}={value}" for name, value in limits.items())


def _connection(parts: dict[str, Any], *, owner: bool) -> dict[str, Any]:
    options = {"options": _options(owner=owner), "connect_timeout": 10, **parts.pop("OPTIONS", {})}
    return {
        "ENGINE": "core.engine",
        "CONN_MAX_AGE": env.number("CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": options,
        **parts,
    }


def _from_url(url: str) -> dict[str, Any]:
    """postgresql://user:password@host:port/name?sslmode=…; `host=` may be a socket folder."""
    found = urlsplit(url)
    if found.scheme not in {"postgres", "postgresql"} or not found.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL: write postgresql://user:password@host:port/name")
    extra = dict(parse_qsl(found.query))
    return {
        "NAME": unquote(found.path.strip("/")),
        "USER": unquote(found.username or ""),
        "PASSWORD": unquote(found.password or ""),
        "HOST": extra.pop("host", "") or unquote(found.hostname or ""),
        "PORT": str(found.port or ""),
        "OPTIONS": extra,
    }


def _given(place: places.Place, url: str, *, role: str) -> dict[str, Any]:
    """A server named by the environment, with the roles that `up` provisioned there, if any.

    DATABASE_OWNER_URL and DATABASE_BACKUP_URL name the other roles where `up` did not.
    """
    own_url = env.text(f"DATABASE_{role.upper()}_URL")
    parts = _from_url(own_url or url)
    name = role_names(parts["NAME"])[role]
    known = provisioning.read_secrets(place.secrets).get("servers", {}).get(server_key(url), {})
    if not own_url and name in known:
        parts |= {"USER": name, "PASSWORD": known[name]}
    return parts


def _embedded(place: places.Place, *, role: str) -> dict[str, Any]:
    name = role_names(places.DATABASE)[role]
    passwords = provisioning.read_secrets(place.secrets).get("roles", {})
    return {
        "NAME": places.DATABASE,
        "USER": name,
        "PASSWORD": passwords.get(name, ""),
        "HOST": str(place.postgres_sockets),
    }


def databases(place: places.Place, *, testing: bool) -> dict[str, Any]:
    role = "owner" if testing else env.text("DATABASE_ROLE", "app")
    if role not in {"owner", "app", "backup"}:
        raise ImproperlyConfigured(f"DATABASE_ROLE={role!r}: write owner, app or backup")
    url = env.text("DATABASE_URL")
    if testing:
        parts = _embedded(place, role=role) | {"PASSWORD": places.TEST_PASSWORD}
    elif url:
        parts = _given(place, url, role=role)
    else:
        parts = _embedded(place, role=role)
    return {"default": _connection(parts, owner=role == "owner")}


def role_names(database: str) -> dict[str, str]:
    """owner, app, qa and backup: the names that `sync_database` grants to."""
    return asdict(provisioning.RoleNames.of(database))


def broker(place: places.Place) -> tuple[str, str]:
    """The same server twice: as Celery writes it, and as redis-py and Django's cache write it."""
    url = env.text("REDIS_URL")
    if not url:
        return f"redis+socket://{place.valkey_socket}", f"unix://{place.valkey_socket}"
    if url.startswith("unix://"):
        return url.replace("unix://", "redis+socket://", 1), url
    return url, url
