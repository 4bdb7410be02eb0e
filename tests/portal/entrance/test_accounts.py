from __future__ import annotations

import pytest
from django.test import Client

from kanazawa_strategy.pages.frame import NAVIGATION
from tests.makers import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "is_staff", "address"), [("委員", False, "/committee/preview/"), ("企画調整課", True, "/admin/")]
)
def test_the_door_leads_members_to_their_page_and_staff_to_the_admin(
    client: Client, role: str, is_staff: bool, address: str
) -> None:
    make_user(role=role, username="someone", is_staff=is_staff)
    response = client.post("/accounts/login/", {"username": "someone", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, address)


def test_the_door_stands_in_the_frame_of_every_page(client: Client) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert all(f">{label}</a>" in page for _, label in NAVIGATION)


def test_a_wrong_password_and_an_unknown_name_get_the_same_sentence(client: Client) -> None:
    make_user(username="someone")
    pages = [
        client.post("/accounts/login/", {"username": name, "password": "wrong"}).content.decode()
        for name in ("someone", "nobody")
    ]
    sentences = [page[page.index('role="alert"') :].split("</p>")[0] for page in pages]
    assert sentences[0] == sentences[1]
    assert "正しい" in sentences[0]


def test_the_door_leads_to_no_other_site(client: Client) -> None:
    make_user(username="someone", is_staff=False)
    form = {"username": "someone", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post("/accounts/login/", form)["Location"] == "/committee/"


def test_who_is_logged_in_can_log_out(client: Client) -> None:
    client.force_login(make_user(username="someone"))
    assert "ログアウトする" in client.get("/accounts/login/").content.decode()
    client.post("/accounts/logout/")
    assert "ログアウトする" not in client.get("/accounts/login/").content.decode()


def test_public_pages_set_no_cookie_and_do_not_vary_by_visitor(client: Client) -> None:
    for path in ("/", "/indicators/", "/measures/", "/committee/", "/about/method/", "/opendata/"):
        response = client.get(path)
        assert not response.cookies, path
        assert "Cookie" not in response.get("Vary", ""), path
