"""Administration of the organisation, one module a subject."""

from portal.organisation.admin import changes, departments, officials, posts, regions, tokens

__all__ = ["changes", "departments", "officials", "posts", "regions", "tokens"]
