"""The machine on which docs/deploy.md is tried, from inside its namespaces: machine.py PLACE OLD NEW."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import browser
import manual

ROOT = Path(__file__).resolve().parent.parent.parent
OWN = ("/etc", "/opt", "/srv", "/usr/local", "/var")  # what the machine writes to
PASSWORD = "rehearsal-" + "only-passphrase"
# Commands that want somebody at the keyboard, a network, or systemd's journal
REPLACED = {
    "portal-manage createsuperuser\n": "portal-manage createsuperuser --noinput --username kanri --email kanri@example.jp\n"
}
STAND_INS = {
    "apt-get": "#!/bin/sh\nexit 0\n",
    "journalctl": '#!/bin/sh\ntest -s "/run/rehearsal/portal.service.log"\n',
    "systemctl": f'#!/bin/sh\nexec {sys.executable} {Path(__file__).with_name("systemctl.py")} "$@"\n',
}


class Machine:
    """A Debian machine with nothing of the portal on it."""

    def __init__(self, place: Path, old: Path, new: Path) -> None:
        self.place = place
        self.releases = {"20261122-0a1b2c3": old.name, "20261201-1b2c3d4": new.name}
        self.old, self.new = old.name, new.name
        self._boot([old, new])

    def _boot(self, bundles: list[Path]) -> None:
        layers = self.place / "layers"
        layers.mkdir()
        call(f"mount -t tmpfs -o mode=755 tmpfs {layers}")
        for path in OWN:
            upper, work = layers / f"{path[1:].replace('/', '-')}", layers / f"work{path.replace('/', '-')}"
            upper.mkdir()
            work.mkdir()
            call(f"mount -t overlay overlay -o lowerdir={path},upperdir={upper},workdir={work} {path}")
        call("mount -t tmpfs -o mode=755 tmpfs /run")
        call("ip link set lo up")
        for directory in ("/run/rehearsal", "/srv/kanazawa-strategy", "/etc/ssl/kanazawa-strategy", layers / "bin"):
            Path(directory).mkdir(parents=True)
        for name, script in STAND_INS.items():
            (layers / "bin" / name).write_text(script)
            (layers / "bin" / name).chmod(0o755)
        for bundle in bundles:
            shutil.copytree(bundle, f"/srv/kanazawa-strategy/{bundle.name}")
        self.path = f"{layers / 'bin'}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        with Path("/etc/hosts").open("a") as hosts:
            hosts.write("127.0.0.1 strategy.example.jp\n")
        key = "-keyout /etc/ssl/kanazawa-strategy/privkey.pem -out /etc/ssl/kanazawa-strategy/fullchain.pem"
        call(f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=strategy.example.jp {key}")
        if not any(Path("/etc/postgresql").glob("*/*")):
            call("pg_createcluster $(ls /usr/lib/postgresql) main")

    def follow(self, number: int, *, only: slice = slice(None), first: str = "") -> str:
        """Do what a section of the page says."""
        script = first + "".join(manual.blocks(ROOT, number)[only])
        for written, meant in {**self.releases, **REPLACED}.items():
            script = script.replace(written, meant)
        if backups := sorted(Path("/var/lib/kanazawa-strategy/backups").glob("portal-*.zip")):
            script = script.replace("portal-20261201-100000.zip", backups[-1].name)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-xc", script],
            cwd="/",
            env={"PATH": self.path, "LANG": "C.UTF-8", "HOME": "/nonexistent", "DJANGO_SUPERUSER_PASSWORD": PASSWORD},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            logs = "\n".join(file.read_text()[-3000:] for file in Path("/run/rehearsal").glob("*.log"))
            sys.exit(f"FAILED  {number}\n{done.stdout}\n{logs}")
        print(f"ok      {number} ({len(script.splitlines())} lines)", flush=True)
        return done.stdout

    def wait(self) -> None:
        """Wait until a worker of the portal answers; the port is open before that."""
        for _ in range(300):
            client = http.client.HTTPConnection("localhost", 8000, timeout=30)
            try:
                client.request("GET", "/robots.txt")
                client.getresponse()
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
            else:
                return
            finally:
                client.close()
        sys.exit(Path("/run/rehearsal/portal.service.log").read_text())

    def sh(self, script: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], env={"PATH": self.path, "LANG": "C.UTF-8"}, capture_output=True,
            text=True,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"FAILED  {script}\n{done.stdout}{done.stderr}")
        return done.stdout


def call(command: str) -> None:
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command}: {done.stderr}")


def main(machine: Machine) -> None:
    machine.follow(2)
    machine.follow(3)
    machine.follow(4)
    machine.follow(5)
    machine.follow(6, only=slice(1))
    machine.wait()
    machine.follow(6, only=slice(1, None))
    machine.sh("systemd-analyze verify /etc/systemd/system/portal.service /etc/systemd/system/portal-*.timer")
    machine.sh("systemd-analyze verify /etc/systemd/system/portal-task@backup.service")
    print("ok      systemd-analyze verify", flush=True)
    for task in ("send_reminders", "clearsessions", "check_data"):
        machine.sh(f"systemctl start portal-task@{task}.service")
    print("ok      the tasks of the timers", flush=True)
    machine.follow(7)
    browser.look_through_nginx(PASSWORD)
    machine.follow(11)
    machine.follow(8)
    machine.wait()
    assert os.readlink("/opt/kanazawa-strategy/current") == f"releases/{machine.new}"
    browser.sign_in("https", PASSWORD)
    roll_back(machine)
    machine.follow(10)
    browser.look_while_down(machine.sh)
    machine.wait()
    machine.follow(13, first=f"release={machine.new}\nln -sfn releases/$release /opt/kanazawa-strategy/current\n")
    machine.wait()
    browser.sign_in("https", PASSWORD)
    print("ok      13 serves", flush=True)
    plain_http(machine)


def roll_back(machine: Machine) -> None:
    """Change something after the backup, then take both code and database back."""
    change = "from goals.models import Theme; print(Theme.objects.count(), Theme.objects.first().delete())"
    count = "from goals.models import Theme; print(Theme.objects.count())"
    before = machine.sh(f'portal-manage shell -v0 -c "{count}"')
    machine.sh(f'portal-manage shell -v0 -c "{change}"')
    machine.follow(9, only=slice(1))
    machine.wait()
    assert os.readlink("/opt/kanazawa-strategy/current") == f"releases/{machine.old}"
    machine.sh(f"systemctl stop portal && ln -sfn releases/{machine.new} /opt/kanazawa-strategy/current")
    machine.sh("systemctl start portal")
    machine.wait()
    machine.follow(9, only=slice(1, None))
    machine.wait()
    assert os.readlink("/opt/kanazawa-strategy/current") == f"releases/{machine.old}"
    browser.sign_in("https", PASSWORD)
    after = machine.sh(f'portal-manage shell -v0 -c "{count}"')
    browser.expect("the backup brings back what was there", after == before, (before, after))


def plain_http(machine: Machine) -> None:
    """Serve a LAN without HTTPS, as the page says."""
    site = "/opt/kanazawa-strategy/current/docs/deploy/nginx/site-http.conf"
    machine.sh(f"install -m 0644 {site} /etc/nginx/sites-available/portal")
    machine.sh("sed -i \"s/^HTTPS=.*/HTTPS='0'/\" /etc/kanazawa-strategy/portal.env")
    machine.sh("nginx -t && systemctl reload nginx && systemctl restart portal")
    machine.wait()
    time.sleep(1)
    browser.sign_in("http", PASSWORD)
    print("ok      a LAN without HTTPS", flush=True)


if __name__ == "__main__":
    main(Machine(*map(Path, sys.argv[1:])))
