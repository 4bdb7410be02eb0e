"""Exporting again and again: what changed is written, one version at a time, and a failure leaves the old site."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from goals.publication import version as public_version
from kanazawa_strategy import static_export
from kanazawa_strategy.static_export import Base, ExportError, export
from kanazawa_strategy.static_export.crawl import crawl as really_crawl
from kanazawa_strategy.static_export.folder import MANIFEST, files_in
from kpis.amending.changes import Change, amend
from kpis.judging.words import State
from kpis.models import AmendmentKind, Indicator, Round
from measures.models import Measure, Opinion, OpinionStatus
from tests.makers import make_indicator, make_measure, make_opinion, make_target, make_theme
from tests.portal.static_export import exported
from tests.portal.world import make_survey, publish_year

pytestmark = [pytest.mark.django_db, pytest.mark.once]

BASE = Base.of(exported.BASE)


@pytest.fixture(scope="module")
def first(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a world with two indicators that have a published year, and export it; each test is undone."""
    place = tmp_path_factory.mktemp("first")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(DATA_DIR=place / "data"):
        make_survey()
        make_target(indicator=make_indicator(code="3-1-K01", name="もう一つの指標"))
        make_measure(themes=[make_theme()])
        make_opinion()
        publish_year(2024, **{"3_1_N1": Decimal("49.8"), "3_1_K01": Decimal(12)})
        export(place / "site", BASE)
        yield place
        transaction.set_rollback(True)


@pytest.fixture
def small(first: Path, tmp_path: Path) -> Iterator[Path]:
    """Return where that world stands exported, to export it again."""
    copy = Path(shutil.copytree(first, tmp_path / "small", symlinks=True))
    with override_settings(DATA_DIR=copy / "data"):
        yield copy / "site"


def test_a_second_run_writes_nothing(small: Path) -> None:
    there = small.resolve()
    before = {name: (small / name).stat().st_mtime_ns for name in files_in(small)}
    report = export(small, BASE)
    assert (report.written, report.removed) == ([], [])
    assert small.resolve() == there
    assert {name: (small / name).stat().st_mtime_ns for name in files_in(small)} == before


def correct(value: str) -> None:
    change = Change(AmendmentKind.CORRECTION, "集計の誤り", value=Decimal(value), state=State.FINAL)
    indicator = Indicator.objects.get(code="3-1-N1")
    amend(Round.objects.get(), indicator, change, user=None, made_on=datetime.date(2025, 9, 1))


def test_a_changed_value_rewrites_only_what_shows_it(small: Path) -> None:
    before = {name: (small / name).stat().st_mtime_ns for name in files_in(small)}
    correct("51.7")
    report = export(small, BASE)
    written = set(report.written)
    assert {
        "indicators/3-1-n1/index.html",
        "indicators/3-1-n1.csv",
        "opendata/values.csv",
        "changes/feed.xml",
    } <= written
    assert {"index.html", "index.html.br", "index.html.gz"} <= written
    assert "51.7" in (small / "indicators/3-1-n1/index.html").read_text(encoding="utf-8")
    untouched = {
        "indicators/3-1-k01/index.html",
        "indicators/3-1-k01/index.html.br",
        "indicators/3-1-k01.csv",
        "embed/indicators/3-1-k01/index.html",
        "measures/index.html",
        "about/method/index.html",
        "opendata/measures.csv",
        "favicon.ico",
        "404.html",
    }
    assert not untouched & written
    assert {name: (small / name).stat().st_mtime_ns for name in untouched} == {name: before[name] for name in untouched}
    assert exported.wrong(small) == []


def test_files_that_are_gone_are_removed(small: Path) -> None:
    Measure.objects.get().delete()
    report = export(small, BASE)
    place = "measures/3-1-1-01/index.html"
    assert report.removed == [place, f"{place}.br", f"{place}.gz"]
    assert not (small / "measures/3-1-1-01").exists()
    assert exported.dead(small.resolve()) == []


def test_a_file_that_somebody_spoiled_is_written_anew(small: Path) -> None:
    for name in ("measures/index.html", "measures/index.html.br"):
        os.unlink(small / name)
        (small / name).write_bytes(b"spoiled")
    report = export(small, BASE)
    assert report.written == ["measures/index.html", "measures/index.html.br"]
    assert exported.wrong(small) == []


def test_another_base_changes_the_addresses_in_full(small: Path) -> None:
    report = export(small, Base.of("https://city.example/"))
    assert "index.html" in report.written
    assert "favicon.ico" not in report.written
    assert 'href="https://city.example/"' in (small / "index.html").read_text(encoding="utf-8")
    assert 'href="/indicators/"' in (small / "404.html").read_text(encoding="utf-8")


