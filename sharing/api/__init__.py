"""REST of sharing: applications, grants, pulls and deliveries. Serializers shape, actions act."""
