"""The invariants this app answers for; importing the package registers them."""

from sharing.invariants import (
    approvals,
    concerns,
    deliveries,
    grant_life,
    oversight,
    policies,
    records,
    rights,
)

__all__ = [
    "approvals",
    "concerns",
    "deliveries",
    "grant_life",
    "oversight",
    "policies",
    "records",
    "rights",
]
