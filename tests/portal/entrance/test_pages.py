"""Every page on the way in is valid HTML, in each of its states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from goals.accounts import passwords
from tests.door import knock
from tests.makers import PASSWORD, make_user
from tests.portal import html

pytestmark = pytest.mark.django_db

PAGE, CODE, FIRST = "/accounts/second-factor/", "/accounts/login/code/", "/accounts/login/password/"


@pytest.mark.once
def test_every_page_on_the_way_in_is_valid_html(tmp_path: Path, settings: Any) -> None:
    settings.TOTP_REQUIRED = ["企画調整課"]
    user = make_user("企画調整課", username="kikaku")
    passwords.hand_over(user)
    client, new = Client(), "my-very-own-words-42"
    knock("kikaku", PASSWORD, client=client)
    pages = {"first": client.get(FIRST), "refused": client.post(FIRST, {"new_password1": "a", "new_password2": "a"})}
    client.post(FIRST, {"new_password1": new, "new_password2": new})
    pages["required"] = client.get(PAGE)
    client.post(PAGE, {"act": "start"})
    pages["picture"] = client.get(PAGE)
    code = f"{totp(TOTPDevice.objects.get().bin_key):06}"
    pages["codes"] = client.post(PAGE, {"act": "confirm", "code": code})
    pages["go-on"] = client.get(PAGE)
    client.post(PAGE, {"act": "go_on"})
    pages["on"] = client.get(PAGE)
    client.post("/accounts/logout/")
    knock("kikaku", new, client=client)
    pages |= {"code": client.get(CODE), "wrong": client.post(CODE, {"code": code})}
    pages["locked"] = [knock("kikaku", "wrong") for _ in range(5)][-1]
    pages["stale"] = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    client.force_login(make_user(username="douryou"))
    pages["off"] = client.get(PAGE)
    statuses = {name: page.status_code for name, page in pages.items() if page.status_code != 200}
    assert statuses == {"locked": 429, "stale": 403}
    for name, page in pages.items():
        Path(tmp_path, f"{name}.html").write_bytes(page.content)
    html.assert_valid(tmp_path)
