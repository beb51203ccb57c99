"""Folders of unfinished and finished deliveries."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from sharing.pulls.staging import (
    final_path,
    folder_name,
    fresh_folder,
    orphans,
    publish_files,
    staging_path,
    sweep_orphans,
)

ID = "0a1b2c3d-0000-4000-8000-000000000001"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def staged(tmp_path):
    folder = staging_path(tmp_path, ID, 3)
    fresh_folder(folder)
    (folder / "data.csv").write_text("rows")
    return folder


def test_published_by_one_rename(tmp_path, staged):
    final = final_path(tmp_path, ID, 3)
    publish_files(staged, final)
    assert (final / "data.csv").read_text() == "rows"
    assert not staged.exists()


def test_publishing_again_changes_nothing(tmp_path, staged):
    final = final_path(tmp_path, ID, 3)
    publish_files(staged, final)
    publish_files(staged, final)
    assert [item.name for item in final.iterdir()] == ["data.csv"]


def test_nothing_to_publish(tmp_path):
    with pytest.raises(FileNotFoundError):
        publish_files(staging_path(tmp_path, ID, 3), final_path(tmp_path, ID, 3))


def test_what_is_in_place_stays(tmp_path, staged):
    final = final_path(tmp_path, ID, 3)
    final.mkdir(parents=True)
    with pytest.raises(FileExistsError):
        publish_files(staged, final)
    assert list(final.iterdir()) == []
    assert staged.exists()


def test_attempts_do_not_share_a_folder(tmp_path):
    places = {staging_path(tmp_path, ID, token) for token in range(3)}
    places |= {final_path(tmp_path, ID, token) for token in range(3)}
    assert len(places) == 6


def test_a_fresh_folder_is_empty_and_closed_to_others(staged):
    fresh_folder(staged)
    assert list(staged.iterdir()) == []
    assert staged.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("pull_id", ["", "..", "a/b", "a\x00", "甲", "a.part", "a b"])
def test_ids_cannot_lead_elsewhere(pull_id):
    with pytest.raises(ValueError, match="id"):
        folder_name(pull_id, 1)


def test_orphans(tmp_path):
    old = (NOW - timedelta(hours=2)).timestamp()
    for token in range(4):
        for path in (staging_path(tmp_path, ID, token), final_path(tmp_path, ID, token)):
            path.mkdir(parents=True)
            (path / "f").write_text("x")
            if token != 3:
                os.utime(path, (old, old))
            else:
                os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    keep = {folder_name(ID, 0), folder_name(ID, 1)}
    expected = [f"{ID}-2.part", f"{ID}-2"]
    assert [path.name for path in orphans(tmp_path, keep=keep, now=NOW)] == expected
    assert sweep_orphans(tmp_path, keep=keep, now=NOW) == expected
    assert not final_path(tmp_path, ID, 2).exists()
    assert final_path(tmp_path, ID, 1).exists()
    assert staging_path(tmp_path, ID, 3).exists()  # too young
    assert sweep_orphans(tmp_path / "nowhere", keep=(), now=NOW) == []
