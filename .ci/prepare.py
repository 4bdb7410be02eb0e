"""Bring database and static files up to date before the server starts: prepare.py load_strategy|load_demo.

One process for all of it: starting Django once a command would be most of the time of a second `make run`.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sys
from io import StringIO
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kanazawa_strategy.settings")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def main(load: str) -> None:
    django.setup()
    # Before the server starts: its workers would say what is wrong on every page instead.
    call_command("check", stdout=StringIO())
    # Compressing takes as long as filling a database, and has nothing to do with it.
    static = multiprocessing.get_context("fork").Process(target=collect_static_files)
    static.start()
    call_command("migrate", interactive=False, verbosity=0)
    print("The database is up to date.", flush=True)
    call_command(load)
    call_command("sync_roles")
    static.join()
    if static.exitcode:
        sys.exit("The static files could not be collected.")


def collect_static_files() -> None:
    """Collect and compress the static files, if one of them changed (it takes seconds)."""
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name("static.collected")
    state = fingerprint()
    if root.is_dir() and stamp.is_file() and stamp.read_text() == state:
        return
    print("Collecting and compressing the static files.", flush=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)


def fingerprint() -> str:
    """Return a digest of how static files are stored (DEBUG keeps their names), and of all names, sizes and times."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = os.stat(storage.path(path))
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


main(*sys.argv[1:])
