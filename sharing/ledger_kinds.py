"""What the entries of sharing in the ledger are called on pages."""

from django.utils.translation import gettext_lazy as _

from portal.ledger import kinds


def register_all() -> None:
    """Name every kind of entry that this app writes."""
    kinds.register(
        {
            "application.discarded": _("draft application discarded"),
            "application.draft_saved": _("draft application saved"),
            "application.drafts_moved": _("draft applications moved with their department"),
            "application.drafted": _("draft application made"),
            "deadline.moved": _("due date recomputed"),
            "delivery.confirmed": _("receipt confirmed"),
            "delivery.download_cut": _("download cut off"),
            "delivery.downloaded": _("delivery downloaded"),
            "delivery.published": _("delivery published"),
            "grant.activated": _("grant activated"),
            "grant.change_answered": _("planned change answered"),
            "grant.change_dropped": _("planned change dropped"),
            "grant.change_filed": _("planned change filed"),
            "grant.change_proposed": _("change of service proposed"),
            "grant.disposal_confirmed": _("disposal confirmed"),
            "grant.emergency_filed": _("emergency stop filed"),
            "grant.masks_raised": _("masks raised"),
            "grant.narrowed": _("grant narrowed"),
            "grant.negotiation_recorded": _("negotiation recorded"),
            "grant.rectification_extended": _("rectification extended"),
            "grant.rectification_reported": _("rectification reported"),
            "grant.renewal_asked": _("renewal asked for"),
            "grant.renewal_endorsed": _("renewal endorsed"),
            "grant.renewal_refused": _("renewal refused"),
            "grant.renewal_withdrawn": _("request to renew withdrawn"),
            "grant.renewed": _("grant renewed"),
            "grant.service_changed": _("service changed"),
            "usage.inspected": _("usage records read"),
            "usage.pruned": _("old usage records removed"),
            "usage.recorded": _("use recorded"),
            "grant.created": _("grant created"),
            "grant.entry_withdrawn": _("grant stopped, entry withdrawn"),
            "grant.expired": _("grant expired"),
            "grant.resumed": _("grant resumed"),
            "grant.suspended": _("grant suspended"),
            "grant.terminated": _("grant terminated"),
            "item.consented": _("application consented to"),
            "item.fields_narrowed": _("data items left out"),
            "item.office_succeeded": _("stage of the chain taken over by another office"),
            "item.refused": _("application refused"),
            "item.resubmitted": _("supplement submitted"),
            "item.stage_notified": _("office notified"),
            "item.stage_opened": _("stage of the chain opened"),
            "item.stage_signed": _("stage of the chain signed"),
            "item.submitted": _("application submitted"),
            "item.supplement_requested": _("supplement requested"),
            "item.withdrawn": _("application withdrawn"),
            "policy.added": _("chain policy added"),
            "pull.cancelled": _("pull cancelled"),
            "pull.claimed": _("pull started"),
            "pull.failed": _("pull failed"),
            "pull.quarantined": _("pull given up"),
            "pull.queued": _("pull to be repeated"),
            "pull.requested": _("pull requested"),
            "quality.data_checked": _("attached data checked"),
            "quality.rule_changed": _("rule on data changed"),
        }
    )
