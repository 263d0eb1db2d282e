"""Which PostgreSQL, which role, which broker.

DATABASE_ROLE=owner (set by `manage.py` for migrations) connects as the role that owns tables and
triggers; everything else connects as the application role, which owns nothing.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from backoffice.launcher import environment as env
from backoffice.launcher import places, provisioning
from backoffice.launcher.embedded_services import server_key


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


def _from_url(url: str, setting: str) -> dict[str, Any]:
    """postgresql://user:password@host:port/name?sslmode=…; `host=` may be a socket folder."""
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError as unreadable:
        raise ImproperlyConfigured(f"{setting}: {unreadable}") from None
    if found.scheme not in {"postgres", "postgresql"} or not found.path.strip("/"):
        raise ImproperlyConfigured(f"{setting}: write postgresql://user:password@host:port/name")
    extra = dict(parse_qsl(found.query))
    return {
        "NAME": unquote(found.path.strip("/")),
        "USER": unquote(found.username or ""),
        "PASSWORD": unquote(found.password or ""),
        "HOST": extra.pop("host", "") or unquote(found.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": extra,
    }


#: What each role other than the application's is for, and what its URL must be.
OTHER_ROLES = {
    "owner": "migrate, sync_database and restore change tables",
    "backup": "backup and verify_promises read everything",
}


def _given(place: places.Place, url: str, *, role: str) -> dict[str, Any]:
    """A server named by the environment, with the roles that `up` provisioned there, if any.

    DATABASE_OWNER_URL and DATABASE_BACKUP_URL name the other roles where `up` did not; nothing
    falls back on the application's role, which may do neither.
    """
    own_url = env.text(f"DATABASE_{role.upper()}_URL") if role in OTHER_ROLES else ""
    parts = _from_url(own_url or url, f"DATABASE_{role.upper()}_URL" if own_url else "DATABASE_URL")
    name = role_names(parts["NAME"])[role]
    known = provisioning.read_secrets(place.secrets).get("servers", {}).get(server_key(url), {})
    if not own_url and name in known:
        return parts | {"USER": name, "PASSWORD": known[name]}
    if not own_url and role in OTHER_ROLES and parts["USER"] != name:
        raise ImproperlyConfigured(
            f"DATABASE_{role.upper()}_URL is missing: {OTHER_ROLES[role]}. Write "
            f"postgresql://{name}:password@host:port/{parts['NAME']}"
        )
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
    if role != "app" and role not in OTHER_ROLES:
        raise ImproperlyConfigured(f"DATABASE_ROLE={role!r}: write owner, app or backup")
    if testing:
        parts = _embedded(place, role=role) | {"PASSWORD": places.TEST_PASSWORD}
        return {"default": _connection(parts, owner=True)}
    return {"default": of_role(place, role)}


def of_role(place: places.Place, role: str) -> dict[str, Any]:
    """The database as app, owner or backup sees it."""
    url = env.text("DATABASE_URL")
    parts = _given(place, url, role=role) if url else _embedded(place, role=role)
    return _connection(parts, owner=role == "owner")


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
