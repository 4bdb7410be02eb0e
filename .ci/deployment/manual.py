"""The commands of docs/deploy.md, by section."""

from __future__ import annotations

import re
from pathlib import Path


def section(root: Path, number: int) -> str:
    """Return all commands of a section as one script."""
    return "".join(blocks(root, number))


def blocks(root: Path, number: int) -> list[str]:
    """Return the commands of a section, block by block."""
    text = (root / "docs" / "deploy.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {number} .*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/deploy.md has no section {number}"
    return re.findall(r"^```sh\n(.*?)^```", found[0], re.MULTILINE | re.DOTALL)
