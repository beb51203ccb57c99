"""Pytest plugin: throw-away PostgreSQL and Valkey for one test run, unless the URLs are set.

The services run in a temporary directory without fsync and vanish with the run, also after
Ctrl-C or kill -9, because the keeper stops them when its only holder has gone. Workers of
pytest-xdist inherit the environment and start nothing.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from portal.embedded import EmbeddedError, Lease, addresses, hold
from portal.translations import compile_stale

BASE_DIR = Path(__file__).parent.parent.parent
_SECRETS = ("SECRET_KEY", "FIELD_KEY", "SIGNING_KEY")
_lease = pytest.StashKey[Lease]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start the services before pytest-django reads the settings (a wrapper runs first)."""
    os.environ.setdefault("HTTPS", "off")
    for name in _SECRETS:
        os.environ.setdefault(name, f"test-only-{name.lower()}-".ljust(60, "x"))
    if "PYTEST_XDIST_WORKER" not in os.environ:
        compile_stale(BASE_DIR / "locale")
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        early_config.stash[_lease] = _start()
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["REDIS_URL"] = _own_numbers(os.environ["REDIS_URL"], worker)
    return (yield)


def _own_numbers(url: str, worker: str) -> str:
    """The address with a database number of the worker's own (there are 16 of them).

    Emptying the cache empties the whole database, under the feet of every other worker.
    """
    number = 1 + int(worker.removeprefix("gw")) % 15
    if "db=" in url:
        return re.sub(r"db=\d+", f"db={number}", url)
    return re.sub(r"(?:/\d*)?$", f"/{number}", url, count=1)


def _start() -> Lease:
    base = Path(tempfile.mkdtemp(prefix="govshare-test-"))
    base.chmod(0o711)  # as root, PostgreSQL runs under another account and must reach its data
    var = base / "var"
    needs = [
        kind
        for kind, name in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL"))
        if not os.environ.get(name)
    ]
    try:
        lease = hold(var, label="pytest", needs=needs, discard=base)
    except EmbeddedError as error:
        shutil.rmtree(base, ignore_errors=True)
        raise pytest.UsageError(str(error)) from error
    place = addresses(var)
    os.environ["GOVSHARE_VAR"] = str(var)
    os.environ["GOVSHARE_TEST_SCRATCH"] = str(base / "scratch")
    if "postgres" in needs:
        os.environ["DATABASE_URL"] = place.database_url
    if "valkey" in needs:
        os.environ["REDIS_URL"] = place.redis_url
    return lease


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the services and wait for it."""
    if lease := config.stash.get(_lease, None):
        lease.close()
