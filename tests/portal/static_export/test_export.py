"""The exported site: whole, public, without a dead link, and written anew only where something changed."""

from __future__ import annotations

import datetime
import gzip
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver

from goals.publication import version
from kanazawa_strategy.static_export import Base, Report, export, rows
from kanazawa_strategy.static_export.addresses import CLOSED, ORIGIN, is_closed
from kanazawa_strategy.static_export.folder import MANIFEST, files_in
from kpis.models import Indicator
from measures.models import Measure
from tests.makers import make_user
from tests.portal.committee.test_before_publication import PUBLISHED, SECRETS, hide, publish, text_of
from tests.portal.static_export import exported

pytestmark = [pytest.mark.django_db, pytest.mark.once]

BASE = Base.of(exported.BASE)


@dataclass(frozen=True)
class Twice:
    """A site that was exported before there was any secret, and once more with them in the database."""

    place: Path
    second: Report


@pytest.fixture(scope="module")
def twice(real_strategy: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twice]:
    """Export the real strategy with a published year, then again while all that is not public lies beside it."""
    target = tmp_path_factory.mktemp("public") / "site"
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        override_settings(DATA_DIR=tmp_path_factory.mktemp("data")),
    ):
        publish()
        export(target, BASE)
        hide(make_user(role="委員", username="iin"))
        yield Twice(target, export(target, BASE))
        transaction.set_rollback(True)


@pytest.fixture
def site(twice: Twice) -> Path:
    return twice.place


def secrets_in(site: Path) -> dict[str, list[str]]:
    """Return the files that tell a secret; not by 31.4 and 87.7, which stand in drawings by chance."""
    found = {}
    for name in files_in(site):
        if not name.endswith((".br", ".gz", ".ico")) and not name.startswith("static/"):
            text = text_of((site / name).read_bytes(), name)
            found[name] = [word for words in SECRETS.values() for word in words if len(word) != 4 and word in text]
    return {name: words for name, words in found.items() if words}


