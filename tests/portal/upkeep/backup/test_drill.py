"""The drill: back the demonstration up, restore it into an empty database, and look whether anything differs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from kanazawa_strategy.upkeep.backup import archive
from tests.processes import Portal, Server

# What a restored portal may say differently: where it is, the number of its public version and the date of that.
OWN = re.compile(r'localhost:\d+|"version": "1\.0\.\d+"|"created": "[^"]+"|20\d\d-\d\d-\d\dT[\d:.+]+')
OPENDATA = re.compile(r'href="(/opendata/[^"]+\.(?:csv|json))"')
LOCATION = re.compile(r"<loc>http://localhost:\d+(/[^<]*)</loc>")


def public_state(server: Server) -> dict[str, str]:
    """Return a digest of every public page and open data file."""
    pages = LOCATION.findall(server.get("/sitemap.xml").body)
    files = OPENDATA.findall(server.get("/opendata/").body)
    assert len(pages) > 100
    assert len(files) > 5
    found = {}
    for path in [*pages, *dict.fromkeys(files), "/changes/feed.xml"]:
        answer = server.get(path)
        assert answer.status == 200, path
        found[path] = hashlib.sha256(OWN.sub("", answer.body).encode()).hexdigest()
    return found


def test_the_demonstration_comes_back_from_its_backup_as_it_was(
    demonstration: Portal, make_portal: Callable[..., Portal], tmp_path: Path
) -> None:
    restored = make_portal(is_empty=True)
    (restored.place / "static").symlink_to(demonstration.place / "static")
    first, second = tmp_path / "first", tmp_path / "second"

    demonstration.managed("backup", "--to", str(first))
    [file] = first.iterdir()
    restored.managed("restore", str(file))
    assert restored.managed("check_data") == demonstration.managed("check_data")

    restored.managed("backup", "--to", str(second))
    rows = archive.manifest_of(next(second.iterdir())).rows
    rows["goals_auditevent"] -= 1  # the restoring itself
    assert rows == archive.manifest_of(file).rows

    with demonstration.served() as one, restored.served() as other:
        was, now = public_state(one), public_state(other)
    assert [path for path in was if was[path] != now.get(path)] == []
    assert was.keys() == now.keys()
