"""Write down what the portal runs on, with versions and licences: licenses.py write|check.

From the metadata of the installed packages of requirements/base.txt, and of Plotly's script from npm. `check` compares
names and versions with the lock files, and needs none of them installed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from email.message import Message
from email.parser import Parser
from importlib import metadata
from pathlib import Path

FILE = Path("docs/licenses.md")
HEAD = """# 使っているパッケージとライセンス

ポータルを動かすのに使っているパッケージです。`make lock` が、`requirements/base.txt` と `package-lock.json` の版に合わせて書きます。手では直しません。開発とテストだけに使うもの（`requirements/dev.txt`）は含みません。

弱点が知られていないかの調べ方は [`deploy.md`](deploy.md) の「14 使っているパッケージ」にあります。

| パッケージ | 版 | ライセンス | どこで使うか |
|---|---|---|---|
"""
# Licences that a package only names by a classifier
CLASSIFIED = {
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
Row = tuple[str, str]


def locked() -> dict[str, tuple[str, str]]:
    """Return version and condition of each package in requirements/base.txt."""
    text = Path("requirements/base.txt").read_text(encoding="utf-8")
    found = re.findall(r"^([a-z0-9._-]+)==([^ \\;]+)(?: ; ([^\\\n]+?))? \\$", text, re.MULTILINE)
    return {name: (version, condition) for name, version, condition in found}


def bundles() -> dict[str, dict[str, str]]:
    """Return what npm brings to the site."""
    packages = json.loads(Path("package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = packages[""]["dependencies"]
    return {name: packages[f"node_modules/{name}"] for name in wanted}


def licence(name: str, version: str) -> str:
    """Return the licence that a package names in its metadata."""
    known = _metadata(name, version)
    if expression := known.get("License-Expression"):
        return str(expression)
    classifiers = [line.split(" :: ")[-1] for line in known.get_all("Classifier", []) if line.startswith("License ::")]
    if classifiers := [line for line in classifiers if line != "OSI Approved"]:
        return "、".join(CLASSIFIED.get(line, line) for line in classifiers)
    first = (known.get("License") or "").strip().splitlines()[:1]
    if not first:
        sys.exit(f"{name} names no licence: look for it, and say here how to read it.")
    return first[0]


def _metadata(name: str, version: str) -> Message:
    """Return the metadata of a locked version; a package of other systems is fetched to read it."""
    try:
        installed = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return _fetched(name, version)
    if installed.version != version:
        sys.exit(f"{name} is {installed.version} here and {version} in requirements/base.txt: install that first.")
    return Parser().parsestr(installed.read_text("METADATA") or "")


def _fetched(name: str, version: str) -> Message:
    with tempfile.TemporaryDirectory() as directory:
        command = ["pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
        subprocess.run([sys.executable, "-m", *command, "-d", directory, f"{name}=={version}"], check=True)
        with zipfile.ZipFile(next(Path(directory).glob("*.whl"))) as wheel:
            file = next(each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
            return Parser().parsestr(wheel.read(file).decode())


def write() -> None:
    rows = [
        f"| {name} | {version} | {licence(name, version)} | サーバー{f'（`{condition}` のとき）' if condition else ''} |"
        for name, (version, condition) in locked().items()
    ]
    rows += [
        f"| {name}（npm） | {entry['version']} | {entry['license']} | 閲覧者の画面 |"
        for name, entry in bundles().items()
    ]
    FILE.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")


def check() -> list[str]:
    """Return how the list differs from the lock files."""
    text = FILE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+?)(?:（npm）)? \| (\d[^|]*?) \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE)
    listed: set[Row] = set(rows)
    wanted = {(name, version) for name, (version, _) in locked().items()}
    wanted |= {(name, entry["version"]) for name, entry in bundles().items()}
    faults = [f"{name} {version} is not in {FILE}" for name, version in sorted(wanted - listed)]
    return faults + [f"{name} {version} is in {FILE} only" for name, version in sorted(listed - wanted)]


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write()
    elif sys.argv[1:] == ["check"]:
        if found := check():
            sys.exit("\n".join([*found, "Run `make lock`."]))
    else:
        sys.exit(__doc__)
