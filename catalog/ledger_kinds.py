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
            "catalog.visibility_changed": _("visibility of an entry changed"),
            "catalog.withdrawn": _("entry withdrawn"),
            "classification.added": _("classification added"),
            "classification.changed": _("classification changed"),
            "code_rule.added": _("code rule of a region set"),
            "code_rule.changed": _("code rule of a region changed"),
            "code_rule.removed": _("code rule of a region removed"),
            "collection.checked": _("planned form checked"),
            "collection.dropped": _("data shared instead of collected"),
            "collection.kept": _("data collected in spite of a match"),
            "demand.answered": _("demand answered with an entry"),
            "demand.assigned": _("demand assigned to a department"),
            "demand.promised": _("data promised for the catalog"),
            "demand.refused": _("demand refused"),
            "demand.reopened": _("demand re-opened"),
            "demand.returned": _("demand sent back to the authority"),
            "demand.sent": _("data asked for"),
            "demand.taken_back": _("demand taken back"),
            "demand.transferred": _("demand passed on to another department"),
            "demo.catalog_loaded": _("demonstration catalog loaded"),
            "demo.loaded": _("demonstration organisation loaded"),
            "matter.added": _("business matter added"),
            "matter.changed": _("business matter changed"),
            "source.added": _("data source added"),
            "source.changed": _("data source changed"),
            "system.added": _("information system added"),
            "system.changed": _("information system changed"),
            "synonyms.added": _("synonyms added"),
            "synonyms.changed": _("synonyms changed"),
            "synonyms.removed": _("synonyms removed"),
        }
    )
