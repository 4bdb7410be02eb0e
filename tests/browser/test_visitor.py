"""What the watch over every visitor notices; without it the other tests of this folder would say less."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.visitor import Visitor

POLICY = "default-src 'self'"


@pytest.fixture
def home(browser: Browser) -> Visitor:
    """Return a visitor of a site that exists in these tests only."""
    return Visitor(browser.new_context(base_url="http://portal.example"), "http://portal.example")


def answer(visitor: Visitor, body: str) -> None:
    def fulfill(route: Route) -> None:
        statuses = {"http://portal.example/": 200, "http://portal.example/favicon.ico": 204}
        route.fulfill(
            status=statuses.get(route.request.url, 404),
            headers={"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"},
            body=body,
        )

    visitor.context.route("**/*", fulfill)
    visitor.open("/")


@pytest.mark.parametrize(
    ("body", "noticed"),
    [
        ("<p>静か</p>", []),
        ('<p style="color: red">色</p>', ["console: Applying inline style violates"]),
        ("<script>document.title = 1</script>", ["console: Executing inline script violates"]),
        ('<script src="/none.js"></script>', ["console: Failed to load resource", "answer 404", "none.js"]),
        ('<img src="http://other.example/pixel.gif" alt="">', ["request to another place"]),
    ],
)
def test_what_goes_wrong_behind_the_page_is_noticed(home: Visitor, body: str, noticed: list[str]) -> None:
    answer(home, f"<!doctype html>{body}")
    troubles = "\n".join(home.leave())
    assert bool(troubles) == bool(noticed), troubles
    for words in noticed:
        assert words in troubles


def test_an_error_of_a_script_and_a_request_without_answer_are_noticed(home: Visitor) -> None:
    answer(home, "<!doctype html><p>静か</p>")
    home.context.route("**/lost.css", lambda route: route.abort("connectionrefused"))
    home.page.evaluate("""() => {
        setTimeout(() => { throw new Error("too late"); });
        const link = document.createElement("link");
        Object.assign(link, { rel: "stylesheet", href: "/lost.css" });
        document.head.append(link);
    }""")
    home.page.wait_for_timeout(500)
    troubles = "\n".join(home.leave())
    assert "script: too late" in troubles
    assert "request failed: http://portal.example/lost.css" in troubles


def test_an_expected_trouble_passes_and_must_come(home: Visitor) -> None:
    answer(home, "<!doctype html><p>静か</p>")
    home.expect("404")
    assert home.leave() == ["expected, but it did not happen: 404"]
