"""What an author may write into a version, checked as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from catalog.actions.counters import counter_faults
from catalog.actions.linking import link_faults
from catalog.models import Classification, DataItem, ResourceVersion, SharingType
from portal.errors import Fault, Invalid

CONTENT_FIELDS = (
    "title",
    "title_en",
    "abstract",
    "classification",
    "theme",
    "keywords",
    "format_class",
    "format_types",
    "update_cycle",
    "sharing_type",
    "sharing_condition",
    "sharing_citation",
    "sharing_modes",
    "open_type",
    "open_condition",
    "grade",
    "splittable",
    "storage_gb",
    "storage_shared_gb",
    "storage_open_gb",
    "record_count",
    "records_shared",
    "records_open",
    "linked_codes",
    "secrecy_reviewed",
    "privacy_assessed",
    "head_approved",
    "source_published_on",
    "source_updated_on",
)
"""Fields of a version that authors write; the rest follows from actions."""
LATER_FIELDS = (
    "storage_gb",
    "storage_shared_gb",
    "storage_open_gb",
    "record_count",
    "records_shared",
    "records_open",
    "linked_codes",
)
"""Fields that older versions did not have: digests leave them out while they are empty."""
ITEM_FIELDS = (
    "key",
    "name",
    "name_en",
    "data_type",
    "length",
    "meaning",
    "code_set",
    "grade",
    "personal",
    "mask",
    "sharing_type",
    "required",
)
APPROVALS = ("secrecy_reviewed", "privacy_assessed", "head_approved")
"""Fields that say what was approved; the review writes them, whatever an author wrote there."""
UNCONDITIONAL = "无条件"
"""What the condition of an unconditional entry reads (2017 Guide)."""


def write_content(version: ResourceVersion, content: Mapping[str, Any]) -> list[Fault]:
    """Put ``content`` into the version, unsaved; return what is wrong with it."""
    faults = _unknown(content, CONTENT_FIELDS, "")
    for name in CONTENT_FIELDS:
        if name in content:
            faults += _write(version, name, content[name])
    version.title = " ".join(version.title.split())
    if version.sharing_type == SharingType.UNCONDITIONAL and not version.sharing_condition:
        version.sharing_condition = UNCONDITIONAL
    faults += _model_faults(version, exclude=["resource"])
    wrong = {fault.field for fault in faults}
    if wrong.isdisjoint(LATER_FIELDS):
        faults += [*counter_faults(version), *link_faults(version)]
    return faults


def _write(version: ResourceVersion, name: str, value: Any) -> list[Fault]:
    if name == "classification" and isinstance(value, str):
        value = Classification.objects.filter(code=value).first()
        if value is None:
            remedy = _("Choose a code of the classification tree.")
            return [Fault(name, _("There is no such classification."), remedy, "unknown")]
    setattr(version, name, value)
    return []


def make_items(
    version: ResourceVersion, items: Sequence[Mapping[str, Any]]
) -> tuple[list[DataItem], list[Fault]]:
    """Items of the version, unsaved, in the given order, and what is wrong with them."""
    made: list[DataItem] = []
    faults: list[Fault] = []
    keys: set[str] = set()
    for position, content in enumerate(items):
        place = f"items[{position}]."
        faults += _unknown(content, ITEM_FIELDS, place)
        known = {name: content[name] for name in ITEM_FIELDS if name in content}
        item = DataItem(version=version, position=position, **known)
        faults += _model_faults(item, exclude=["version"], place=place)
        if item.key and item.key in keys:
            message = _("Two items of an entry cannot have the same key.")
            faults.append(Fault(f"{place}key", message, _("Rename one of them."), "duplicate"))
        keys.add(item.key)
        made.append(item)
    return made, faults


def _unknown(content: Mapping[str, Any], known: Iterable[str], place: str) -> list[Fault]:
    return [
        Fault(f"{place}{name}", _("There is no such field."), _("Leave it out."), "unknown")
        for name in sorted(set(content) - set(known))
    ]


def _model_faults(
    instance: ResourceVersion | DataItem, *, exclude: list[str], place: str = ""
) -> list[Fault]:
    try:
        instance.full_clean(
            exclude=[*exclude, "id"], validate_unique=False, validate_constraints=False
        )
    except ValidationError as error:
        return [
            Fault(place + ("" if name == NON_FIELD_ERRORS else name), message)
            for name, messages in error.message_dict.items()
            for message in messages
        ]
    return []


def refuse(faults: Sequence[Fault]) -> None:
    """Raise Invalid with all faults, if there are any."""
    if faults:
        raise Invalid(_("The entry has faults."), faults)


def highest_grade(grades: Iterable[int], *, default: int) -> int:
    """An entry is graded as its highest item (就高从严, R09)."""
    return max(grades, default=default)
