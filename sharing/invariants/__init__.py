"""The invariants this app answers for; importing the package registers them."""

from sharing.invariants import approvals, deliveries, oversight, policies, records, rights

__all__ = ["approvals", "deliveries", "oversight", "policies", "records", "rights"]
