"""The folder of an exported site: refused where it holds something else, and never seen half written. No database."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goals.publication.version import PublicVersion
from kanazawa_strategy import static_export
from kanazawa_strategy.static_export import Base, ExportError, export
from kanazawa_strategy.static_export.crawl import Found
from kanazawa_strategy.static_export.folder import MANIFEST, Folder, files_in
from kanazawa_strategy.static_export.writing import Writing
from tests.portal.static_export import exported

BASE = Base.of(exported.BASE)
OLD, NEW = ("令和6年度は49.8%" * 200), ("令和7年度は51.7%" * 200)
STEPS = {"open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "os.symlink", "shutil.rmtree"}

Pages = dict[str, str]


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., static_export.Report]:
    """Export given pages in the place of the portal's."""

    def act(target: Path, **pages: str) -> static_export.Report:
        def rendered(folder: Path) -> tuple[PublicVersion, dict[str, Found]]:
            found = {}
            for number, (name, text) in enumerate(pages.items()):
                content = folder / str(number)
                content.write_text(text, encoding="utf-8")
                one = Found("/" if name == "index" else f"/{name}/", "html", content)
                found[one.file] = one
            return PublicVersion(pk=1, number=len(pages)), found

        monkeypatch.setattr(static_export, "_rendered_whole", rendered)
        return export(target, BASE)

    return act


def contents(site: Path) -> Pages:
    return {name: (site / name).read_text(encoding="utf-8") for name in files_in(site) if name.endswith(".html")}


def test_the_first_export_makes_the_folder(tmp_path: Path, publish: Any) -> None:
    publish(tmp_path / "below" / "site", index=OLD)
    assert contents(tmp_path / "below" / "site") == {"index.html": OLD}
    assert exported.wrong(tmp_path / "below" / "site") == []


def test_an_empty_folder_is_taken(tmp_path: Path, publish: Any) -> None:
    Path(tmp_path, "site").mkdir()
    publish(tmp_path / "site", index=OLD)
    assert contents(tmp_path / "site") == {"index.html": OLD}


def test_a_copy_of_an_earlier_export_is_taken_and_compared(tmp_path: Path, publish: Any) -> None:
    publish(tmp_path / "first", index=OLD, method="同じ" * 500)
    shutil.copytree(tmp_path / "first", tmp_path / "site")
    report = publish(tmp_path / "site", index=NEW, method="同じ" * 500)
    assert [name for name in report.written if "method" in name] == []
    assert contents(tmp_path / "site")["index.html"] == NEW
    assert {path.name for path in Path(tmp_path, ".site.export").iterdir()} == {
        "lock",
        Path(tmp_path, "site").resolve().name,
    }


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("site/letter.docx", "書き出したサイトではないもの"),
        ("site/manifest.json", "書き出したサイトではないもの"),
        ("site", "フォルダーではありません"),
    ],
)
def test_what_is_no_exported_site_is_left_alone(tmp_path: Path, publish: Any, file: str, said: str) -> None:
    Path(tmp_path, file).parent.mkdir(exist_ok=True)
    Path(tmp_path, file).write_text("{}", encoding="utf-8")
    with pytest.raises(ExportError, match=said):
        publish(tmp_path / "site", index=OLD)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / file]


def test_a_file_that_somebody_put_in_is_not_lost(tmp_path: Path, publish: Any) -> None:
    publish(tmp_path / "site", index=OLD)
    Path(tmp_path, "site", ".htaccess").write_text("Deny from all", encoding="utf-8")
    with pytest.raises(ExportError, match=r"書き出したものではないファイルがあります（\.htaccess）"):
        publish(tmp_path / "site", index=NEW)
    assert contents(tmp_path / "site") == {"index.html": OLD}


def test_two_exports_do_not_run_at_once(tmp_path: Path, publish: Any) -> None:
    publish(tmp_path / "site", index=OLD)
    with Folder(tmp_path / "site").opened(), pytest.raises(ExportError, match="別の書き出しが進んでいます"):
        publish(tmp_path / "site", index=NEW)
    publish(tmp_path / "site", index=NEW)
    assert contents(tmp_path / "site") == {"index.html": NEW}


