"""Connectors: how rows get out of a source. They know no portal and take everything as arguments."""
