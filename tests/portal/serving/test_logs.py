from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from goals.accounts import audit
from goals.models.event import AuditAction
from kanazawa_strategy.serving import logs
from tests.makers import PASSWORD, make_user

FORMS = {"json": logs.JsonFormatter(), "line": logs.LineFormatter(), "audit": logs.AuditFormatter()}


class Kept(logging.Handler):
    """Keep what would be written."""

    def __init__(self, form: str) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(FORMS[form])
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


@pytest.fixture(params=["json"])
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    handler = Kept(request.param)
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def answered(kept: Kept) -> dict[str, Any]:
    """Return the one line about an answer."""
    [line] = [line for line in kept.read() if line["logger"] == "kanazawa_strategy.requests"]
    return line


def test_an_answer_is_one_line_with_number_path_status_and_duration(client: Client, db: None, kept: Kept) -> None:
    response = client.get("/about/method/", {"q": "secret-question"})
    line = answered(kept)
    assert (line["method"], line["status"], line["path"]) == ("GET", 200, "/about/method/")
    assert line["request"] == response["X-Request-ID"]
    assert line["duration_ms"] > 0
    assert {"time", "level", "message"} <= line.keys()
    assert "user" not in line
    assert "secret-question" not in "".join(kept.lines)


def test_a_signed_in_user_is_a_number_and_nothing_else(client: Client, db: None, kept: Kept) -> None:
    user = make_user(role="企画調整課", username="hanako", email="hanako@example.jp")
    client.post("/accounts/login/", {"username": "hanako", "password": PASSWORD}, REMOTE_ADDR="192.0.2.7")
    kept.lines.clear()
    client.get("/admin/", REMOTE_ADDR="192.0.2.7")
    assert answered(kept)["user"] == user.pk
    for secret in ("hanako", "192.0.2.7", PASSWORD):
        assert secret not in "".join(kept.lines)


def test_a_log_in_leaves_neither_name_nor_password_nor_address_in_the_ordinary_log(
    client: Client, transactional_db: None, kept: Kept
) -> None:
    make_user(username="hanako")
    for password in ("wrong-password-of-hanako", PASSWORD):
        client.post("/accounts/login/", {"username": "hanako", "password": password}, REMOTE_ADDR="192.0.2.7")
    assert [line["action"] for line in kept.read() if line["logger"] == "audit"] == ["LOGIN_FAILED", "LOGIN"]
    for secret in ("hanako", "192.0.2.7", PASSWORD):
        assert secret not in "".join(kept.lines)


def test_nobody_s_session_is_read_for_the_log(client: Client, db: None) -> None:
    from django.db import connection

    client.force_login(make_user())
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/robots.txt")
    assert len(queries) == 0
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("given", ["0123456789abcdef", "5b1c0c3e-6f0a-4a57-9d2c-1f6a4e4f2a10", "A" * 64])
def test_the_number_of_a_trusted_proxy_is_taken_over(client: Client, db: None, given: str) -> None:
    with override_settings(BEHIND_PROXY=True):
        assert client.get("/robots.txt", headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["", "a" * 65, "abc", "<script>alert(1)</script>", "0123 4567 89", "０１２３４５６７"]
)
def test_any_other_number_is_made_anew(client: Client, db: None, given: str) -> None:
    with override_settings(BEHIND_PROXY=True):
        found = client.get("/robots.txt", headers={"X-Request-ID": given})["X-Request-ID"]
    assert found != given
    assert logs.SANE.fullmatch(found)


def test_without_a_proxy_nobody_chooses_a_number(client: Client, db: None) -> None:
    given = "0123456789abcdef"
    assert client.get("/robots.txt", headers={"X-Request-ID": given})["X-Request-ID"] != given


def test_a_failure_shows_its_number_and_its_traceback_goes_into_one_line(
    client: Client, db: None, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ValueError("of no use")

    monkeypatch.setattr("kanazawa_strategy.pages.wellknown.reverse", fail)
    client.raise_request_exception = False
    response = client.get("/robots.txt")
    assert response.status_code == 500
    number = response["X-Request-ID"]
    assert f"お問い合わせの際は、この番号をお知らせください：<code>{number}</code>" in response.content.decode()
    [line] = [line for line in kept.read() if "exception" in line]
    assert line["request"] == number
    assert line["exception"].endswith("ValueError: of no use")
    assert "wellknown.py" in line["exception"]


def test_the_rows_that_a_database_quotes_stay_out_of_tracebacks() -> None:
    try:
        try:
            raise RuntimeError("null value in column\nDETAIL:  Failing row contains (金沢 花子, 090-0000-0000).")
        except RuntimeError as cause:
            raise IntegrityError(str(cause)) from cause
    except IntegrityError as error:
        found = logs.told(error)
    assert "花子" not in found.replace(__file__, "").split("IntegrityError: ")[-1]
    assert found.rstrip().endswith("IntegrityError: null value in column")
    assert "RuntimeError: null value in column\n" in found


def test_an_audit_event_goes_to_a_log_of_its_own_with_all_that_it_says(transactional_db: None) -> None:
    own, ordinary = Kept("audit"), Kept("json")
    logging.getLogger("audit").addHandler(own)
    logging.getLogger().addHandler(ordinary)
    try:
        user = make_user(username="hanako")
        request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7")
        event = audit.record(AuditAction.EXPORT, "指標の書き出し", user=user, request=request)
    finally:
        logging.getLogger("audit").removeHandler(own)
        logging.getLogger().removeHandler(ordinary)
    [line] = own.read()
    assert (line["event"], line["action"], line["user"]) == (event.pk, "EXPORT", user.pk)
    assert (line["summary"], line["address"], line["message"]) == ("指標の書き出し", "192.0.2.7", "書き出し")
    [line] = ordinary.read()
    assert (line["event"], line["action"], line["user"]) == (event.pk, "EXPORT", user.pk)
    assert not {"summary", "address", "department"} & line.keys()


def test_an_event_that_was_rolled_back_is_not_logged(transactional_db: None, kept: Kept) -> None:
    from django.db import transaction

    with transaction.atomic():
        audit.record(AuditAction.EXPORT, "指標の書き出し")
        transaction.set_rollback(True)
    assert kept.lines == []


@pytest.mark.parametrize("kept", ["line"], indirect=True)
def test_lines_for_people_hold_no_query_and_break_nowhere(client: Client, db: None, kept: Kept) -> None:
    number = client.get("/no%0Athing/?q=secret-question")["X-Request-ID"]
    said, warned = kept.lines
    assert said.endswith(f"kanazawa_strategy.requests GET 404 /no?thing/ [{number}]")
    assert warned.endswith(f" /no?thing/ [{number}]")
    assert not any("\n" in line or "secret-question" in line for line in kept.lines)
