"""Logs on standard output: readable lines, or one JSON object per line with LOG_FORMAT=json."""

from __future__ import annotations

from typing import Any

import structlog

from backoffice.launcher import environment as env
from core import context


def _request_id(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - structlog's signature
    """Follow one request through the web process and its jobs."""
    if request_id := context.request_id.get():
        event["request_id"] = request_id
    return event


_SHARED: list[Any] = [
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _request_id,
]
_RENDERERS: dict[str, list[Any]] = {
    "json": [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
    "console": [
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    ],
}


def logging_settings() -> dict[str, Any]:
    """Return Django's LOGGING; values are escaped by the renderer, so no line can be forged."""
    processors = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        *_RENDERERS[env.log_format()],
    ]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _SHARED,
        "processors": processors,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": env.log_level()},
        # Probes ask every few seconds; a client's error is its own answer, not a line here.
        "loggers": {"django.request": {"level": "ERROR"}, "celery.app.trace": {"level": "WARNING"}},
    }
