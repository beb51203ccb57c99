"""Administration of the organisation, one module a subject."""

from portal.organisation.admin import departments, officials, posts, regions, tokens

__all__ = ["departments", "officials", "posts", "regions", "tokens"]
