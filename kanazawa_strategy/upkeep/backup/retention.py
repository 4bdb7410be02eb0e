"""Which backups are kept: counted by days and months that have one, so that no clock and no idle timer deletes any."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kanazawa_strategy.upkeep.backup.archive import NAME


def superfluous(names: Iterable[str], *, days: int, months: int) -> list[str]:
    """Return the names that may go: neither of the newest days that have any, nor the last of the newest months.

    `days` and `months` count those that have a backup. Names of other files are never among them.
    """
    known = sorted((name for name in names if NAME.fullmatch(name)), key=_order, reverse=True)
    day_of = {name: name.split("-")[1] for name in known}
    newest_days = set(list(dict.fromkeys(day_of.values()))[:days])
    last_of_month: dict[str, str] = {}
    for name in known:
        last_of_month.setdefault(day_of[name][:6], name)
    kept = set(list(last_of_month.values())[:months])
    return [name for name in known if day_of[name] not in newest_days and name not in kept]


def _order(name: str) -> tuple[str, str, int]:
    found = NAME.fullmatch(name)
    assert found is not None
    return found[1], found[2], int(found[3] or 0)


def prune(directory: Path, newest: Path, *, days: int, months: int) -> list[str]:
    """Delete what is superfluous, after a new backup was seen to be good; that one always stays."""
    names = superfluous((file.name for file in directory.iterdir()), days=max(days, 1), months=max(months, 0))
    gone = [name for name in names if name != newest.name]
    for name in gone:
        (directory / name).unlink(missing_ok=True)
    return gone
