"""Why a pull cannot even begin; texts as in sharing/pulls/errors.py."""

from sharing.connectors.errors import gettext_noop
from sharing.pulls.errors import PullFailed


class NotAttached(PullFailed):
    """There is no source."""

    code = "not_attached"
    template = gettext_noop("The entry is not attached to a source any more.")
    remedy = gettext_noop("The provider attaches the entry; then ask for the data again.")


class NotMapped(PullFailed):
    """Granted fields have no column."""

    code = "not_mapped"
    template = gettext_noop("The attachment names no column for: %(fields)s.")
    remedy = gettext_noop("The provider completes the attachment; then ask for the data again.")


class NoRegionColumn(PullFailed):
    """Rows of one region were granted, but nothing tells the region of a row."""

    code = "no_region_column"
    template = gettext_noop(
        "The attachment names no region column, but rows of one region were granted."
    )
    remedy = gettext_noop("The provider names the region column; then ask for the data again.")


class FieldsWithdrawn(PullFailed):
    """The provider no longer offers what was granted."""

    code = "fields_withdrawn"
    template = gettext_noop("The entry no longer offers: %(fields)s.")
    remedy = gettext_noop("Apply for the data items that the entry offers now.")


class CredentialsUnreadable(PullFailed):
    """The key that encrypted the credentials is gone, or they were moved."""

    code = "credentials_unreadable"
    template = gettext_noop("The credentials of the data source cannot be decrypted.")
    remedy = gettext_noop("The provider enters the credentials of the data source again.")


class StorageFailed(PullFailed):
    """The disk refuses for another reason than being full."""

    code = "storage_failed"
    retryable = True
    template = gettext_noop("The storage of the portal does not work (%(errno)s).")
    remedy = gettext_noop("The system administrator must look at the storage.")


class Internal(PullFailed):
    """A fault of the portal itself; the log has the place, never the values."""

    code = "internal"
    retryable = True
    template = gettext_noop("The portal made a mistake (%(kind)s).")
    remedy = gettext_noop("The system administrator finds details in the log.")
