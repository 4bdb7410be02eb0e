"""A backup and its restoring are killed at many moments: what is left is all or nothing, and it can be done again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kanazawa_strategy.upkeep.backup import archive, making
from tests.portal.upkeep.backup.test_backup import MARK, STATE
from tests.processes import Portal, is_postgresql

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Processes are killed here.")

MOMENTS = 6
OTHERS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def kill_along(portal: Portal, *arguments: str) -> Iterator[float]:
    """Run a command to its end, then kill it at moments spread over the time that it took."""
    portal.managed(*arguments)  # the first of all may have to compile the programs
    began = time.monotonic()
    portal.managed(*arguments)
    whole = time.monotonic() - began
    for number in range(1, MOMENTS + 1):
        process = portal.start(*arguments)
        # From the second third on: before it Python is only starting.
        time.sleep(whole * (1 / 3 + 2 / 3 * number / MOMENTS))
        process.kill()
        process.communicate()
        yield whole


@pytest.mark.once
def test_no_killed_backup_is_ever_taken_for_a_good_one(make_portal: Callable[..., Portal], tmp_path: Path) -> None:
    portal, place = make_portal(), tmp_path / "kept"
    for _ in kill_along(portal, "backup", "--to", str(place)):
        for number, file in enumerate(place.glob("*.zip")):
            (tmp_path / f"look-{number}").mkdir(exist_ok=True)
            manifest, copy = archive.unpack(file, tmp_path / f"look-{number}")
            making.compare(manifest, making.engine().count(copy))
            copy.unlink()
    for left in place.glob(f"{making.WORKSHOP}*"):
        os.utime(left, (time.time() - 2 * making.ABANDONED,) * 2)
    portal.managed("backup", "--to", str(place))
    assert not list(place.glob(f"{making.WORKSHOP}*")), "What the killed ones left is swept away."


def test_a_killed_restore_leaves_the_old_database_or_the_new_one(
    make_portal: Callable[..., Portal], tmp_path: Path
) -> None:
    source, portal = make_portal(), make_portal()
    source.managed("backup", "--to", str(tmp_path / "kept"))
    [file] = (tmp_path / "kept").iterdir()
    seen = set()
    before: tuple[int, ...] = ()
    for _ in kill_along(portal, "restore", str(file), "--yes"):
        _rest(portal)
        [state] = portal.query(STATE)
        if before:
            was_restored = state[0] > before[0]
            assert state == before or (was_restored and state[1:] == (1, 0, before[3]))
            seen.add(was_restored)
        portal.execute("DELETE FROM auth_user WHERE username = 'marker'", MARK)
        [before] = portal.query(STATE)
        assert before[2] == 1
    assert False in seen, "None was killed before its end."
    portal.managed("restore", str(file), "--yes")
    assert "誤りはありません" in portal.managed("check_data")


def _rest(portal: Portal) -> None:
    """Wait until the server has noticed that its client is gone."""
    if is_postgresql():
        for _ in range(100):
            if not portal.query(OTHERS):
                return
            time.sleep(0.1)
        raise AssertionError("A killed client is still there.")
