"""What the catalog's entries in the ledger are called on pages."""

from django.utils.translation import gettext_lazy as _

from portal.ledger import kinds


def register_all() -> None:
    """Name every kind of entry that this app writes."""
    kinds.register(
        {
            "catalog.attached": _("data source attached"),
            "catalog.draft_changed": _("draft of an entry changed"),
            "catalog.drafted": _("draft of an entry made"),
            "catalog.duty_changed": _("change of law or duties recorded"),
            "catalog.duty_extension_asked": _("more days to update entries asked for"),
            "catalog.duty_extension_denied": _("more days to update entries denied"),
            "catalog.duty_extension_granted": _("more days to update entries granted"),
            "catalog.duty_met": _("entry updated as law or duties require"),
            "catalog.duty_moved": _("limit to update entries moved by the calendar"),
            "catalog.entries_offered": _("entries offered by a change of departments"),
            "catalog.imported": _("catalog imported"),
            "catalog.intake_cancelled": _("upload of a catalog cancelled"),
            "catalog.intake_confirmed": _("upload of a catalog confirmed"),
            "catalog.intake_written": _("upload of a catalog written"),
            "catalog.published": _("entry published"),
            "catalog.review_approved": _("version approved by its department"),
            "catalog.review_blocked": _("entry marked as secret"),
            "catalog.review_passed": _("version reviewed by the authority"),
            "catalog.review_returned": _("version returned"),
            "catalog.review_scheduled": _("version reviewed, publication set"),
            "catalog.review_sent": _("version sent for review"),
            "catalog.review_taken_back": _("version taken back"),
            "catalog.right_given": _("right to an entry given"),
            "catalog.right_taken": _("right to an entry taken"),
            "catalog.sources_moved": _("data sources and systems moved by a change of departments"),
            "catalog.transfer_cancelled": _("transfer of an entry taken back"),
            "catalog.transfer_offered": _("entry offered to another department"),
            "catalog.transfer_refused": _("transfer of an entry refused"),
            "catalog.transfer_returned": _("transfer of an entry decided: it stays"),
            "catalog.transferred": _("entry transferred to another department"),
            "catalog.visibility_changed": _("visibility of an entry changed"),
            "catalog.withdrawn": _("entry withdrawn"),
            "classification.added": _("classification added"),
            "classification.changed": _("classification changed"),
            "demo.catalog_loaded": _("demonstration catalog loaded"),
            "demo.loaded": _("demonstration organisation loaded"),
            "source.added": _("data source added"),
            "source.changed": _("data source changed"),
            "system.added": _("information system added"),
            "system.changed": _("information system changed"),
            "synonyms.added": _("synonyms added"),
            "synonyms.changed": _("synonyms changed"),
            "synonyms.removed": _("synonyms removed"),
        }
    )
