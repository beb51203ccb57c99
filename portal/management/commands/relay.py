"""Publish the outbox, seal the ledger, sign checkpoints."""

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from portal.relay import Relay


class Command(BaseCommand):
    """An ordinary process beside web server, worker and beat; any number may run."""

    help = (
        "Publish background work to the broker as soon as it is committed, seal the ledger within "
        "a second and sign a checkpoint every minute, until SIGTERM or Ctrl-C. Of several relays "
        "one works and the others stand by."
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run until told to stop."""
        relay = Relay()

        def stop(_number: int, _frame: FrameType | None) -> None:
            relay.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        relay.run()
