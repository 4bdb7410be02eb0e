"""Programs to measure, started on free ports and ended again: the portal, the bare view, nginx."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVER = ["--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--no-ws", "--host", "127.0.0.1"]
ACCEPTS = {"Accept-Encoding": "gzip"}


def environment(directory: Path, **changes: str) -> dict[str, str]:
    """Return the environment of a portal in production settings over plain HTTP, its data in a directory."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DEBUG", "DATABASE_URL"}}
    return {
        **kept,
        "DATA_DIR": str(directory),
        "SECRET_KEY": "only-for-measuring-" + "0" * 40,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "HTTPS": "0",
        "LOG_LEVEL": "ERROR",
        "DEMO_PASSWORD": "bench-only-password-1",
        "DJANGO_SETTINGS_MODULE": "kanazawa_strategy.settings",
        **changes,
    }


def manage(env: dict[str, str], *arguments: str) -> None:
    """Run a management command, silently."""
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def set_up(directory: Path, **changes: str) -> dict[str, str]:
    """Make the demonstration's database and the static files; return the environment."""
    env = environment(directory, **changes)
    manage(env, "migrate", "-v0")
    manage(env, "load_demo")
    manage(env, "collectstatic", "--noinput", "-v0")
    return env


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def started(command: list[str], port: int, env: dict[str, str], path: str = "/") -> Iterator[subprocess.Popen[bytes]]:
    """Start a server, wait until it answers, and end it with all its workers."""
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}{path}", process)
            yield process
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended at once.")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"Nothing answers at {url}.")


@contextmanager
def portal(env: dict[str, str]) -> Iterator[str]:
    """Serve the portal as `make run` does; yield its address."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("granian")), *SERVER, "--port", str(port)]
    with started([*command, "kanazawa_strategy.wsgi:application"], port, env):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def bare(env: dict[str, str], page: Path) -> Iterator[str]:
    """Serve one page from a bare Django view, by the same server."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("granian")), *SERVER, "--port", str(port), "bare:application"]
    mine = {**env, "BARE_PAGE": str(page), "PYTHONPATH": str(ROOT / "benchmarks")}
    mine.pop("DJANGO_SETTINGS_MODULE")
    with started(command, port, mine):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def nginx(directory: Path, root: Path) -> Iterator[str | None]:
    """Serve a directory of files, compressed beforehand; yield None where there is no nginx."""
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        yield None
        return
    port = free_port()
    configuration = directory / "nginx.conf"
    configuration.write_text(
        f"""daemon off; master_process on; worker_processes 2; pid {directory}/nginx.pid; error_log stderr error;
        events {{ worker_connections 1024; }}
        http {{ access_log off; sendfile on; types {{ text/html html; text/css css; }} gzip_static on;
        client_body_temp_path {directory}/nginx-body; proxy_temp_path {directory}/nginx-proxy;
        fastcgi_temp_path {directory}/nginx-fastcgi; uwsgi_temp_path {directory}/nginx-uwsgi;
        scgi_temp_path {directory}/nginx-scgi;
        server {{ listen 127.0.0.1:{port}; root {root}; }} }}""",
        encoding="utf-8",
    )
    directory.chmod(0o755)
    with started([program, "-c", str(configuration), "-p", str(directory)], port, dict(os.environ)):
        yield f"http://127.0.0.1:{port}"
