"""Why a pull ends without a delivery. Messages work as in sharing/connectors/errors.py."""

from typing import Self

from sharing.connectors.errors import ConnectorError, gettext_noop


class PullFailed(Exception):
    """The attempt failed. ``code`` is stable, ``retryable`` says whether another may help."""

    code = "pull_failed"
    retryable = False
    template = gettext_noop("The pull failed.")
    remedy = gettext_noop("Ask the system administrator.")

    def __init__(self, **params: str | int) -> None:
        self.params: dict[str, str | int] = params
        super().__init__(self.template % params)

    @classmethod
    def from_connector(cls, error: ConnectorError) -> Self:
        """A fault of the source, as one of the pull."""
        failure = cls.__new__(cls)
        failure.code, failure.retryable = error.code, error.retryable
        failure.template, failure.remedy = error.template, error.remedy
        failure.params = error.params
        Exception.__init__(failure, str(error))
        return failure


class StorageFull(PullFailed):
    """No room left for the result."""

    code = "storage_full"
    retryable = True
    template = gettext_noop("The storage of the portal is full.")
    remedy = gettext_noop("The system administrator must free space; the pull then starts again.")


class OutsideScope(PullFailed):
    """The source delivered rows outside the granted region: nothing may be published."""

    code = "outside_scope"
    template = gettext_noop("The source delivered %(rows)s rows outside the granted region.")
    remedy = gettext_noop("Tell the provider; the region column of the attachment must be checked.")


class TooManyRows(PullFailed):
    """More rows than the grant allows."""

    code = "too_many_rows"
    template = gettext_noop("The source holds more than the %(limit)s rows granted.")
    remedy = gettext_noop("Apply for more rows, or for a smaller region.")


class UnexpectedColumns(PullFailed):
    """The record batches do not look as asked for: a fault of the connector."""

    code = "unexpected_columns"
    template = gettext_noop("The connector delivered other columns than asked for: %(columns)s.")
    remedy = gettext_noop("Report this to whoever maintains the connector.")


class PullStopped(Exception):
    """Raised by ``on_batch`` to stop a running pull: the right ended or another worker took over."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
