"""What can be done to the catalog: verbs, each in one transaction with ledger and search row."""

from catalog.actions.attaching import Location, attach, attachment_faults
from catalog.actions.bulk import NewDraft, check_draft, create_drafts
from catalog.actions.census import save_system
from catalog.actions.coding import remove_code_rule, save_code_rule
from catalog.actions.collecting import check_collection, decide_collection
from catalog.actions.comparing import compare_all, compare_source
from catalog.actions.demands import (
    DemandContent,
    available_demand_commands,
    execute_demand,
    recompute_demands,
    send_demand,
)
from catalog.actions.drafts import (
    create_draft,
    finish_draft,
    is_under_review,
    revise,
    save_draft,
)
from catalog.actions.drift import can_be_taken, note_drift, take_drift_over
from catalog.actions.duties import (
    answer_extension,
    ask_for_extension,
    hindrance_to_asking,
    recompute_update_deadlines,
    record_duty_change,
)
from catalog.actions.faults import content_faults, entered_faults, publication_faults
from catalog.actions.following import (
    change_search,
    delete_search,
    follow_entry,
    save_search,
    tell_followers,
    unfollow_entry,
)
from catalog.actions.matters import NeedContent, save_matter
from catalog.actions.proposing import Acceptance, Place, accept_proposal
from catalog.actions.publishing import content_digest, publish, set_visibility
from catalog.actions.reviewing import (
    MOST_AT_ONCE,
    Outcome,
    Sending,
    available_commands,
    execute,
    execute_many,
    send,
    sending_faults,
)
from catalog.actions.rights import forbid, permit, permit_many
from catalog.actions.synonyms import remove_synonyms, save_synonyms
from catalog.actions.timed import publish_due, recompute_deadlines
from catalog.actions.transferring import (
    Answered,
    accept_many,
    accept_transfer,
    decide_transfer,
    may_answer,
    offer_entries,
    refuse_transfer,
    take_back_transfer,
)
from catalog.actions.withdrawing import withdraw

__all__ = [
    "MOST_AT_ONCE",
    "Acceptance",
    "Answered",
    "DemandContent",
    "Location",
    "NeedContent",
    "NewDraft",
    "Outcome",
    "Place",
    "Sending",
    "accept_many",
    "accept_proposal",
    "accept_transfer",
    "answer_extension",
    "ask_for_extension",
    "attach",
    "attachment_faults",
    "available_commands",
    "available_demand_commands",
    "can_be_taken",
    "change_search",
    "check_collection",
    "check_draft",
    "compare_all",
    "compare_source",
    "content_digest",
    "content_faults",
    "create_draft",
    "create_drafts",
    "decide_collection",
    "decide_transfer",
    "delete_search",
    "entered_faults",
    "execute",
    "execute_demand",
    "execute_many",
    "finish_draft",
    "follow_entry",
    "forbid",
    "hindrance_to_asking",
    "is_under_review",
    "may_answer",
    "note_drift",
    "offer_entries",
    "permit",
    "permit_many",
    "publication_faults",
    "publish",
    "publish_due",
    "recompute_deadlines",
    "recompute_demands",
    "recompute_update_deadlines",
    "record_duty_change",
    "refuse_transfer",
    "remove_code_rule",
    "remove_synonyms",
    "revise",
    "save_code_rule",
    "save_draft",
    "save_matter",
    "save_search",
    "save_synonyms",
    "save_system",
    "send",
    "send_demand",
    "sending_faults",
    "set_visibility",
    "take_back_transfer",
    "take_drift_over",
    "tell_followers",
    "unfollow_entry",
    "withdraw",
]
