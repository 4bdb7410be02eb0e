"""Every answer carries the headers that keep it safe, whatever kind of answer it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.door import knock
from tests.makers import make_indicator, make_superuser, make_target, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

STRICT = {
    "default-src": "'self'",
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# Who comes, where, and what status the answer has
KINDS = [
    ("", "/", 200),
    ("", "/indicators/", 200),
    ("", "/indicators/3-1-k01/", 200),
    ("", "/indicators/3-1-K01/", None),  # led on or shown
    ("", "/indicators.csv", 200),
    ("", "/indicators/3-1-k01.json", 200),
    ("", "/opendata/strategy.xlsx", 200),
    ("", "/changes/feed.xml", 200),
    ("", "/sitemap.xml", 200),
    ("", "/robots.txt", 200),
    ("", "/indicators", 301),
    ("", "/nowhere/", 404),
    ("", "/accounts/login/", 200),
    ("", "/committee/preview/", 302),
    ("", "/admin/", 302),
    ("", "/admin/login/", 200),
    ("member", "/committee/preview/", 200),
    ("member", "/accounts/second-factor/", 200),
    ("member", "/accounts/password/", 200),
    ("nobody", "/committee/preview/", 403),
    ("super", "/admin/", 200),
    ("super", "/admin/nowhere/", 404),
    ("super", "/admin/kpis/indicator/import/", 200),
    ("super", "/admin/kpis/indicator/export/", 200),
    ("super", "/admin/jsi18n/", 200),
    ("super", "/admin/help/card/", 200),
]


@pytest.fixture
def by_tls(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def client_of(who: str) -> Client:
    client = Client(raise_request_exception=False)
    if who == "member":
        client.force_login(make_user("委員", username="iin", is_staff=False))
    elif who == "nobody":
        client.force_login(make_user(username="nobody", is_staff=False))
    elif who == "super":
        client.force_login(make_superuser())
    return client


def policy_of(response: Any) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";")]
    return {name: content for name, _, content in parts}


def assert_safe(response: Any) -> None:
    found = {name: response.get(name) for name in HEADERS}
    assert found == HEADERS
    assert policy_of(response) == STRICT
    assert "camera=()" in response["Permissions-Policy"]
    assert "geolocation=()" in response["Permissions-Policy"]


@pytest.mark.parametrize(("who", "path", "status"), KINDS, ids=[f"{who or 'public'} {path}" for who, path, _ in KINDS])
def test_the_answer_carries_every_header(by_tls: None, who: str, path: str, status: int | None) -> None:
    make_target(indicator=make_indicator())
    response = client_of(who).get(path, secure=True)
    assert status is None or response.status_code == status
    assert_safe(response)


def test_the_page_of_a_lock_out_carries_every_header(by_tls: None) -> None:
    make_user(username="tantou")
    answers = [knock("tantou", "wrong", secure=True) for _ in range(5)]
    assert answers[-1].status_code == 429
    assert_safe(answers[-1])


def test_the_page_about_a_stale_form_carries_every_header_and_is_in_japanese(by_tls: None) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"username": "a", "password": "b"}, secure=True)
    assert response.status_code == 403
    assert "何も書き込んでいません" in response.content.decode()
    assert_safe(response)


def test_the_page_of_a_failure_carries_every_header(by_tls: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("for the test")

    monkeypatch.setattr("kanazawa_strategy.pages.about.render", fail)
    response = client_of("").get("/about/policy/", secure=True)
    assert response.status_code == 500
    assert "ただいま表示できません" in response.content.decode()
    assert_safe(response)


def test_only_the_page_for_embedding_may_be_framed(by_tls: None) -> None:
    make_target(indicator=make_indicator())
    response = client_of("").get("/embed/indicators/3-1-k01/", secure=True)
    assert response.status_code == 200
    assert "X-Frame-Options" not in response
    assert policy_of(response) == {**STRICT, "frame-ancestors": "*"}
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in response["Permissions-Policy"]


def test_without_tls_nothing_promises_it_and_cookies_still_work(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 0
    make_user("委員", username="iin", is_staff=False)
    client = Client()
    response = knock("iin", "correct-horse-battery-staple", client=client)
    assert "Strict-Transport-Security" not in response
    assert not response.cookies["sessionid"]["secure"]
    assert client.get("/committee/preview/").status_code == 200


def test_cookies_are_only_for_the_server_and_with_tls_only_for_tls(by_tls: None) -> None:
    make_user("委員", username="iin", is_staff=False)
    client = Client()
    client.get("/accounts/login/", secure=True)
    response = knock("iin", "correct-horse-battery-staple", client=client, secure=True)
    assert set(response.cookies) >= {"sessionid", "csrftoken"}
    for name, cookie in response.cookies.items():
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax"), name


def test_by_plain_http_the_visitor_is_led_to_tls(by_tls: None) -> None:
    response = client_of("").get("/indicators/")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/indicators/")
