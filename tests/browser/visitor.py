"""Somebody with a browser of their own, and all that goes wrong in it behind the page."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, WebError, expect

PATIENCE = 20_000  # ms: two busy cores
# Chromium tells of most breaches of the policy on the console; the event tells of all, and what was held back.
WATCH = """addEventListener("securitypolicyviolation", (event) => console.error(
    `broken: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile ?? ""}:${event.lineNumber} ${event.sample}`,
), true);"""


class Visitor:
    """One browser context with one page; `leave()` returns what went wrong that nobody expected.

    Noted are errors on the console, breaches of the Content-Security-Policy, uncaught errors of scripts, failed
    requests, answers from 400 on, and every request to another place than the site.
    """

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.context, self.site = context, site
        self.requested: list[str] = []
        self._troubles: list[str] = []
        self._expected: list[str] = []
        context.add_init_script(WATCH)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)
        self.page: Page = context.new_page()

    def open(self, path: str) -> Page:
        """Go to a page of the site, and return it when it has loaded."""
        self.page.goto(path, wait_until="load")
        return self.page

    def sign_in(self, name: str, password: str) -> None:
        """Go through the door of the staff, and see that it opened."""
        page = self.open("/admin/")
        page.get_by_label("ユーザー名").fill(name)
        page.get_by_label("パスワード").fill(password)
        page.get_by_role("button", name="ログイン").click()
        expect(page.get_by_role("heading", name="管理", exact=True)).to_be_visible()

    def come_as(self, name: str) -> None:
        """Have signed in before: the doors have tests of their own (test_story.py, test_entrance.py)."""
        client = Client()
        client.force_login(User.objects.get(username=name), "goals.accounts.roles.RoleBackend")
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.site}])

    def text(self, path: str) -> str:
        """Fetch a file of the site, as a program does."""
        response = self.context.request.get(path)
        assert response.ok, f"{response.status} {path}"
        return response.text()

    def expect(self, words: str) -> None:
        """Let troubles with these words pass; one at least must come."""
        self._expected.append(words)

    def leave(self) -> list[str]:
        self.context.close()
        missed = [
            f"expected, but it did not happen: {words}"
            for words in self._expected
            if not any(words in trouble for trouble in self._troubles)
        ]
        return missed + [trouble for trouble in self._troubles if not any(words in trouble for words in self._expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._troubles.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _error(self, error: WebError) -> None:
        self._troubles.append(f"script: {error.error}")

    def _request(self, request: Request) -> None:
        self.requested.append(request.url)
        if not request.url.startswith((f"{self.site}/", "data:", "blob:")):
            self._troubles.append(f"request to another place: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the visitor went on before it had come
            self._troubles.append(f"request failed: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._troubles.append(f"answer {response.status}: {response.url}")
