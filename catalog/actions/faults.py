"""Why a version cannot be published: every fault at once, each with its remedy.

R01 the nine fields of Decree 809 article 13 and the core metadata of the 2017 Guide, R03 the
provider, R04 the sharing type, R05 the approvals, R09 the items, R10 format and mode.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date

from django.utils.translation import gettext_lazy as _

from catalog.actions.content import UNCONDITIONAL
from catalog.actions.counters import counter_faults
from catalog.actions.formats import MODES, TYPES
from catalog.actions.linking import link_faults
from catalog.codes import CLASS_CODE
from catalog.models import (
    DataItem,
    DataType,
    OpenType,
    Resource,
    ResourceStatus,
    ResourceVersion,
    SharingType,
)
from catalog.places import is_place_name
from portal.errors import Fault, Text
from portal.organisation import uscc

ARTICLE = re.compile(r"第\s*[〇零一二三四五六七八九十百千0-9]+\s*条")
_NAMED = re.compile(r"《([^》]+)》")
_LAW = re.compile("(?<![办方做执])法(?:典)?$")
_NATIONAL = re.compile(r"行政法规|国务院.{0,20}(?:决定|规定|办法|命令)")
_FEWEST_WORDS = 4


def publication_faults(version: ResourceVersion, on: date | None = None) -> list[Fault]:
    """Everything that keeps the version from being published on the day ``on``.

    Without a day, a provider that has an end date counts as ended.
    """
    return [*content_faults(version, on), *_approvals(version)]


def content_faults(version: ResourceVersion, on: date | None = None) -> list[Fault]:
    """What is wrong with the version itself; the approvals are recorded once it has been sent."""
    items = list(version.items.all())
    faults: list[Fault] = []
    for check in _VERSION_CHECKS:
        faults += check(version)
    faults += [*counter_faults(version), *link_faults(version)]
    faults += _provider_faults(version.resource, on)
    faults += _item_faults(items)
    return faults


def _missing(field: str, message: Text, remedy: Text) -> Fault:
    return Fault(field, message, remedy, "missing")


def _required(version: ResourceVersion) -> Iterator[Fault]:
    """Decree 809 article 13 and the core metadata of the Guide (R01)."""
    if not version.title.strip():
        yield _missing("title", _("The entry has no title."), _("Name the data, not the system."))
    if not version.abstract.strip():
        yield _missing(
            "abstract",
            _("The abstract is empty."),
            _("Say in one or two sentences what the data holds and where it comes from."),
        )
    if not version.format_class:
        yield _missing("format_class", _("The format is missing."), _("Choose the format class."))
    if not version.format_types:
        yield _missing(
            "format_types", _("The format type is missing."), _("Name at least one format type.")
        )
    if not version.update_cycle:
        yield _missing(
            "update_cycle",
            _("The update cycle is missing."),
            _("Choose how often the provider updates the data."),
        )
    if not version.sharing_type:
        yield _missing(
            "sharing_type", _("The sharing type is missing."), _("Choose one of the three types.")
        )
    elif not version.sharing_modes and version.sharing_type != SharingType.NON_SHARED:
        yield _missing(
            "sharing_modes",
            _("The sharing mode is missing."),
            _("Choose file download, batch exchange or service interface."),
        )


def _classification(version: ResourceVersion) -> Iterator[Fault]:
    node = version.classification
    if node is None:
        yield _missing(
            "classification", _("The classification is missing."), _("Choose a group of the tree.")
        )
    elif CLASS_CODE.fullmatch(node.code) is None:
        yield Fault(
            "classification",
            _("The classification is too coarse for a resource code."),
            _("Choose a group or a subgroup below it."),
            "too_coarse",
        )


def _duplicate_title(version: ResourceVersion) -> Iterator[Fault]:
    """A title is unique within its provider (2017 Guide)."""
    others = ResourceVersion.objects.filter(
        status="published",
        resource__status=ResourceStatus.PUBLISHED,
        resource__provider=version.resource.provider_id,
        title=version.title,
    ).exclude(resource=version.resource_id)
    if version.title and others.exists():
        yield Fault(
            "title",
            _("The provider already has a published entry of this title."),
            _("Tell the two apart in their titles, or make this a version of the other."),
            "duplicate",
        )


def _sharing(version: ResourceVersion) -> Iterator[Fault]:
    """Decree 809 articles 14 and 15 (R04)."""
    condition = version.sharing_condition.strip()
    if version.sharing_type == SharingType.UNCONDITIONAL and condition not in {"", UNCONDITIONAL}:
        yield Fault(
            "sharing_condition",
            _("Unconditional sharing may not carry a condition (Decree 809 article 15)."),
            _("Remove the condition, or choose conditional sharing."),
            "condition",
        )
    if version.sharing_type == SharingType.CONDITIONAL and _says_nothing(condition):
        yield _missing(
            "sharing_condition",
            _("Conditional sharing must state its scope and the permitted purposes."),
            _("Say which departments may use the data, and for what."),
        )
    if version.sharing_type == SharingType.NON_SHARED:
        yield from _non_shared(condition, version.sharing_citation)


def _non_shared(reason: str, citation: str) -> Iterator[Fault]:
    if _says_nothing(reason):
        yield _missing(
            "sharing_condition",
            _("An entry that is not shared must state the reason."),
            _("Say why the data cannot be shared."),
        )
    if not is_national_basis(citation):
        yield Fault(
            "sharing_citation",
            _(
                "Only a law, an administrative regulation or a decision of the State Council can exempt data from sharing (Decree 809 article 14)."
            ),
            _("Cite it by its full name, such as 《中华人民共和国统计法》第二十八条."),
            "basis",
        )
    elif ARTICLE.search(citation) is None:
        yield Fault(
            "sharing_citation",
            _("The legal basis names no article."),
            _("Add the article, such as 第二十八条."),
            "article",
        )


def _says_nothing(text: str) -> bool:
    return len(text) < _FEWEST_WORDS or text == UNCONDITIONAL


def is_national_basis(citation: str) -> bool:
    """Whether the text cites a law, an administrative regulation or a State Council decision.

    Local regulations and rules of ministries do not count; by their names: a law ends in 法 or
    法典, a regulation in 条例 without a place before it.
    """
    for name in _NAMED.findall(citation):
        local = is_place_name(name)
        if _LAW.search(name) or (name.endswith("条例") and not local):
            return True
    return _NATIONAL.search(citation) is not None


def _openness(version: ResourceVersion) -> Iterator[Fault]:
    if version.open_type == OpenType.ON_REQUEST and not version.open_condition.strip():
        yield _missing(
            "open_condition",
            _("The condition of openness is missing."),
            _("Say on which conditions the public gets the data."),
        )


def _approvals(version: ResourceVersion) -> Iterator[Fault]:
    """Decree 809 article 13 (R05)."""
    remedy = _("The head of department records it when approving the version.")
    if not version.secrecy_reviewed:
        yield _missing("secrecy_reviewed", _("The secrecy review has not been passed."), remedy)
    if not version.privacy_assessed:
        yield _missing(
            "privacy_assessed", _("The personal information impact was not assessed."), remedy
        )
    if not version.head_approved:
        yield _missing(
            "head_approved", _("The head of department has not approved the entry."), remedy
        )


def _blocked(version: ResourceVersion) -> Iterator[Fault]:
    """Secrets never come into the catalog (Decree 809 article 3, R06)."""
    if version.resource.blocked:
        yield Fault(
            "",
            _("The entry was marked as secret; it never comes into the catalog."),
            _("Handle the data outside of the portal, by the rules for secrets."),
            "blocked",
        )


def _formats(version: ResourceVersion) -> Iterator[Fault]:
    """Format class, type and mode have to fit together (R10)."""
    allowed = TYPES.get(version.format_class)
    if allowed is not None:
        strange = [kind for kind in version.format_types if kind.lower() not in allowed]
        if strange:
            yield Fault(
                "format_types",
                _("These types do not belong to the format class: %(types)s")
                % {"types": ", ".join(strange)},
                _("Choose the class of these types, or the self-described format."),
                "mismatch",
            )
    modes = MODES.get(version.format_class)
    if modes is not None and not set(version.sharing_modes) <= modes:
        yield Fault(
            "sharing_modes",
            _("The sharing mode does not fit the format."),
            _("Files are shared as files, interfaces as interfaces; only databases allow all."),
            "mismatch",
        )


def _provider_faults(resource: Resource, on: date | None) -> Iterator[Fault]:
    """R03: a valid code, a region, and a department that exists on the day."""
    provider = resource.provider
    owner = provider
    while not owner.uscc and owner.parent is not None:  # an internal unit has its department's code
        owner = owner.parent
    if not owner.uscc or not uscc.is_valid(owner.uscc):
        yield _missing(
            "provider",
            _("The provider has no valid unified social credit code."),
            _("Have the system administrator enter it and verify the department."),
        )
    if provider.valid_until is not None and (on is None or provider.valid_until <= on):
        yield Fault(
            "provider",
            _("The provider no longer exists."),
            _("Hand the entry over to the department that took over its duties."),
            "ended",
        )


def _item_faults(items: list[DataItem]) -> Iterator[Fault]:
    """R09: every item has a type, and character data a length."""
    if not items:
        yield _missing(
            "items", _("The entry has no data items."), _("List the items with their types.")
        )
    for number, item in enumerate(items):
        if item.data_type == DataType.CHARACTER and not item.length:
            yield _missing(
                f"items[{number}].length",
                _("The item “%(name)s” has no length.") % {"name": item.name},
                _("Character data needs its length in bytes."),
            )


_VERSION_CHECKS: tuple[Callable[[ResourceVersion], Iterator[Fault]], ...] = (
    _required,
    _classification,
    _duplicate_title,
    _sharing,
    _openness,
    _blocked,
    _formats,
)
_CONTENT_CHECKS = (_required, _classification, _sharing, _openness, _formats)


def entered_faults(version: ResourceVersion) -> list[Fault]:
    """What publication would say of the version's own fields; the version may be unsaved."""
    return [fault for check in _CONTENT_CHECKS for fault in check(version)]
