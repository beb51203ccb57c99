"""Log lines: one an event, with the number of the request and of the official behind it.

Values never hold row data, credentials or search words. Set LOG_FORMAT=json for machines.
"""

import logging
import re

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from portal.env import env

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def formatter() -> logging.Formatter:
    """One line an event, of standard loggers and of structlog's alike."""
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    as_json = env.str("LOG_FORMAT", default="plain") == "json"
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=False,
            pad_event_to=0,
            exception_formatter=structlog.dev.plain_traceback,  # the rich one prints variables
        )
    )
    last = [structlog.processors.format_exc_info, renderer] if as_json else [renderer]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_shared(), without_path],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        one_line,
    ]


def one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep text from outside from forging lines: control characters become spaces."""
    return {key: _CONTROL.sub(" ", v) if isinstance(v, str) else v for key, v in event.items()}


def without_path(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Leave the path out of Django's lines on failed requests: it may carry a download token.

    The line of the request has its pattern, and the same number.
    """
    if event.get("logger") == "django.request":
        event["event"] = str(event["event"]).partition(": ")[0]
    return event
