"""Everything that changes the organisation; each action writes its ledger entry."""

from portal.organisation.actions.changes import (
    begin_change,
    cancel_change,
    change_departments,
    confirm_change,
    faults_of,
    note_prepared,
    prepare_change,
    rework_change,
)
from portal.organisation.actions.departments import (
    close_department,
    create_department,
    refuse_abolished,
    update_department,
)
from portal.organisation.actions.foreseeing import Preview, preview
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
from portal.organisation.actions.regions import abolish_region, load_regions, save_region

__all__ = [
    "Preview",
    "abolish_region",
    "activate",
    "activation_path",
    "appoint",
    "begin_change",
    "cancel_change",
    "change_departments",
    "close_department",
    "confirm_change",
    "create_department",
    "create_official",
    "deactivate",
    "faults_of",
    "follow_posts",
    "load_regions",
    "note_prepared",
    "prepare_change",
    "preview",
    "reactivate",
    "refuse_abolished",
    "relieve",
    "remove_second_factor",
    "revoke_substitution",
    "rework_change",
    "save_region",
    "set_first_password",
    "substitute",
    "update_department",
    "update_official",
]  # fmt: skip
