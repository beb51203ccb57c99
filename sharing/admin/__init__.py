"""Administration of sharing: looking, and a few commands with a reason. Status is never edited."""

from sharing.admin import applications, grants, oversight, policies, pulls

__all__ = ["applications", "grants", "oversight", "policies", "pulls"]
