"""Everything that changes the organisation; each action writes its ledger entry."""

from portal.organisation.actions.departments import (
    close_department,
    create_department,
    update_department,
)
from portal.organisation.actions.membership import follow_posts
from portal.organisation.actions.officials import (
    activate,
    activation_path,
    create_official,
    deactivate,
    reactivate,
    remove_second_factor,
    set_first_password,
    update_official,
)
from portal.organisation.actions.posts import (
    appoint,
    relieve,
    revoke_substitution,
    substitute,
)
from portal.organisation.actions.regions import load_regions, save_region

__all__ = [
    "activate", "activation_path", "appoint", "close_department", "create_department",
    "create_official", "deactivate", "follow_posts", "load_regions", "reactivate", "relieve",
    "remove_second_factor",
    "revoke_substitution", "save_region", "set_first_password", "substitute", "update_department",
    "update_official",
]  # fmt: skip
