"""From a data source of the catalog to a connector: credentials are decrypted here and kept nowhere."""

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from catalog.hooks import Credentials
from catalog.models import DataSource
from portal import crypto
from portal.embedded import addresses
from portal.env import EMBEDDED_SERVICES, VAR_DIR
from sharing.connectors.base import Connector, ConnectorContext, Timeouts
from sharing.connectors.errors import NotAllowedHost, UnknownConnector
from sharing.connectors.registry import connect, connector_class


def context_of(source: DataSource) -> str:
    """What the encrypted credentials are bound to: moved to another source they do not decrypt."""
    return f"data-source:{source.pk}"


@transaction.atomic
def store_credentials(source: DataSource, values: Mapping[str, str]) -> None:
    """Encrypt and keep the credentials of a saved source; an empty mapping removes them."""
    source.secrets = (
        crypto.seal(values, settings.FIELD_KEYS, context=context_of(source)) if values else None
    )
    source.save(update_fields=["secrets"])


def secret_fields(kind: str) -> tuple[str, ...]:
    """Credentials that a kind of connector wants; none for a kind that is not installed."""
    try:
        return connector_class(kind).secret_fields
    except UnknownConnector:
        return ()


CREDENTIALS: Final = Credentials(fields=secret_fields, store=store_credentials)
"""For the catalog, whose pages take credentials in but cannot read them."""


def connector_for(
    source: DataSource, *, timeouts: Timeouts | None = None, schema: str = ""
) -> Connector:
    """The connector of the source; ``schema`` looks into another one than the source names.

    Raises DecryptionError, InvalidOptions, UnknownConnector, and NotAllowedHost for the portal's
    own database: nobody reads accounts or the ledger by attaching them to an entry.
    """
    if _is_own_database(source):
        raise NotAllowedHost(host=str(source.options.get("host")))
    secrets = (
        crypto.unseal(source.secrets, settings.FIELD_KEYS, context=context_of(source))
        if source.secrets
        else {}
    )
    takes_schema = "schema" in connector_class(source.connector).option_fields
    options = {**source.options, "schema": schema} if schema and takes_schema else source.options
    context = ConnectorContext(
        options=options,
        secrets=secrets,
        timeouts=timeouts or Timeouts(),
        allowed_hosts=allowed_hosts(),
    )
    return connect(source.connector, context)


def _is_own_database(source: DataSource) -> bool:
    own = connection.settings_dict
    place = (source.options.get("host"), source.options.get("dbname"))
    return place == (own["HOST"], own["NAME"])


def allowed_hosts() -> tuple[str, ...]:
    """Where sources may be: the configured hosts and the portal's own embedded database server."""
    own = [str(addresses(VAR_DIR).socket_dir)] if "postgres" in EMBEDDED_SERVICES else []
    return (*settings.SOURCE_HOSTS, *own)
