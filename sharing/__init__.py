"""Who may use data, and getting it there: applications, grants, pulls, deliveries."""