def test_a_publication_meanwhile_gives_wholly_the_new_version(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crawled: list[Any] = []

    def crawl(folder: Path) -> Any:
        found = really_crawl(folder)
        if not crawled:
            correct("51.7")
        crawled.append(found)
        return found

    monkeypatch.setattr(static_export, "crawl", crawl)
    report = export(small, BASE)
    assert len(crawled) == 2
    assert report.version == public_version.current().number
    for name in ("index.html", "opendata/values.csv", "indicators/3-1-n1.json"):
        assert "51.7" in (small / name).read_text(encoding="utf-8-sig")


def test_publications_without_end_leave_the_old_site(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = iter(("51.1", "51.2", "51.3", "51.4", "51.5", "51.6"))

    def crawl(folder: Path) -> Any:
        correct(next(values))
        return really_crawl(folder)

    monkeypatch.setattr(static_export, "crawl", crawl)
    with pytest.raises(ExportError, match="公表が続いたため"):
        export(small, BASE)
    assert exported.wrong(small) == []
    assert "49.8" in (small / "opendata/values.csv").read_text(encoding="utf-8-sig")


def test_a_leak_would_be_found(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a query forget what is public: the files tell, so they would have told of others."""
    make_opinion(text="まだ出していない意見", status=OpinionStatus.SUBMITTED)
    export(small, BASE)
    assert telling(small, "まだ出していない") == set()
    monkeypatch.setattr(type(Opinion.objects.all()), "public", lambda self: self.all())
    export(small, BASE)
    assert {"committee/index.html", "search/index.json", "opendata/opinions.csv"} <= telling(small, "まだ出していない")


def telling(site: Path, words: str) -> set[str]:
    return {name for name in files_in(site) if words.encode() in (site / name).read_bytes()}


def test_demo_data_stays_marked_in_pages_and_names(small: Path) -> None:
    public_version.PublicVersion.objects.update(is_demo=True)
    export(small, BASE)
    mark = "デモデータ（実績値は架空です）"
    for name in exported.pages(small):
        assert mark in (small / name).read_text(encoding="utf-8"), name
    page = (small / "opendata/index.html").read_text(encoding="utf-8")
    assert re.search(r'<a href="values.csv" [^>]*download="demo-kanazawa-strategy-values.csv">', page)
    assert json.loads((small / MANIFEST).read_text(encoding="utf-8"))["is_demo"] is True


def test_a_link_that_leads_nowhere_stops_the_export(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Measure, "get_absolute_url", lambda self: "/measures/9-9-9-99/")
    with pytest.raises(ExportError, match="行き先のないリンクがあります: /measures/9-9-9-99/"):
        export(small, BASE)
    monkeypatch.setattr(Measure, "get_absolute_url", lambda self: "/accounts/login/")
    with pytest.raises(ExportError, match="書き出さないページへのリンクがあります: /accounts/login/"):
        export(small, BASE)
    assert exported.wrong(small) == []
    assert {path.name for path in small.parent.joinpath(".site.export").iterdir()} == {"lock", small.resolve().name}


def test_static_files_are_those_of_the_manifest_with_their_digests(small: Path, tmp_path: Path) -> None:
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path / "static"):
        with pytest.raises(ExportError, match="collectstatic"):
            export(small, BASE)
        call_command("collectstatic", interactive=False, verbosity=0)
        # Read the manifest anew, as the next process would
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path / "static"):
        export(small, BASE)
    names = [name for name in files_in(small) if name.startswith("static/") and not name.endswith((".br", ".gz"))]
    assert all(re.search(r"\.[0-9a-f]{12}\.\w+$", name) for name in names), names
    assert any("yukitsuri" in name for name in names)
    assert not any("admin" in name for name in names)
    assert exported.dead(small.resolve()) == []


def test_the_command_says_what_it_did(small: Path) -> None:
    output = StringIO()
    call_command("export_site", str(small), "--base-url", exported.BASE, stdout=output)
    version = public_version.current().number
    assert f"公開版{version}を書き出しました（{exported.BASE}）。" in output.getvalue()
    assert (small / "index.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--base-url", "example.jp"], "サイトのアドレスになりません"),
        (["--base-url", exported.BASE], "書き出したサイトではないもの"),
    ],
)
def test_the_command_refuses_with_a_sentence(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "site").mkdir()
    Path(tmp_path, "site", "letter.docx").write_text("大事な手紙", encoding="utf-8")
    with pytest.raises(CommandError, match=f"{said}.*書き出し先は前のままです。"):
        call_command("export_site", str(tmp_path / "site"), *arguments)
    assert [path.name for path in tmp_path.rglob("*")] == ["site", "letter.docx"]
