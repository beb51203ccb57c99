"""Object permissions on entries, with direct keys so that they go with the object (guardian)."""

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from catalog.models.resources import Resource


class ResourceUserObjectPermission(UserObjectPermissionBase):
    """A permission of one official on one entry."""

    content_object = models.ForeignKey(Resource, on_delete=models.CASCADE)


class ResourceGroupObjectPermission(GroupObjectPermissionBase):
    """A permission of one department on one entry."""

    content_object = models.ForeignKey(Resource, on_delete=models.CASCADE)
