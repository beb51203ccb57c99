"""The counters of the census 大普查: how much an entry holds, and how much of it is shared and open."""

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from catalog.models import ResourceVersion
from portal.errors import Fault

PARTS: Final = {
    "storage_shared_gb": "storage_gb",
    "storage_open_gb": "storage_gb",
    "records_shared": "record_count",
    "records_open": "record_count",
}
"""Which counter is a part of which whole."""


def counter_faults(version: ResourceVersion) -> Iterator[Fault]:
    """Parts that are more than their whole (census template of the 2017 Guide)."""
    for part, whole in PARTS.items():
        if (getattr(version, part) or 0) > (getattr(version, whole) or 0):
            yield Fault(
                part,
                _("More is counted as shared or open than there is in all."),
                _("Correct one of the two numbers; 0 stands for unknown."),
                "more_than_all",
            )
