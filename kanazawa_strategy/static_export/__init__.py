"""The public site as files that any web server can hold: manage.py export_site."""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from goals.publication import version as public_version
from kanazawa_strategy.serving.release import fingerprint
from kanazawa_strategy.static_export import assets, rewriting
from kanazawa_strategy.static_export.addresses import Base, ExportError, file_of
from kanazawa_strategy.static_export.crawl import Found, crawl
from kanazawa_strategy.static_export.folder import FORMAT, MANIFEST, Folder
from kanazawa_strategy.static_export.writing import Writing

__all__ = ["Base", "ExportError", "Report", "export"]

TRIES = 5


@dataclass(frozen=True)
class Report:
    """What an export did."""

    version: int
    files: int
    size: int
    written: list[str]
    removed: list[str]


def export(target: Path, base: Base) -> Report:
    """Write the public site into a folder, or raise ExportError and leave it as it was."""
    assets.check()
    folder = Folder(target)
    with folder.opened():
        rendered, new = folder.new(), folder.new()
        version, found = _rendered_whole(rendered)
        writing = Writing(folder, new)
        for file in sorted(found):
            _put(writing, found[file], found, base)
        shutil.rmtree(rendered)
        report = Report(
            version.number,
            len(writing.files),
            sum(row["size"] for row in writing.files.values()),
            writing.written,
            writing.gone,
        )
        head = {
            "format": FORMAT,
            "public_version": version.number,
            "release": fingerprint(),
            "base_url": base.url,
            "is_demo": version.is_demo,
        }
        old = {name: folder.manifest.get(name) for name in head}
        if report.written or report.removed or old != head:
            content = {**head, "made_at": _now().isoformat(timespec="seconds"), "files": writing.files}
            text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
            Path(new, MANIFEST).write_text(text, encoding="utf-8")
            folder.show(new)
    return report


def _rendered_whole(folder: Path) -> tuple[public_version.PublicVersion, Mapping[str, Found]]:
    """Render all of one public version: again from the start where something is published meanwhile."""
    for _ in range(TRIES):
        version = public_version.current()
        found = crawl(folder)
        if public_version.current().number == version.number:
            return version, found
    raise ExportError(
        "書き出している間に公表が続いたため、書き出せませんでした。しばらくしてから、もう一度実行してください。"
    )


def _put(writing: Writing, one: Found, all_found: Mapping[str, Found], base: Base) -> None:
    content = one.content.read_bytes()
    match one.kind:
        case "html":
            text = rewriting.page(content.decode(), one.address, base, lambda link: all_found[file_of(link)].name)
            content = text.encode()
        case "plain":
            content = rewriting.rules(content.decode(), base).encode()
        case "xml" | "json":
            content = rewriting.plain(content.decode(), base).encode()
    packed = {ending: Path(f"{one.content}{ending}") for ending in (".br", ".gz")} if one.kind == "asset" else {}
    writing.put(one.file, content, ready={ending: path for ending, path in packed.items() if path.is_file()})


def _now() -> datetime.datetime:
    return timezone.localtime()
