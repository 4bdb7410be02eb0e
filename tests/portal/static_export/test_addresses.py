"""Files and links of the exported site, without a database."""

from __future__ import annotations

import pytest

from kanazawa_strategy.static_export import rewriting
from kanazawa_strategy.static_export.addresses import LOST, ORIGIN, Base, ExportError, file_of, is_closed, relative

BASE = Base.of("https://example.jp/strategy/")


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/", "index.html"),
        ("/indicators/", "indicators/index.html"),
        ("/indicators/?", "indicators/index.html"),
        ("/indicators/#results", "indicators/index.html"),
        ("/indicators/?view=cards", "indicators/view=cards/index.html"),
        ("/indicators/?view=cards&edition=1", "indicators/edition=1_view=cards/index.html"),
        ("/indicators/?edition=1&view=cards&q=", "indicators/edition=1_view=cards/index.html"),
        ("/measures/?tag=新", "measures/tag=~65b0/index.html"),
        ("/?q=../x", "q=~2e~2e~2fx/index.html"),
        ("/indicators.csv", "indicators.csv"),
        ("/indicators.csv?edition=3&goal=1", "indicators_edition=3_goal=1.csv"),
        ("/static/css/site.0123456789ab.css", "static/css/site.0123456789ab.css"),
    ],
)
def test_an_address_has_one_file_whatever_the_order_of_its_question(address: str, file: str) -> None:
    assert file_of(address) == file


@pytest.mark.parametrize("address", ["/../secret", "/x/%2e%2e/secret"])
def test_no_address_leads_out_of_the_folder(address: str) -> None:
    with pytest.raises(ExportError, match="ファイルの名前"):
        file_of(address)


@pytest.mark.parametrize(
    ("file", "address", "link"),
    [
        ("index.html", "/", "./"),
        ("index.html", "/indicators/", "indicators/"),
        ("indicators/index.html", "/indicators/", "./"),
        ("indicators/index.html", "/", "../"),
        ("indicators/3-1-n1/index.html", "/measures/", "../../measures/"),
        ("indicators/3-1-n1/index.html", "/indicators/3-1-n1.csv", "../3-1-n1.csv"),
        ("indicators/3-1-n1/index.html", "/committee/#opinion-1", "../../committee/#opinion-1"),
        ("indicators/view=cards/index.html", "/indicators/?sort=name", "../sort=name/"),
        ("committee/index.html", "/static/css/base.css", "../static/css/base.css"),
    ],
)
def test_links_lead_from_file_to_file(file: str, address: str, link: str) -> None:
    assert relative(file, address) == link


@pytest.mark.parametrize(
    ("address", "closed"),
    [
        ("/admin/", True),
        ("/accounts/login/", True),
        ("/committee/preview/2026/", True),
        ("/committee/opinions/new/?goal=3-1", True),
        ("/committee/", False),
        ("/committee/2026/", False),
    ],
)
def test_what_is_not_for_everybody_is_closed(address: str, closed: bool) -> None:
    assert is_closed(address) is closed


@pytest.mark.parametrize("text", ["https://example.jp/strategy", " https://example.jp/strategy/ "])
def test_a_base_ends_in_a_slash(text: str) -> None:
    assert Base.of(text).url == "https://example.jp/strategy/"
    assert (BASE.path, BASE.absolute("/changes/?page=2#x")) == (
        "/strategy/",
        "https://example.jp/strategy/changes/page=2/#x",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.jp",
        "/strategy/",
        "ftp://example.jp/",
        "https://",
        "https://e.jp/?a=1",
        "https://[::1",
        'https://e.jp/"',
    ],
)
def test_what_is_no_address_of_a_site_is_refused(text: str) -> None:
    with pytest.raises(ExportError, match="サイトのアドレスになりません"):
        Base.of(text)


PAGE = f"""<html prefix="og: https://ogp.me/ns#"><link rel="canonical" href="{ORIGIN}/indicators/">
<a class="x" href="/indicators.csv?goal=1&amp;edition=3">CSV</a> <a href="#main">下</a> <a href="?page=2">次</a>
<figure data-plotly-src="/static/p.js"> <a href="https://creativecommons.org/">外</a> <use href="#mark"></use>
<textarea>&lt;iframe src="{ORIGIN}/embed/indicators/3-1-n1/"&gt;</textarea>（{ORIGIN}/indicators/）、{ORIGIN}/a/、
<script type="application/ld+json">{{"url": "{ORIGIN}/opendata/"}}</script></html>"""


def test_every_link_of_a_page_is_found() -> None:
    assert sorted(set(rewriting.links_of(PAGE, "/indicators/"))) == [
        "/a/",
        "/embed/indicators/3-1-n1/",
        "/indicators.csv?goal=1&edition=3",
        "/indicators/",
        "/indicators/?page=2",
        "/opendata/",
        "/static/p.js",
    ]


def test_links_within_become_relative_and_names_in_full_those_of_the_place() -> None:
    names = {"/indicators.csv?goal=1&edition=3": "demo-indicators.csv"}
    written = rewriting.page(PAGE, "/indicators/", BASE, lambda address: names.get(address, ""))
    assert ORIGIN not in written
    for part in (
        'rel="canonical" href="https://example.jp/strategy/indicators/"',
        '<a class="x" href="../indicators_edition=3_goal=1.csv" download="demo-indicators.csv">',
        '<a href="#main">',
        '<a href="page=2/">',
        'data-plotly-src="../static/p.js"',
        '<a href="https://creativecommons.org/">',
        '<use href="#mark">',
        '&lt;iframe src="https://example.jp/strategy/embed/indicators/3-1-n1/"&gt;',
        "（https://example.jp/strategy/indicators/）、https://example.jp/strategy/a/、",
        '{"url": "https://example.jp/strategy/opendata/"}',
    ):
        assert part in written


def test_the_page_for_the_lost_holds_wherever_it_is_shown() -> None:
    written = rewriting.page('<a href="/indicators/">', LOST, BASE, lambda _: "")
    assert written == '<a href="/strategy/indicators/">'


def test_the_rules_for_search_engines_name_what_is_there() -> None:
    text = f"User-agent: *\nDisallow: /admin/\nDisallow: /search/\nSitemap: {ORIGIN}/sitemap.xml\n"
    assert rewriting.rules(text, BASE) == (
        "User-agent: *\nDisallow: /strategy/search/\nSitemap: https://example.jp/strategy/sitemap.xml\n"
    )
