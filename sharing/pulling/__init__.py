"""Pulls in the database (DESIGN §6): asking, claiming, running, publishing, stopping, sweeping.

``request_pull`` writes a row and a wake-up; the task ``sharing.run_pull`` calls ``run``; ``sweep``
puts right what was lost. Who may do what is checked in each, and again wherever data would leave.
"""

from sharing.pulling.leases import Claim, beat, claim, fail, lets_out
from sharing.pulling.publishing import publish
from sharing.pulling.requests import request_pull, why_not
from sharing.pulling.running import run
from sharing.pulling.stopping import cancel_pull, stop_pulls
from sharing.pulling.sweeping import sweep

__all__ = [
    "Claim",
    "beat",
    "cancel_pull",
    "claim",
    "fail",
    "lets_out",
    "publish",
    "request_pull",
    "run",
    "stop_pulls",
    "sweep",
    "why_not",
]
