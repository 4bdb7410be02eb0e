"""Walk through docs/deploy.md, command by command, on a machine that is thrown away: `make rehearse`.

    rehearse.py [OLD [NEW]]     commits to install first and to upgrade to (HEAD~1 and HEAD)

The machine is this one in namespaces of its own (Linux, root): what is written to /etc, /opt, /srv, /usr/local and /var
goes with it, it has no network, and `systemctl` is a stand-in that starts what the units say.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import manual

ROOT = Path(__file__).resolve().parent.parent.parent
UNAVAILABLE = 69  # EX_UNAVAILABLE of sysexits.h
NEEDED = {
    "unshare": "util-linux",
    "nginx": "nginx libnginx-mod-http-brotli-static",
    "pg_ctlcluster": "postgresql",
    "systemd-analyze": "systemd",
    "openssl": "openssl",
    "ip": "iproute2",
}


def main(old: str = "HEAD~1", new: str = "HEAD") -> int:
    missing = [package for program, package in NEEDED.items() if not shutil.which(program)]
    if os.geteuid() != 0 or missing:
        print(f"NOT RUN: docs/deploy.md needs root on Debian with {' '.join(missing) or 'its usual programs'}.")
        return UNAVAILABLE
    with tempfile.TemporaryDirectory(prefix="deployment-") as directory:
        place = Path(directory)
        place.chmod(0o755)
        bundles = [make_bundle(place / name, commit) for name, commit in (("old", old), ("new", new))]
        if bundles[0].name == bundles[1].name:
            sys.exit("The two commits have one name: there is nothing to upgrade.")
        look_for_weaknesses(place / "new")
        namespaces = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
        machine = [sys.executable, str(Path(__file__).with_name("machine.py")), str(place), *map(str, bundles)]
        return subprocess.run([*namespaces, *machine], stdin=subprocess.DEVNULL).returncode


def make_bundle(place: Path, commit: str) -> Path:
    """Do what the page says about the machine that has the internet; return the bundle."""
    run(["git", "clone", "--quiet", str(ROOT), str(place)], ROOT)
    run(["git", "-c", "advice.detachedHead=false", "checkout", "--quiet", revision(commit)], place)
    # The page that is tried is the new one, whatever the old release's own said.
    script = manual.section(ROOT, 1).replace(
        '(cd "$bundle"', 'var/venvs/bundle/bin/pip download --quiet gunicorn -d "$bundle/wheels"\n(cd "$bundle"'
    )
    return Path(run(["bash", "-euo", "pipefail", "-c", script], place).splitlines()[-1])


def look_for_weaknesses(place: Path) -> None:
    """Run the audit of the packages; its advisories are somebody else's server, so its failure is only said."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", manual.section(ROOT, 14)],
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    unknown = done.stdout.count("could not be audited")
    print(f"{'ok    ' if done.returncode == 0 else 'NOT OK'}  14 pip-audit reads the lock file; not audited: {unknown}")
    if done.returncode:
        print(done.stdout)


def revision(commit: str) -> str:
    return run(["git", "rev-parse", commit], ROOT).strip()


def run(command: list[str], place: Path) -> str:
    # Settings of this checkout, or of who runs this, are not those of the machine.
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"} or "proxy" in name}
    kept |= {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "npm_config_", "NODE_"))}
    done = subprocess.run(command, cwd=place, env=kept, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"{' '.join(command)[:200]} failed:\n{done.stdout}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
