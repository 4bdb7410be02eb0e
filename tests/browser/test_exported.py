"""The exported site in a browser, from a server that knows nothing but files, below a path of its own."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils.html import strip_tags
from playwright.sync_api import Browser, Page, expect

from goals.notation.folding import fold
from kanazawa_strategy.static_export import Base, export
from tests.browser.places import DEMONSTRATION
from tests.browser.test_accessibility import WIDE, check
from tests.browser.visitor import PATIENCE, Visitor

pytestmark = [DEMONSTRATION]

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SAMPLE = [
    "/strategy/",
    "/strategy/strategies/3/",
    "/strategy/strategies/3/goals/1/",
    "/strategy/indicators/",
    "/strategy/indicators/?q=あぷり",
    "/strategy/indicators/?q=ありえないことば",
    "/strategy/indicators/view=cards/",
    "/strategy/indicators/3-1-n1/",
    "/strategy/measures/",
    "/strategy/committee/",
    "/strategy/committee/2025/",
    "/strategy/changes/",
    "/strategy/search/",
    "/strategy/search/?q=こども",
    "/strategy/opendata/",
    "/strategy/about/policy/",
    "/strategy/embed/indicators/3-1-n1/",
    "/strategy/404.html",
]


class Files(SimpleHTTPRequestHandler):
    """Nothing but files, under the policy of the portal."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def place(contents: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Export the demonstration, and serve it; return the address of the server."""
    root = tmp_path_factory.mktemp("exported")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(root)))
    address = f"http://127.0.0.1:{server.server_address[1]}"
    with django_db_blocker.unblock(), override_settings(DATA_DIR=Path(tmp_path_factory.mktemp("data"))):
        export(root / "strategy", Base.of(f"{address}/strategy/"))
    # What a browser asks the root of a server for, when a page names no icon (the one for other sites' frames)
    shutil.copy(root / "strategy" / "favicon.ico", root)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def come(browser: Browser, place: str, **options: Any) -> Visitor:
    context = browser.new_context(base_url=place, locale="ja-JP", **options)
    context.set_default_timeout(PATIENCE)
    return Visitor(context, place)


@pytest.fixture
def reader(browser: Browser, place: str) -> Iterator[Visitor]:
    """Return a visitor of the exported site; nothing may go wrong behind its pages."""
    visitor = come(browser, place)
    yield visitor
    troubles = visitor.leave()
    assert not troubles, "\n".join(troubles)


def names(page: Page) -> list[str]:
    return page.locator(".indicator-table tbody th a, .card-name a").all_inner_texts()


def on_the_server(query: str) -> list[str]:
    found = Client().get(f"/indicators/?{query}").context["rows"]
    return [row.indicator.name for row in found]


def test_no_violation_on_the_exported_pages(reader: Visitor) -> None:
    check(reader, *SAMPLE, sizes=(WIDE,), contrast=())  # colours and layout are those of the portal


def test_the_list_finds_what_the_server_finds(reader: Visitor) -> None:
    for query in [
        "goal=2",
        "rating=BEHIND",
        "goal=3&sort=attention",
        "sort=name",
        "sort=attention",
        "theme=iju",
        "level=NUMERIC_TARGET&edition=1",
        "edition=1&sort=name",
        "q=あぷり",
        "q=ｺﾄﾞﾓ 割合",
        "q=子供",
        "department=kikaku",
        "tag=新",
        "goal=99&basis=null",
        "edition=99",
        "q=ありえないことば",
        "view=cards&goal=4",
    ]:
        page = reader.open(f"/strategy/indicators/?{query}")
        expected = on_the_server(query)
        expect(page.locator(".results-count strong")).to_have_text(f"{len(expected)}件")
        expect(page.locator(".indicator-table tbody tr, .cards-small > li")).to_have_count(len(expected))
        assert names(page) == expected, query


