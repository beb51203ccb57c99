"""Leave: who stands in for whom, from when to when, and posts that nobody holds."""