def test_a_reader_finds_the_site_before_until_the_export_after(tmp_path: Path, publish: Any) -> None:
    publish(tmp_path / "site", index=OLD)
    first = Path(tmp_path, "site").resolve()
    publish(tmp_path / "site", index=NEW)
    assert contents(first) == {"index.html": OLD}
    publish(tmp_path / "site", index=NEW, method=NEW)
    assert not first.exists()


def test_a_failure_leaves_the_old_site_and_nothing_else(
    tmp_path: Path, publish: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path / "site", index=OLD)

    def full(*_: Any, **__: Any) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Writing, "put", full)
        with pytest.raises(OSError, match="No space"):
            publish(tmp_path / "site", index=NEW)
    assert contents(tmp_path / "site") == {"index.html": OLD}
    assert {path.name for path in Path(tmp_path, ".site.export").iterdir()} == {
        "lock",
        Path(tmp_path, "site").resolve().name,
    }


def test_without_symbolic_links_the_folders_are_renamed(
    tmp_path: Path, publish: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise OSError("A required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refused)
    for text in (OLD, NEW):
        publish(tmp_path / "site", index=text)
        assert not Path(tmp_path, "site").is_symlink()
        assert contents(tmp_path / "site") == {"index.html": text}
        assert exported.wrong(tmp_path / "site") == []
    assert {path.name for path in Path(tmp_path, ".site.export").iterdir()} == {"lock"}


def kill_at(step: int, home: Path, act: Callable[[], object]) -> bool:
    """Do it in a process that is killed before its n-th step on the disk; tell whether it was."""
    child = os.fork()
    if child == 0:
        left = step

        def tick(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal left
            if event in STEPS and str(arguments[0]).startswith(str(home)):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(tick)
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    status = os.waitpid(child, 0)[1]
    assert status in {0, signal.SIGKILL}, status
    return status != 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Processes are forked here.")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_kill_at_any_step_leaves_the_old_site_or_the_new_one(tmp_path: Path, publish: Any) -> None:
    same = "変わらない" * 300
    seen, step = set(), 0
    killed = True
    while killed:
        step += 1
        home = tmp_path / str(step)
        site = home / "site"
        publish(site, index=OLD, method=same)
        killed = kill_at(step, home, lambda: publish(site, index=NEW, glossary=same))  # noqa: B023
        assert exported.wrong(site) == [], step
        seen.add(contents(site)["index.html"])
        if killed:
            publish(site, index=NEW, glossary=same)
        assert contents(site) == {"index.html": NEW, "glossary/index.html": same}
        names = {path.name for path in Path(home, ".site.export").iterdir()}
        assert len(names) <= 3, names  # the lock, the site, and the one before
        shutil.rmtree(home)
    assert step > 20
    assert seen == {OLD, NEW}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Processes are forked here.")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_kill_while_a_copy_is_replaced_loses_nothing(tmp_path: Path, publish: Any) -> None:
    """A copy is a folder, not a link: it is renamed away first, and the next export brings it back if need be."""
    publish(tmp_path / "original", index=OLD)
    missing, step, killed = 0, 0, True
    while killed:
        step += 1
        home = tmp_path / str(step)
        site = home / "site"
        shutil.copytree(tmp_path / "original", site)
        killed = kill_at(step, home, lambda: publish(site, index=NEW))  # noqa: B023
        if not site.exists():
            missing += 1
            with Folder(site).opened():
                assert contents(site) == {"index.html": OLD}
        assert exported.wrong(site) == [], step
        publish(site, index=NEW)
        assert contents(site) == {"index.html": NEW}
    assert missing == 1


def test_what_is_listed_is_what_lies_there(tmp_path: Path, publish: Any) -> None:
    publish(tmp_path / "site", index=OLD)
    assert sorted(files_in(tmp_path / "site")) == ["index.html", "index.html.br", "index.html.gz", MANIFEST]
