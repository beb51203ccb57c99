"""The world itself."""

from catalog.access import get_visible
from tests.world import FIELDS, SourceDatabase, World


def test_world_has_everybody(world: World):
    assert len(world.people) == 18
    assert world.resource.live.items.count() == 10
    assert get_visible(world.people["stranger"], world.resource.pk, world.today) == world.resource


def test_source_has_people_of_hongqiao(source: SourceDatabase, attached: World):
    assert len(source.people()) == 900
    assert len(source.people("320613100")) == 300
    assert set(FIELDS) <= set(attached.resource.attachment.columns)
