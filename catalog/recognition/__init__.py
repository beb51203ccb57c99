"""What the columns of a table hold, and how a table differs from what was known of it. Pure."""
