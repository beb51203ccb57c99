"""What can go wrong between the portal and a source, each with a stable code and a remedy.

Messages are English templates: whoever shows them translates ``template`` and ``remedy`` first and
fills in ``params`` afterwards. No text of a driver and no row value gets into them, so that neither
credentials nor data reach a log or a page.
"""

from typing import ClassVar


def gettext_noop(message: str) -> str:
    """Mark ``message`` for translation; connectors know no Django, so its caller translates."""
    return message


class ConnectorError(Exception):
    """Base of all faults of a source. ``retryable`` says whether waiting may help."""

    code: ClassVar[str] = "source_failed"
    retryable: ClassVar[bool] = True
    template: ClassVar[str] = gettext_noop("The source reported an error (%(sqlstate)s).")
    remedy: ClassVar[str] = gettext_noop("Ask the administrator of the source to look at its log.")

    def __init__(self, **params: str | int) -> None:
        self.params: dict[str, str | int] = params
        super().__init__(self.template % params)


class SourceFailed(ConnectorError):
    """The source answered with an error of its own; ``sqlstate`` names it."""


class InvalidOptions(ConnectorError):
    """The connection is described wrongly; ``fields`` names every faulty field."""

    code = "source_options"
    retryable = False
    template = gettext_noop("The connection has missing or unknown fields: %(fields)s.")
    remedy = gettext_noop("Correct the fields of the data source.")


class NotAllowedHost(ConnectorError):
    """The host may not be connected to (server-side request forgery guard)."""

    code = "source_host_not_allowed"
    retryable = False
    template = gettext_noop("The host %(host)s is not on the list of allowed source hosts.")
    remedy = gettext_noop("Ask the system administrator to allow the host and port.")


class SourceUnreachable(ConnectorError):
    """No connection, or the connection was lost, or the source is too busy to accept one."""

    code = "source_unreachable"
    template = gettext_noop("The source %(host)s cannot be reached.")
    remedy = gettext_noop("Check that the source is running and that the network is open.")


class SourceRefused(ConnectorError):
    """The source is there but refuses us: credentials, database, rights or encryption."""

    code = "source_refused"
    retryable = False
    template = gettext_noop("The source %(host)s refuses the connection or the reading.")
    remedy = gettext_noop(
        "Check credentials, database name, read rights and encryption of the data source."
    )


class SourceTimeout(ConnectorError):
    """The source took longer than allowed; ``limit`` is in seconds."""

    code = "source_timeout"
    template = gettext_noop("The source took longer than the allowed %(limit)s seconds.")
    remedy = gettext_noop("Try again later, or allow the source more time.")


class SourceBadValue(ConnectorError):
    """A value cannot be read as the type its column has; ``column`` may be empty if unknown."""

    code = "source_bad_value"
    retryable = False
    template = gettext_noop("The source holds a value that cannot be read (column %(column)s).")
    remedy = gettext_noop("Ask the provider to correct the column.")


class SchemaDrift(ConnectorError):
    """The table no longer looks as it did when it was attached.

    ``missing`` and ``retyped`` name columns; a missing table counts as all columns missing.
    """

    code = "schema_drift"
    retryable = False
    template = gettext_noop(
        "Table %(table)s has changed at the source. Missing: %(missing)s. Other type: %(retyped)s."
    )
    remedy = gettext_noop("Ask the provider to restore the columns or to attach the table anew.")

    def __init__(
        self, *, table: str, missing: tuple[str, ...] = (), retyped: tuple[str, ...] = ()
    ) -> None:
        self.missing = missing
        self.retyped = retyped
        super().__init__(
            table=table, missing=", ".join(missing) or "–", retyped=", ".join(retyped) or "–"
        )


class FetchCancelled(ConnectorError):
    """``cancel()`` was called while rows were being fetched."""

    code = "fetch_cancelled"
    template = gettext_noop("Fetching was stopped.")
    remedy = ""


class UnknownConnector(ConnectorError):
    """No connector of this kind is installed."""

    code = "connector_unknown"
    retryable = False
    template = gettext_noop("There is no connector of the kind %(kind)s.")
    remedy = gettext_noop("Choose another kind, or install the package that brings it.")
