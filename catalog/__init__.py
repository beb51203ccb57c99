"""What data exists: the coded, searchable directory of data resources."""
