"""PostgreSQL as a source: one read-only snapshot, streamed as Arrow record batches."""

from sharing.connectors.postgresql.connector import PostgresqlConnector

__all__ = ["PostgresqlConnector"]
