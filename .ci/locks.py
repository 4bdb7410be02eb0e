"""Tell whether the lock files are in step with what they lock, without the network: locks.py check|stamp.

`make lock` writes a digest of the locked inputs into the first line of each lock file; here it is compared.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from pathlib import Path

LOCKS = {
    "base": Path("requirements/base.txt"),
    "dev": Path("requirements/dev.txt"),
    "node": Path("requirements/node.txt"),
    "peers": Path("benchmarks/peers/requirements.txt"),
}
MARK = "# Made by `make lock`; do not edit. Digest of what it locks: "


def inputs(name: str) -> object:
    """Return what decides the content of a lock file."""
    if name in {"node", "peers"}:
        return LOCKS[name].with_suffix(".in").read_text()
    project = tomllib.loads(Path("pyproject.toml").read_text())
    wanted = [project["project"]["requires-python"], project["project"]["dependencies"]]
    return wanted if name == "base" else [*wanted, project["dependency-groups"]["dev"]]


def first_line(name: str) -> str:
    return MARK + hashlib.sha256(json.dumps(inputs(name)).encode()).hexdigest()[:16] + "\n"


def pins(name: str) -> dict[str, str]:
    """Return the locked versions by package."""
    return dict(
        re.findall(
            r"^([a-z0-9._-]+)==([^ \\;]+)",
            LOCKS[name].read_text(),
            re.MULTILINE,
        )
    )


def stamp() -> None:
    for name, file in LOCKS.items():
        lines = file.read_text().splitlines(keepends=True)
        file.write_text(first_line(name) + "".join(line for line in lines if not line.startswith(MARK)))


def check() -> list[str]:
    faults = []
    for name, file in LOCKS.items():
        if not file.read_text().startswith(first_line(name)):
            faults.append(f"{file} is not made from what it locks now")
    dev = pins("dev")
    faults += [
        f"{package} is {version} in requirements/base.txt and {dev.get(package, 'missing')} in dev.txt"
        for package, version in pins("base").items()
        if dev.get(package) != version
    ]
    return [*faults, *check_npm(Path(".")), *check_npm(Path(".ci/audit"))]


def check_npm(directory: Path) -> list[str]:
    """Compare a package-lock.json with the package.json beside it."""
    wanted = json.loads((directory / "package.json").read_text())
    file = directory / "package-lock.json"
    lock = json.loads(file.read_text())["packages"]
    faults = [
        f"{part} of {file} are not those of package.json"
        for part in ("dependencies", "devDependencies", "engines")
        if wanted.get(part) != lock[""].get(part)
    ]
    return faults + [f"{path} in {file} names a registry" for path, entry in lock.items() if "resolved" in entry]


if sys.argv[1:] == ["stamp"]:
    stamp()
elif sys.argv[1:] == ["check"]:
    if found := check():
        sys.exit("\n".join([*found, "Run `make lock`."]))
else:
    sys.exit(__doc__)
