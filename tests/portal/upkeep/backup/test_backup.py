from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kanazawa_strategy.upkeep.backup import archive
from kanazawa_strategy.upkeep.backup.manifest import Manifest, known_migrations
from tests.processes import Portal, is_postgresql

MakePortal = Callable[..., Portal]
MARK = """
    INSERT INTO auth_user
    (username, password, is_superuser, is_staff, is_active, first_name, last_name, email, date_joined)
    VALUES ('marker', '', false, false, true, '', '', '', '2026-01-01')
"""
STATE = """
    SELECT (SELECT number FROM goals_publicversion), (SELECT count(*) FROM goals_auditevent WHERE action = 'RESTORE'),
           (SELECT count(*) FROM auth_user WHERE username = 'marker'), (SELECT count(*) FROM kpis_yearlyvalue)
"""
EVENTS = "SELECT action, summary FROM goals_auditevent ORDER BY id DESC"


@pytest.fixture(scope="module")
def backup(demonstration: Portal, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Back the demonstration up, once for all."""
    place = tmp_path_factory.mktemp("backup") / "kept"
    demonstration.managed("backup", "--to", str(place))
    [file] = place.iterdir()
    return file


def version(portal: Portal) -> int:
    return int(portal.query("SELECT number FROM goals_publicversion")[0][0])


def marked(portal: Portal) -> None:
    """Make a copy differ from what it was copied from."""
    portal.execute(MARK)


def is_marked(portal: Portal) -> bool:
    return bool(portal.query("SELECT 1 FROM auth_user WHERE username = 'marker'"))


def changed(file: Path, target: Path, **changes: Any) -> Path:
    """Write a backup anew with another manifest."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == archive.MANIFEST:
                data = json.dumps({**json.loads(data), **changes}).encode()
            new.writestr(name, data)
    return target


def test_a_backup_tells_what_it_holds_and_only_its_owner_reads_it(demonstration: Portal, backup: Path) -> None:
    assert archive.NAME.fullmatch(backup.name)
    assert (backup.stat().st_mode & 0o777, backup.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    manifest = archive.manifest_of(backup)
    assert manifest.is_demo
    assert manifest.public_version == version(demonstration)
    assert set(manifest.migrations) == known_migrations()
    assert manifest.rows["kpis_indicator"] == demonstration.query("SELECT count(*) FROM kpis_indicator")[0][0] > 20
    assert manifest.release


def test_an_empty_database_is_filled_and_counts_its_public_version_on(
    demonstration: Portal, backup: Path, make_portal: MakePortal
) -> None:
    portal = make_portal(is_empty=True)
    log = portal.place / "audit.log"
    said = portal.managed("restore", str(backup), AUDIT_LOG=str(log))
    assert "復元しました" in said
    assert "デモデータ" in said
    assert version(portal) > version(demonstration) + 500
    [event, *older] = portal.query(EVENTS)
    assert event[0] == "RESTORE"
    assert backup.name in event[1]
    assert older == demonstration.query(EVENTS)
    assert json.loads(log.read_text(encoding="utf-8"))["summary"] == event[1]
    assert log.stat().st_mode & 0o777 == 0o600
    portal.managed("migrate", "--check")
    # The next row gets a number of its own.
    portal.managed("shell", "-v0", "-c", "User.objects.create(username='after')")


def test_a_database_with_data_is_replaced_only_when_asked_for(backup: Path, make_portal: MakePortal) -> None:
    portal = make_portal()
    marked(portal)
    portal.execute("UPDATE goals_publicversion SET number = 5000")
    done = portal.manage("restore", str(backup))
    assert done.returncode == 1
    assert "すでにデータがあります" in done.stderr
    assert "--yes" in done.stderr
    assert is_marked(portal)
    portal.managed("restore", str(backup), "--yes")
    assert not is_marked(portal)
    assert version(portal) > 5000, "Caches may know every number up to the old one."


@pytest.mark.once
def test_a_database_that_is_only_set_up_counts_as_empty(backup: Path, make_portal: MakePortal) -> None:
    portal = make_portal(is_empty=True)
    portal.managed("migrate", "-v0")
    portal.managed("sync_roles")
    portal.managed("restore", str(backup))
    assert "誤りはありません" in portal.managed("check_data")


def test_a_backup_of_an_older_release_is_brought_up_to_this_one(make_portal: MakePortal, tmp_path: Path) -> None:
    old, new = make_portal(), make_portal(is_empty=True)
    old.managed("migrate", "-v0", "goals", "0003")
    old.managed("backup", "--to", str(tmp_path / "old"))
    [file] = (tmp_path / "old").iterdir()
    said = new.managed("restore", str(file))
    assert "マイグレーション2件を適用します: goals.0004" in said
    new.managed("migrate", "--check")


def test_a_backup_of_a_newer_release_or_another_kind_of_database_is_refused(
    backup: Path, make_portal: MakePortal, tmp_path: Path
) -> None:
    portal = make_portal()
    marked(portal)
    manifest = archive.manifest_of(backup)
    newer = changed(backup, tmp_path / "newer.zip", migrations=[*manifest.migrations, "goals.9999_of_tomorrow"])
    done = portal.manage("restore", str(newer), "--yes")
    assert done.returncode == 1
    assert "goals.9999_of_tomorrow" in done.stderr
    other = changed(backup, tmp_path / "other.zip", engine="sqlite" if is_postgresql() else "postgresql")
    done = portal.manage("restore", str(other), "--yes")
    assert done.returncode == 1
    assert "DATABASE_URL を確かめてください" in done.stderr
    assert is_marked(portal)


def cut(file: Path, target: Path) -> None:
    target.write_bytes(file.read_bytes()[:-2000])


def bent(file: Path, target: Path) -> None:
    data = bytearray(file.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 8] = bytes(8)
    target.write_bytes(data)


def miscounted(file: Path, target: Path) -> None:
    rows = archive.manifest_of(file).rows
    changed(file, target, rows={**rows, "auth_user": rows["auth_user"] + 1})


def with_another_digest(file: Path, target: Path) -> None:
    changed(file, target, sha256="0" * 64)


def of_another_kind(file: Path, target: Path) -> None:
    target.write_text("no backup")


def missing(file: Path, target: Path) -> None:
    pass


@pytest.mark.once
@pytest.mark.parametrize("damage", [cut, bent, miscounted, with_another_digest, of_another_kind, missing])
def test_a_damaged_backup_changes_nothing(
    backup: Path, make_portal: MakePortal, tmp_path: Path, damage: Callable[[Path, Path], None]
) -> None:
    portal = make_portal()
    marked(portal)
    before = portal.query(STATE)
    damage(backup, tmp_path / "damaged.zip")
    done = portal.manage("restore", str(tmp_path / "damaged.zip"), "--yes")
    assert done.returncode == 1
    assert "復元しませんでした。" in done.stderr
    assert "Traceback" not in done.stderr
    assert is_marked(portal)
    assert portal.query(STATE) == before


def test_backups_are_consistent_while_others_write(make_portal: MakePortal, tmp_path: Path) -> None:
    portal = make_portal()
    code = """
from django.db import transaction
from goals.models.event import AuditEvent
print("writing", flush=True)
while True:
    with transaction.atomic():
        for number in range(2):
            AuditEvent.objects.create(action="EXPORT", summary=str(number))
"""
    before = portal.query("SELECT count(*) FROM goals_auditevent")[0][0]
    writer = portal.start("shell", "-v0", "-c", code)
    try:
        assert writer.stdout
        assert writer.stdout.readline() == "writing\n"
        for _ in range(3):
            portal.managed("backup", "--to", str(tmp_path / "kept"))
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.communicate()
    counts = [archive.manifest_of(file).rows["goals_auditevent"] for file in (tmp_path / "kept").iterdir()]
    assert len(set(counts)) == 3
    assert all(count > before and (count - before) % 2 == 0 for count in counts)


@pytest.mark.once
def test_old_backups_go_by_the_settings_and_only_from_their_own_place(make_portal: MakePortal, tmp_path: Path) -> None:
    portal = make_portal()
    place = portal.place / "backups"
    elsewhere = tmp_path / "elsewhere"
    for directory in (place, elsewhere):
        directory.mkdir()
        for day in ("20200101", "20200102", "20200201"):
            (directory / f"portal-{day}-030000.zip").touch()
        (directory / "notes.txt").touch()
    said = portal.managed("backup", BACKUP_KEEP_DAYS="1", BACKUP_KEEP_MONTHS="3")
    assert "古いバックアップを消しました: portal-20200101-030000.zip" in said
    [new, *rest] = sorted((file.name for file in place.iterdir()), reverse=True)
    assert archive.NAME.fullmatch(new)
    assert rest == ["portal-20200201-030000.zip", "portal-20200102-030000.zip", "notes.txt"]
    portal.managed("backup", "--to", str(elsewhere), BACKUP_KEEP_DAYS="1", BACKUP_KEEP_MONTHS="1")
    assert len(list(elsewhere.iterdir())) == 5


@pytest.mark.skipif(not is_postgresql(), reason="SQLite needs no other program.")
def test_missing_programs_of_postgresql_are_named(demonstration: Portal, backup: Path, tmp_path: Path) -> None:
    for command, program in (
        (["backup", "--to", str(tmp_path)], "pg_dump"),
        (["restore", str(backup), "--yes"], "pg_"),
    ):
        done = demonstration.manage(*command, PATH=str(tmp_path))
        assert done.returncode == 1
        assert f"{program}" in done.stderr
        assert "postgresql-client" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not is_postgresql(), reason="SQLite has no password.")
def test_no_password_is_shown_to_other_users_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    from kanazawa_strategy.upkeep.backup.postgresql import _address

    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "quite-secret")
    address, password = _address(connection)
    assert password == "quite-secret"
    assert "quite-secret" not in address


def test_a_full_disk_is_told_in_a_sentence_and_leaves_no_file(demonstration: Portal, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)]
    if not mount or os.geteuid() != 0 or subprocess.run([mount, *options], capture_output=True).returncode:
        pytest.skip("NO SMALL DISK HERE: only root mounts one")
    try:
        done = demonstration.manage("backup", "--to", str(small))
        assert done.returncode == 1
        assert "バックアップを作れませんでした。" in done.stderr
        assert "ディスクの空きが足りません" in done.stderr or "No space left on device" in done.stderr
        assert "Traceback" not in done.stderr
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_place_without_permission_is_told_in_a_sentence(demonstration: Portal, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = demonstration.manage("backup", "--to", str(tmp_path / "file"))
    assert done.returncode == 1
    assert "バックアップを作れませんでした。" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_manifest_of_another_format_is_refused() -> None:
    from kanazawa_strategy.upkeep.backup import BackupError

    for text in ("{}", "[]", "no json", json.dumps({"format": 2})):
        with pytest.raises(BackupError):
            Manifest.from_json(text)
