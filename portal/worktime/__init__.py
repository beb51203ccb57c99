"""Working days: calendar, legal limits, deadline arithmetic."""
