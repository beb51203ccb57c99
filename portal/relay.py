"""The relay: publishes the outbox and keeps the ledger sealed and signed (ADR 0005).

Publishing and sealing run in threads of their own, because a broker that does not answer must not
hold up the ledger. A database lock lets one relay work at a time; others stand by. The lock is for
economy, not for safety: rows are published under row locks, the chain grows under a lock of its
own, so two relays for a moment do no harm.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import psycopg
import structlog
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    close_old_connections,
    connection,
    connections,
)
from django.utils import timezone

from portal.ledger import sealer
from portal.queue import CHANNEL, publish_due

LOCK: Final = 0x5EA1_0002
"""Advisory lock of the relay at work; held by its session, so it ends with the process."""
SEAL_EVERY: Final = 0.5
CHECKPOINT_EVERY: Final = 60.0
POLL_EVERY: Final = 0.2
"""How often due rows are looked for without having been told of one (those due later, lost calls)."""
STAND_BY_EVERY: Final = 1.0
LONGEST_PAUSE: Final = 10.0
"""Longest pause before a failing step is tried again, in seconds."""
_BATCH: Final = 100

log = structlog.get_logger("portal.relay")


def is_running() -> bool:
    """Whether a relay works on this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND classid = 0 AND objid = %s)",
            [LOCK],
        )
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Pause:
    """How long to wait after a step that failed: doubling, up to the longest."""

    first: float = 0.5
    longest: float = LONGEST_PAUSE

    def after(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row."""
        return min(self.longest, self.first * float(2 ** min(failures - 1, 16)))


class Loop(threading.Thread):
    """Repeats ``step`` until told to stop; a failing step is logged and tried again later.

    ``step`` returns True when there is more to do at once. Otherwise the loop sleeps ``every``
    seconds or until ``wake`` is set.
    """

    def __init__(self, name: str, step: Callable[[], bool], *, every: float) -> None:
        super().__init__(name=name, daemon=True)
        self._step, self._every = step, every
        self._stopping = threading.Event()
        self.wake = threading.Event()
        self.failures = 0

    def stop(self) -> None:
        """Finish the step at hand, then end."""
        self._stopping.set()
        self.wake.set()

    def run(self) -> None:
        """Repeat."""
        try:
            while not self._stopping.is_set():
                self._once()
        finally:
            connections.close_all()

    def _once(self) -> None:
        self.wake.clear()
        try:
            more = self._step()
        except Exception as error:  # noqa: BLE001 - whatever fails, the relay goes on
            self.failures += 1
            pause = Pause().after(self.failures)
            # The kind only: texts of database and broker errors can quote addresses and values.
            log.warning(
                "relay.failed", step=self.name, error=type(error).__name__,
                failures=self.failures, retry_in=pause,
            )  # fmt: skip
            close_old_connections()
            self._stopping.wait(pause)
            return
        if self.failures:
            log.info("relay.recovered", step=self.name, failures=self.failures)
            self.failures = 0
        if not more:
            self.wake.wait(self._every)


def publish() -> bool:
    """Publish one batch; True when there may be more."""
    count = publish_due(now=timezone.now(), limit=_BATCH)
    if count:
        log.info("relay.published", count=count)
    return count == _BATCH


class Keeper:
    """Seals what has committed, and signs a checkpoint every ``CHECKPOINT_EVERY`` seconds."""

    def __init__(self) -> None:
        self._signed_at = time.monotonic() - CHECKPOINT_EVERY

    def __call__(self) -> bool:
        """One round; True when there is more to seal at once."""
        limit = 10_000
        count = sealer.seal(timezone.now(), limit)
        if count:
            log.info("relay.sealed", count=count)
        if time.monotonic() - self._signed_at >= CHECKPOINT_EVERY:
            if checkpoint := sealer.checkpoint(timezone.now()):
                log.info("relay.signed", seq=checkpoint.seq, root=checkpoint.root)
            self._signed_at = time.monotonic()
        return count == limit


class Watch:
    """The session that holds the relay's lock and hears of new outbox rows."""

    def __init__(self) -> None:
        parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
        own = {
            key: parameters[key] for key in parameters if key not in {"cursor_factory", "context"}
        }
        self._session = psycopg.Connection.connect(**own, autocommit=True)

    def __enter__(self) -> Self:
        """Listen."""
        self._session.execute(f"LISTEN {CHANNEL}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give up the lock."""
        self._session.close()

    def take_lock(self) -> bool:
        """Become the relay at work; False while there is another."""
        row = self._session.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        return bool(row and row[0])

    def heard(self, seconds: float) -> bool:
        """Wait so long for a call; psycopg.Error when the session, and with it the lock, is lost."""
        return any(True for _call in self._session.notifies(timeout=seconds, stop_after=1))

    def check(self) -> None:
        """psycopg.Error when the session is lost."""
        self._session.execute("SELECT 1")


class Relay:
    """One relay process. ``run`` works until ``stop``, which a signal handler may call."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self.working = threading.Event()

    def stop(self) -> None:
        """Finish what is at hand and return from ``run``."""
        self._stopping.set()

    def run(self) -> None:
        """Stand by, work, stand by again when the database went away."""
        failures = 0
        while not self._stopping.is_set():
            try:
                with Watch() as watch:
                    failures = 0
                    self._stand_by(watch)
                    if not self._stopping.is_set():
                        self._work(watch)
            except (psycopg.Error, DatabaseError) as error:
                failures += 1
                pause = Pause().after(failures)
                log.warning("relay.lost", error=type(error).__name__, retry_in=pause)
                self._stopping.wait(pause)

    def _stand_by(self, watch: Watch) -> None:
        told = False
        while not self._stopping.is_set() and not watch.take_lock():
            if not told:
                log.info("relay.standby")
                told = True
            self._stopping.wait(STAND_BY_EVERY)

    def _work(self, watch: Watch) -> None:
        publisher = Loop("publish", publish, every=POLL_EVERY)
        keeper = Loop("seal", Keeper(), every=SEAL_EVERY)
        loops = (publisher, keeper)
        log.info("relay.working")
        for loop in loops:
            loop.start()
        self.working.set()
        checked = time.monotonic()
        try:
            while not self._stopping.is_set():
                if watch.heard(SEAL_EVERY):
                    publisher.wake.set()
                if time.monotonic() - checked > STAND_BY_EVERY:
                    watch.check()
                    checked = time.monotonic()
        finally:
            self.working.clear()
            for loop in loops:
                loop.stop()
            for loop in loops:
                loop.join()
            log.info("relay.stopped")