def test_typing_and_choosing_narrow_the_list_and_going_back_goes_back(reader: Visitor) -> None:
    page = reader.open("/strategy/indicators/")
    every = len(names(page))
    page.evaluate("window.stayed = true")
    page.get_by_label("ことば").fill("あぷり")
    expect(page.locator(".indicator-table tbody tr")).to_have_count(1)
    expect(page.locator("#results-said")).to_contain_text("1件が見つかりました")
    expect(page).to_have_url(re.compile(r"/strategy/indicators/\?q=%E3%81%82%E3%81%B7%E3%82%8A"))
    page.go_back()
    expect(page.locator(".indicator-table tbody tr")).to_have_count(every)
    page.get_by_label("基本目標").select_option("4")
    expect(page.locator(".indicator-table tbody tr")).to_have_count(len(on_the_server("goal=4")))
    assert page.evaluate("window.stayed")
    page.locator(".indicator-table th a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/strategy/indicators/3-4-"))


def test_cards_keep_the_question(reader: Visitor) -> None:
    page = reader.open("/strategy/indicators/?goal=4")
    expected = on_the_server("goal=4")
    expect(page.locator(".indicator-table tbody tr")).to_have_count(len(expected))
    page.get_by_role("link", name="カード").click()
    expect(page).to_have_url(re.compile(r"\?goal=4&view=cards$"))
    expect(page.locator(".cards-small > li")).to_have_count(len(expected))
    page.get_by_label("基本目標").select_option("3")
    expect(page.locator(".cards-small > li")).to_have_count(len(on_the_server("goal=3")))


def test_a_page_of_a_list_takes_the_address_of_the_list(reader: Visitor) -> None:
    """Links keep leading where they did."""
    page = reader.open("/strategy/")
    page.get_by_role("link", name="注意が必要な順に見る").click()
    expect(page).to_have_url(re.compile(r"/strategy/indicators/\?sort=attention$"))
    assert names(page) == on_the_server("sort=attention")
    page.get_by_label("並び順").select_option("order")
    expect(page).to_have_url(re.compile(r"/strategy/indicators/\?sort=order$"))
    expect(page.locator(".indicator-table th a").first).to_have_text(on_the_server("")[0])
    page.get_by_role("link", name="取組", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("取組の一覧")


@pytest.mark.parametrize("query", ["tag=新&goal=1", "theme=kodomo", "edition=1&goal=2", "q=まちのり", "q=ありえない"])
def test_measures_are_narrowed_like_on_the_server(reader: Visitor, query: str) -> None:
    page = reader.open(f"/strategy/measures/?{query}")
    answer = Client().get(f"/measures/?{query}")
    rows, counted = answer.context["rows"], answer.context["counted"]
    expect(page.locator(".measure-list > li")).to_have_count(len(rows))
    again = "" if len(rows) == counted else f"（再掲を除くと{counted}件）"
    expect(page.locator(".results-count")).to_contain_text(f"{len(rows)}件{again}が見つかりました")
    expect(page.locator("#results h2")).to_have_count(len({row.direction_id for row in rows}))
    for row, line in zip(rows, page.locator(".measure-list > li > div").all_inner_texts(), strict=True):
        assert row.text in line


@pytest.mark.parametrize("query", ["answered=1", "answered=0&goal=2", "q=指標", "response_class=EXISTING"])
def test_opinions_are_narrowed_like_on_the_server(reader: Visitor, query: str) -> None:
    page = reader.open(f"/strategy/committee/?{query}")
    answer = Client().get(f"/committee/?{query}")
    expect(page.locator(".opinion")).to_have_count(answer.context["count"])
    expect(page.locator(".results-count")).to_contain_text(f"{answer.context['count']}件が見つかりました")
    expect(page.locator("#results > section")).to_have_count(len(answer.context["meetings"]))


@pytest.mark.parametrize(
    "question", ["マチノリ", "子ども", "ｋｐｉ 割合", "3-1-n1", "推進委員会 意見", "<b>", "ありえないことば"]
)
def test_searching_finds_and_marks_what_the_server_finds(reader: Visitor, question: str) -> None:
    page = reader.open("/strategy/")
    page.get_by_label("ことばでさがす").fill(question)
    page.get_by_role("button", name="さがす").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"「{question}」をさがした結果")
    kinds = Client().get("/search/", {"q": question}).context["kinds"]
    total = sum(len(kind.hits) for kind in kinds)
    expect(page.get_by_role("status")).to_contain_text(
        f"{total}件が見つかりました" if total else "見つかりませんでした"
    )
    assert page.locator("main h2").all_inner_texts() == [f"{kind.label}（{len(kind.hits)}件）" for kind in kinds]
    found = page.locator(".hits li").evaluate_all(
        "lines => lines.map(line => [...line.children].map((part, n) => n ? part.innerHTML : part.textContent))"
    )
    expected = [(hit.place, str(hit.title), str(hit.excerpt)) for kind in kinds for hit in kind.shown]
    assert len(found) == len(expected)
    for (place, title, *excerpt), (its_place, its_title, its_excerpt) in zip(found, expected, strict=True):
        assert place == its_place
        assert re.sub(r"^<a [^>]*>|</a>$", "", title) == its_title.replace("&#x27;", "'").replace("&quot;", '"')
        assert (excerpt or [""])[0] == its_excerpt.replace("&#x27;", "'").replace("&quot;", '"')


