from __future__ import annotations

from pathlib import Path

import pytest

from kanazawa_strategy.upkeep.backup.retention import prune, superfluous


def name(day: str, time: str = "030000") -> str:
    return f"portal-{day}-{time}.zip"


@pytest.mark.parametrize(
    ("names", "days", "months", "gone"),
    [
        ([], 2, 2, []),
        # All of the newest days stay, an upgrade's own too
        ([name("20261101"), name("20261101", "120000"), name("20261102")], 2, 0, []),
        ([name("20261101"), name("20261102"), name("20261103")], 2, 0, [name("20261101")]),
        # The last of a month stays, as many months as are asked for
        ([name("20260930"), name("20261001"), name("20261031"), name("20261101")], 1, 2, ["20261001", "20260930"]),
        ([name("20260930"), name("20261001"), name("20261031"), name("20261101")], 1, 3, ["20261001"]),
        # A timer that stood still for years, or a clock that jumped, makes none of them old
        ([name("20200101"), name("20261101")], 2, 0, []),
        ([name("20261101"), name("20991231")], 2, 0, []),
        # Two of one second
        (["portal-20261101-030000.zip", "portal-20261101-030000-1.zip", name("20261102")], 1, 1, [
            "portal-20261101-030000-1.zip", "portal-20261101-030000.zip",
        ]),
    ],
)  # fmt: skip
def test_the_newest_days_and_the_last_of_the_newest_months_stay(
    names: list[str], days: int, months: int, gone: list[str]
) -> None:
    wanted = [each if each.endswith(".zip") else name(each) for each in gone]
    assert superfluous(names, days=days, months=months) == wanted


def test_files_of_others_are_never_superfluous() -> None:
    others = ["notes.txt", "portal-20200101.zip", "portal-20200101-030000.zip.old", "x-portal-20200101-030000.zip"]
    assert superfluous([*others, name("20261101"), name("20261102")], days=1, months=0) == [name("20261101")]


def test_the_backup_just_made_stays_even_where_the_clock_went_back(tmp_path: Path) -> None:
    for day in ("20990101", "20990102", "20261101"):
        (tmp_path / name(day)).touch()
    prune(tmp_path, tmp_path / name("20261101"), days=0, months=0)
    assert sorted(file.name for file in tmp_path.iterdir()) == [name("20261101"), name("20990102")]