class TestTheRealStrategy:
    def test_every_public_address_has_its_file(self, site: Path) -> None:
        there = set(files_in(site))
        codes = [code.lower() for code in Indicator.objects.values_list("code", flat=True)]
        expected = {f"indicators/{code}{end}" for code in codes for end in ("/index.html", ".csv", ".json", ".png")}
        expected |= {f"embed/indicators/{code}/index.html" for code in codes}
        expected |= {
            f"measures/{code}/index.html" for code in Measure.objects.in_force().values_list("code", flat=True)
        }
        expected |= {f"committee/{PUBLISHED}/{name}" for name in ("index.html", "pack/index.html", "pack.xlsx")}
        expected |= {
            "indicators/view=cards/index.html",
            "indicators/edition=1/index.html",
            "measures/edition=1/index.html",
        }
        expected |= {"index.html", "404.html", "robots.txt", "favicon.ico", "sitemap.xml", "changes/feed.xml"}
        expected |= {
            "opendata/strategy.xlsx",
            "opendata/values.csv",
            "opendata/values-sjis.csv",
            "opendata/values.json",
        }
        expected |= {"opendata/datapackage.json", "indicators.csv", "indicators_edition=3_goal=1.csv", MANIFEST}
        assert expected <= there, sorted(expected - there)

    def test_every_kind_of_public_address_is_there(self, site: Path) -> None:
        """An address that comes to kanazawa_strategy/urls.py comes into the export, or is closed."""
        patterns = [each.pattern for each in get_resolver().url_patterns if isinstance(each, URLPattern)]
        addresses = ["/" + name.removesuffix("index.html") for name in files_in(site)]
        missing = [
            str(pattern)
            for pattern in patterns
            if not is_closed("/" + re.sub(r"^\^", "", str(pattern)))
            and not any(pattern.match(address[1:]) for address in addresses)
        ]
        assert missing == []

    def test_nothing_is_there_that_is_not_for_everybody(self, site: Path) -> None:
        assert [name for name in files_in(site) if f"/{name}".startswith(CLOSED)] == []

    def test_no_file_tells_a_secret(self, site: Path) -> None:
        assert secrets_in(site) == {}

    def test_no_file_changes_in_anything_by_what_is_not_public(self, twice: Twice) -> None:
        assert (twice.second.written, twice.second.removed) == ([], [])

    def test_no_link_is_dead(self, site: Path) -> None:
        assert exported.dead(site) == []

    def test_a_dead_link_would_be_found(self, site: Path, tmp_path: Path) -> None:
        shutil.copytree(site, tmp_path / "copy")
        Path(tmp_path, "copy", "about", "method", "index.html").unlink()
        (tmp_path / "copy" / "x.html").write_text('<a href="indicators/#nothing">', encoding="utf-8")
        found = exported.dead(tmp_path / "copy")
        assert "index.html: href=about/method/" in found
        assert "x.html: href=indicators/#nothing (no such place)" in found

    def test_no_form_is_dead(self, site: Path) -> None:
        """Without a script no form shows, and the page says why; none is sent to a server that can't answer."""
        for file in exported.pages(site):
            forms = exported.page(site / file).forms
            for form in forms:
                assert "hidden" in form, file
                assert form.get("method", "get") == "get", file
            said = (site / file).read_text(encoding="utf-8").count("data-without-script")
            assert said == len(forms), file

    def test_no_page_holds_inline_scripts_or_styles(self, site: Path) -> None:
        assert [(file, found) for file in exported.pages(site) if (found := exported.page(site / file).inline)] == []

    def test_pages_stay_valid_html(self, site: Path) -> None:
        tool = Path(settings.BASE_DIR, "node_modules", ".bin", "html-validate")
        if not tool.exists() or not shutil.which("node"):
            pytest.skip("html-validate is not installed (make test installs it)")
        config = Path(settings.BASE_DIR, "tests", "portal", "html-validate.json")
        done = subprocess.run(
            [
                tool,
                "--config",
                config,
                "--formatter",
                "text",
                *(site / file for file in list(exported.pages(site))[::5]),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[:5000]

    def test_addresses_in_full_are_those_of_the_place(self, site: Path) -> None:
        for name in files_in(site):
            assert ORIGIN.partition("//")[2].encode() not in (site / name).read_bytes(), name
        page = (site / "indicators/3-1-n1/index.html").read_text(encoding="utf-8")
        place = f"{exported.BASE}indicators/3-1-n1"
        assert f'<link rel="canonical" href="{place}/">' in page
        assert f'<meta property="og:url" content="{place}/">' in page
        assert f'<meta property="og:image" content="{place}.png">' in page
        assert f'"contentUrl": "{place}.csv"' in page
        assert f'src="{exported.BASE}embed/indicators/3-1-n1/"' in page
        robots = (site / "robots.txt").read_text(encoding="utf-8")
        assert f"Sitemap: {exported.BASE}sitemap.xml" in robots
        assert "Disallow: /strategy/search/" in robots

    @pytest.mark.parametrize(("file", "tag"), [("sitemap.xml", "loc"), ("changes/feed.xml", "link")])
    def test_sitemap_and_feed_name_pages_that_are_there(self, site: Path, file: str, tag: str) -> None:
        found = [each.get("href") or each.text for each in ET.parse(site / file).iter() if each.tag.endswith(tag)]
        assert found
        for address in found:
            there = exported.target(site, file, str(address))
            assert there is not None
            assert (site / there[0]).is_file(), address

    def test_the_index_for_searching_names_places_that_are_there(self, site: Path) -> None:
        index = json.loads((site / "search/index.json").read_text(encoding="utf-8"))
        entries = [entry for kind in index["kinds"] for entry in kind["entries"]]
        assert len(entries) > 100
        for entry in entries:
            there = exported.target(site, "index.html", entry["url"])
            assert there is not None
            assert not there[1] or there[1] in exported.page(site / there[0]).ids
            assert (site / there[0]).is_file()

    @pytest.mark.parametrize("listing", rows.LISTINGS, ids=lambda listing: listing.name)
    def test_the_rows_of_a_list_are_those_of_its_pages(self, site: Path, listing: rows.Listing) -> None:
        place = listing.address.strip("/")
        index = json.loads((site / place / "rows.json").read_text(encoding="utf-8"))
        linked = set()
        for href in index["pages"].values():
            page = exported.page(site / href / "index.html")
            there = [exported.target(site, f"{href}index.html", link) for name, link in page.links if name == "href"]
            linked |= {each[0].removesuffix("index.html") for each in there if each} | page.ids
        assert index["rows"]
        assert set(index["rows"]) <= linked

    @pytest.mark.parametrize(
        ("address", "question"),
        [
            ("/indicators/", {"goal": "2"}),
            ("/indicators/", {"edition": "1", "level": "NUMERIC_TARGET"}),
            ("/indicators/", {"rating": "NO_VALUE"}),
            ("/measures/", {"tag": "none"}),
            ("/measures/", {"edition": "1", "goal": "4"}),
            ("/committee/", {"answered": "1"}),
        ],
    )
    def test_rows_fit_the_choices_that_the_server_says(
        self, site: Path, address: str, question: dict[str, str]
    ) -> None:
        index = json.loads((site / address.strip("/") / "rows.json").read_text(encoding="utf-8"))
        edition = question.get("edition", "3")
        narrowing = {name: value for name, value in question.items() if name != "edition"}
        fitting = {
            key
            for key, row in index["rows"].items()
            if all(value in row[name] for name, value in narrowing.items())
            and (address == "/committee/" or f"/{edition}-" in key)
        }
        found = Client().get(address, question).context["filters"].qs
        expected = {f"opinion-{row.code}" if address == "/committee/" else row.get_absolute_url()[1:] for row in found}
        assert fitting == expected != set()

    def test_what_pays_is_compressed_and_holds_the_same(self, site: Path) -> None:
        listed = set(files_in(site))
        assert {"index.html.br", "index.html.gz", "opendata/measures.csv.gz", "search/index.json.br"} <= listed
        assert not [name for name in listed if name.endswith((".png.gz", ".xlsx.br", ".ico.gz"))]
        for name in listed:
            content = (site / name).read_bytes()
            if name.endswith(".gz"):
                assert gzip.decompress(content) == (site / name[:-3]).read_bytes()
            elif name.endswith(".br"):
                assert brotli.decompress(content) == (site / name[:-3]).read_bytes()
            else:
                continue
            assert len(content) < (site / name[:-3]).stat().st_size

    def test_the_manifest_lists_every_file_with_its_checksum(self, site: Path) -> None:
        assert exported.wrong(site) == []
        manifest = json.loads((site / MANIFEST).read_text(encoding="utf-8"))
        assert manifest["public_version"] == version.current().number
        assert manifest["base_url"] == exported.BASE
        assert re.fullmatch(r"[0-9a-f]{12}", manifest["release"])
        assert datetime.datetime.fromisoformat(manifest["made_at"]).tzinfo is not None

    def test_what_needs_a_server_is_said(self, site: Path) -> None:
        policy = (site / "about/policy/index.html").read_text(encoding="utf-8")
        assert "このサイトでできないこと" in policy
        assert "このサイトでできないこと" not in Client().get("/about/policy/").content.decode()
        committee = (site / "committee/index.html").read_text(encoding="utf-8")
        assert "委員の方のログインは、このサイトではできません。" in committee
        assert "しぼり込んだ一覧のCSVは、このサイトでは作れません。" in (site / "indicators/index.html").read_text(
            encoding="utf-8"
        )
