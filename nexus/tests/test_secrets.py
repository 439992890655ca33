"""Keys are made once, kept private and survive a race."""

import stat
from concurrent.futures import ThreadPoolExecutor

from nexus.secrets import read_or_make


def test_a_key_is_made_once_and_readable_by_its_owner_alone(tmp_path):
    first = read_or_make(tmp_path, "secret_key")
    assert len(first) >= 50
    assert read_or_make(tmp_path, "secret_key") == first
    path = tmp_path / "keys" / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_different_names_get_different_keys(tmp_path):
    assert read_or_make(tmp_path, "one") != read_or_make(tmp_path, "two")


def test_a_race_for_the_first_start_ends_with_one_key(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: read_or_make(tmp_path, "secret_key"), range(64)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["secret_key"]
