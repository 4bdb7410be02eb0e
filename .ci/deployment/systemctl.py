"""A stand-in for systemctl where no systemd runs: starts and stops what the units in /etc/systemd/system say."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

UNITS = Path("/etc/systemd/system")
STATE = Path("/run/rehearsal")
TOLD_ONLY = {"daemon-reload", "list-timers", "list-units", "nothing"}  # nothing to do without systemd


def main(arguments: list[str]) -> int:
    verb, *units = [argument for argument in arguments if not argument.startswith("-")] or ["list-units"]
    if verb == "enable":
        verb = "start" if "--now" in arguments else "nothing"
    deeds = {
        "start": start,
        "stop": stop,
        "restart": restart,
        "reload": restart,
        "reload-or-restart": restart,
        "status": status,
    }
    if verb not in deeds and verb not in TOLD_ONLY:
        sys.exit(f"The stand-in for systemctl does not know {verb}.")
    deed = deeds.get(verb)
    named = [unit if "." in unit else f"{unit}.service" for unit in units]
    return max((deed(unit) for unit in named), default=0) if deed else 0


def start(unit: str) -> int:
    if unit.startswith("postgresql"):
        version, name = next(Path("/etc/postgresql").glob("*/*")).parts[-2:]
        return subprocess.call(["pg_ctlcluster", version, name, "start"])
    if unit.startswith("nginx"):
        pid = Path("/run/nginx.pid")  # `nginx -t` leaves an empty one
        is_running = pid.exists() and pid.read_text().strip()
        return subprocess.call(["nginx", "-s", "reload"] if is_running else ["nginx"])
    if unit.endswith(".timer"):
        return start_timer(unit)
    settings = read(unit)
    command = shlex.split(settings["ExecStart"].replace("%i", unit.partition("@")[2].removesuffix(".service")))
    with (STATE / f"{unit}.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=settings["WorkingDirectory"],
            env={**environment(settings["EnvironmentFile"]), "PATH": os.defpath, "LANG": "C.UTF-8"},
            user=settings["User"],
            group=settings["Group"],
            extra_groups=[],
            umask=int(settings["UMask"], 8),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    if settings.get("Type") == "oneshot":
        return process.wait()
    (STATE / f"{unit}.pid").write_text(str(process.pid))
    return 0


def start_timer(unit: str) -> int:
    """Ask systemd's own tools whether the times can be read and the unit is there; nothing waits for them here."""
    timer = read(unit)
    read(timer["Unit"])
    asked = ["systemd-analyze", "calendar", "--iterations=2", timer["OnCalendar"]]
    return subprocess.run(asked, stdout=subprocess.DEVNULL).returncode


def stop(unit: str) -> int:
    file = STATE / f"{unit}.pid"
    pid = int(file.read_text())
    os.kill(pid, signal.SIGTERM)  # KillMode=mixed: the first process only
    for _ in range(300):
        if not is_alive(pid):
            file.unlink()
            return 0
        time.sleep(0.1)
    os.killpg(pid, signal.SIGKILL)
    return 1


def restart(unit: str) -> int:
    if unit.startswith("nginx"):
        return start(unit)
    return stop(unit) or start(unit)


def status(unit: str) -> int:
    return 0 if is_alive(int((STATE / f"{unit}.pid").read_text())) else 3


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def read(unit: str) -> dict[str, str]:
    """Return the settings of a unit with its drop-ins; the last of a name holds."""
    template = re.sub(r"@[^.]+", "@", unit)
    files = [UNITS / template, *sorted((UNITS / f"{unit}.d").glob("*.conf"))]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return dict(re.findall(r"^([A-Za-z]+)=(.+)$", "\n".join(lines), re.MULTILINE))


def environment(file: str) -> dict[str, str]:
    """Read a file of settings as systemd does: a value stands in single quotes, and nothing in it is replaced."""
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines if "=" in line[:40])}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
