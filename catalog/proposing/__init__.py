"""From a table, or a file that holds one, to data items that a steward accepts."""