def test_a_search_leads_to_the_thing_and_can_be_asked_anew(reader: Visitor) -> None:
    page = reader.open("/strategy/search/?q=まちのり")
    page.get_by_role("searchbox").fill("保育")
    page.get_by_role("button", name="さがす").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("「保育」をさがした結果")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("「まちのり」をさがした結果")
    title = page.locator(".hits a").first.inner_text()
    page.locator(".hits a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(strip_tags(title))


def test_words_are_folded_as_on_the_server(reader: Visitor) -> None:
    page = reader.open("/strategy/search/")
    blocks = [
        (0x20, 0x17F),
        (0x391, 0x3A9),
        (0x3B1, 0x3C9),
        (0x400, 0x45F),
        (0x3000, 0x30FF),
        (0x3200, 0x33FF),
        (0xFF00, 0xFFEF),
    ]
    characters = [chr(code) for first, last in blocks for code in range(first, last + 1)]
    folded = page.evaluate("characters => characters.map(globalThis.folding.fold)", characters)
    assert [(one, mine) for one, mine in zip(characters, folded, strict=True) if mine != fold(one)] == []


def test_the_chart_is_drawn_from_the_files(reader: Visitor) -> None:
    page = reader.open("/strategy/indicators/3-1-n1/")
    start = page.get_by_role("button", name="グラフを操作する")
    if not start.count():
        pytest.skip("Plotly's script is not installed")
    start.click()
    expect(page.locator("figure.chart-drawn")).to_have_count(1)


def test_without_a_script_the_lists_are_whole_and_no_form_shows(browser: Browser, place: str) -> None:
    plain = come(browser, place, java_script_enabled=False)
    for path in ("indicators/", "measures/", "committee/", "search/", "", "404.html"):
        page = plain.open(f"/strategy/{path}")
        expect(page.locator("form")).to_be_hidden()
        expect(page.get_by_text("JavaScript が必要です")).to_be_visible()
    page = plain.open("/strategy/indicators/")
    assert names(page) == on_the_server("")
    page.get_by_role("link", name="カード").click()
    assert names(page) == on_the_server("view=cards")
    assert not plain.leave()


def test_with_a_script_the_sentence_is_gone(reader: Visitor) -> None:
    for path in ("indicators/", "search/", ""):
        page = reader.open(f"/strategy/{path}")
        expect(page.get_by_role("button", name=re.compile("さがす|しぼり込む"))).to_be_visible()
        expect(page.get_by_text("JavaScript が必要です")).to_have_count(0)


def test_where_the_rows_can_t_be_fetched_the_page_says_so(reader: Visitor) -> None:
    page = reader.open("/strategy/indicators/")
    page.route("**/rows.json", lambda route: route.fulfill(status=200, body="broken"))
    page.get_by_label("基本目標").select_option("4")
    expect(page.locator(".results-count")).to_contain_text("一覧を読み込めませんでした")
