"""Typed reading of the environment, so that settings.py stays a list of values."""

import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
"""Reads NAME, or the file that NAME_FILE names (secrets mounted as files)."""

VAR_DIR = Path(env.str("GOVSHARE_VAR", default=str(BASE_DIR / "var")))
"""Everything the running portal writes: embedded services, deliveries, logs, generated secrets."""

EMBEDDED_SERVICES = tuple(
    service
    for service, name in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL"))
    if not env.str(name, default="")
)
"""Services whose URL is not set: the portal runs its own (portal.embedded)."""

EMBEDDED = bool(EMBEDDED_SERVICES)
"""True when at least one service is the portal's own."""


def generated_secret(name: str) -> str:
    """Return the secret kept in VAR_DIR/secrets/<name>, made at first use with mode 0600.

    Only a single-machine installation uses it; with external services the environment must
    provide the secret, because all hosts have to share it.
    """
    path = VAR_DIR / "secrets" / name
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            path.hardlink_to(draft)  # fails when another process was first: its value counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text(encoding="ascii")


def secret(name: str) -> str:
    """Return the secret from the environment, or one of this machine's own in embedded mode."""
    if value := env.str(name, default=""):
        return str(value)
    if not EMBEDDED:
        message = f"{name} is not set: with external services all hosts must share it."
        raise environ.ImproperlyConfigured(message)
    return generated_secret(name.lower())


def database_config(url: str) -> dict[str, Any]:
    """Return Django's settings for a database URL; a percent-encoded host is a socket directory."""
    config: dict[str, Any] = env.db_url_config(url)
    if "%" in config["HOST"]:
        place = urlsplit(url).netloc.rpartition("@")[2]  # `hostname` would be in lower case
        config["HOST"] = unquote(re.sub(r":\d+$", "", place))
    return config


def cache_url(url: str) -> str:
    """Return a Redis URL in the form of redis-py: `unix://PATH?db=N` for a socket."""
    return _socket_url(url, scheme="unix", database="db")


def broker_url(url: str) -> str:
    """Return a Redis URL in the form of Celery: `redis+socket://PATH?virtual_host=N`."""
    return _socket_url(url, scheme="redis+socket", database="virtual_host")


def _socket_url(url: str, *, scheme: str, database: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"unix", "redis+socket"}:
        return url
    query = parse_qs(parts.query)
    number = next(iter(query.get("db", []) + query.get("virtual_host", [])), "0")
    login = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return f"{scheme}://{login}{parts.path}?{database}={number}"
