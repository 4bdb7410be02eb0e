"""What is not public yet reaches nobody without the role: by no page, file, feed, picture or search, and by no change in them."""

from __future__ import annotations

import datetime
import io
import itertools
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver, reverse

from kanazawa_strategy import opendata
from kanazawa_strategy.sharing.share_pictures import words_of
from kpis.display import prefetched
from kpis.display.summary import Summary
from kpis.models import Indicator, Round, Target, Workflow, YearlyValue
from kpis.round import publishing
from measures import reports
from measures.models import Measure, MeasureReport, Meeting, Opinion
from tests.browser.places import KINDS
from tests.makers import (
    make_meeting,
    make_opinion,
    make_report,
    make_revision,
    make_revision_section,
    make_round,
    make_target,
    make_user,
    make_value,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("real_strategy")]

# The marks: every secret text holds the word, and the numbers are found exact, rounded and grouped.
WORD = "ひみつ"
INTERNAL = "うちわの話"  # between the office and a department; never public, and no business of members
SECRETS: Mapping[str, tuple[str, ...]] = {
    "text": (WORD, "himitsu"),
    "internal": (INTERNAL,),
    "share": ("31.4159", "31.4"),
    "amount": ("8642097", "8,642,097"),
    "target": ("87.6543", "87.7"),
}
SURVEY, COUNTED, MEASURE = "3-1-N1", "3-1-K01", "3-1-1-01"
PUBLISHED, HIDDEN = 2024, 2025
MET = datetime.date(2025, 8, 20)

# What the parts of an address may be; every address of kanazawa_strategy/urls.py is made of them
SAMPLES: Mapping[str, Iterable[object]] = {
    "edition": (1, 3),
    "number": (1, 4),
    "fiscal_year": (PUBLISHED, HIDDEN, 2026),
    "slug": ("kodomo", "iju"),
    "name": tuple(opendata.DATASETS),
    "code": (
        SURVEY.lower(),
        COUNTED.lower(),
        "3-2-k01",
        MEASURE,
        "3-1-1-77",
        "2024-10-22-1",
        f"{MET}-2",
        "2031-10-22-1",
    ),
}
SEARCHES = ("/search/", "/indicators/", "/indicators.csv", "/measures/", "/committee/")
MEMBERS_ONLY = ("/committee/preview/", "/committee/opinions/")


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    text: str
    is_cacheable: bool

    @property
    def secrets(self) -> set[str]:
        return {name for name, spellings in SECRETS.items() if any(words in self.text for words in spellings)}


@dataclass
class Walks:
    """The answers to all addresses, by who asked."""

    before: dict[str, Answer]  # an anonymous visitor, before there was any secret
    member: dict[str, Answer] = field(default_factory=dict)  # before those below, so that a cache could give it away
    anonymous: dict[str, Answer] = field(default_factory=dict)
    no_role: dict[str, Answer] = field(default_factory=dict)


@pytest.fixture(scope="module")
def quiet() -> Iterator[None]:
    """Leave what is not found out of the log: writing it down takes longer than the answers."""
    logger = logging.getLogger("django.request")
    logger.disabled = True
    yield
    logger.disabled = False


@pytest.fixture(scope="module")
def walks(
    quiet: None, real_strategy: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walks]:
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        override_settings(DATA_DIR=tmp_path_factory.mktemp("data")),
    ):
        publish()
        member, nobody = make_user(role="委員", username="iin"), make_user(username="nobody")
        found = Walks(before=walk(None))
        hide(member)
        found.member = walk(member)
        found.anonymous = walk(None)
        found.no_role = walk(nobody)
        yield found
        transaction.set_rollback(True)


def publish() -> None:
    """Publish a year, with a report and an opinion."""
    survey, counted, measure = _plan()
    make_value(indicator=survey, fiscal_year=PUBLISHED, value=Decimal("49.8"), workflow=Workflow.CONFIRMED)
    make_value(indicator=counted, fiscal_year=PUBLISHED, value=Decimal(45), workflow=Workflow.CONFIRMED)
    make_report(measure=measure, fiscal_year=PUBLISHED, summary="公表した実施状況", workflow=Workflow.CONFIRMED)
    meeting = make_meeting(held_on=MET)
    make_opinion(meeting=meeting, goal=survey.goal, text="公開の意見", measures=[measure], indicators=[survey])
    round_ = make_round(fiscal_year=PUBLISHED)
    day = datetime.date(PUBLISHED + 1, 8, 20)
    publishing.publish(round_, published_on=day, decision_number="企画第1号", user=None, along=[reports.publish])


def hide(member: User) -> None:
    """Enter whatever is not public: the next year, a draft revision, opinions handed in, a meeting not listed."""
    survey, counted, measure = _plan()
    secret: dict[str, Any] = {
        "fiscal_year": HIDDEN,
        "note": f"{WORD}の備考",
        "analysis": f"{WORD}の分析",
        "next_steps": f"{WORD}の次の手",
        "self_rating": "WORSE",
        "self_comment": f"{WORD}の自己評価",
        "evidence_url": "https://himitsu.example/",
        "committee_rating": "WORSE",
        "committee_comment": f"{WORD}の審議",
        "doubts_answer": INTERNAL,
        "returned_note": INTERNAL,
        "workflow": Workflow.CONFIRMED,
    }
    make_round(fiscal_year=HIDDEN, due_on=datetime.date(2026, 6, 30))
    make_value(indicator=survey, value=Decimal("31.4159"), **secret)
    make_value(indicator=counted, value=Decimal(8642097), **{**secret, "workflow": Workflow.SUBMITTED})
    # A late entry into the published year: only an amendment makes it public
    make_value(
        indicator=Indicator.objects.get(code="3-2-K01"),
        value=Decimal("31.4159"),
        **{**secret, "fiscal_year": PUBLISHED},
    )
    make_report(
        measure=measure,
        fiscal_year=HIDDEN,
        summary=f"{WORD}の実施状況",
        budget=8642097,
        returned_note=INTERNAL,
        workflow=Workflow.CONFIRMED,
    )
    draft = make_revision(
        strategy=survey.goal.strategy, number=9, status="DRAFT", name=f"{WORD}の改訂", summary=f"{WORD}の趣旨"
    )
    make_revision_section(revision=draft, heading=f"{WORD}の見出し", body=f"{WORD}の本文")
    make_target(indicator=survey, revision=draft, baseline=Decimal("47.5"), target=Decimal("87.6543"))
    for code in (MEASURE, "3-1-1-77"):
        Measure.objects.create(
            code=code, number=int(code[-2:]), direction=measure.direction, revision=draft, text=f"{WORD}の取組"
        )
    unlisted = make_meeting(held_on=datetime.date(2031, 10, 22), title=f"{WORD}の会議", is_listed=False)
    links: dict[str, Any] = {"goal": survey.goal, "indicators": [survey, counted], "measures": [measure]}
    said = {"text": f"{WORD}の意見", "response": f"{WORD}の対応", "outcome": f"{WORD}のその後", "author": member}
    make_opinion(meeting=Meeting.objects.get(held_on=MET), status="SUBMITTED", indicator=survey, **links, **said)
    make_opinion(meeting=unlisted, status="DRAFT", indicator=survey, **links, **said)


def _plan() -> tuple[Indicator, Indicator, Measure]:
    survey, counted = (Indicator.objects.get(code=code) for code in (SURVEY, COUNTED))
    return survey, counted, Measure.objects.in_force().get(code=MEASURE)


def addresses() -> list[str]:
    """Return every address of the portal outside the admin, every kind of page, and searches for the secrets."""
    made = [address for pattern in _patterns() for address in _made_of(pattern)]
    searches = [f"{path}?q={words}" for path in SEARCHES for words in (WORD, *SECRETS["share"], *SECRETS["amount"])]
    return sorted({*made, *KINDS, *searches})


def _patterns() -> list[URLPattern]:
    return [
        pattern
        for pattern in get_resolver().url_patterns
        if isinstance(pattern, URLPattern) and not str(pattern.pattern).startswith("admin/")
    ]


def _made_of(pattern: URLPattern) -> Iterator[str]:
    names = list(pattern.pattern.regex.groupindex)
    assert set(names) <= set(SAMPLES), f"Give samples for the parts of {pattern.pattern}."
    for parts in itertools.product(*(SAMPLES[name] for name in names)):
        yield reverse(str(pattern.name), kwargs=dict(zip(names, parts, strict=True)))


def walk(user: User | None, paths: Iterable[str] = ()) -> dict[str, Answer]:
    browser = Client()
    if user:
        browser.force_login(user)
    return {address: answer(browser, address) for address in paths or addresses()}


def answer(browser: Client, address: str) -> Answer:
    response: Any = browser.get(address)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    kept = response.get("Cache-Control", "")
    text = f"{response.headers.get('Content-Disposition', '')}\n{text_of(content, address)}"
    return Answer(response.status_code, response.headers.get("Location", ""), text, "no-store" not in kept)


def text_of(content: bytes, address: str) -> str:
    """Return what an answer says, workbooks unpacked, without what differs from one answer to the next."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = [book.read(name).decode() for name in sorted(book.namelist())]
        return re.sub(r"<dcterms:(\w+).*?</dcterms:\1>", "", "\n".join(parts))
    if content.startswith(b"\x89PNG"):
        return content.decode("latin-1")
    text = content.decode("cp932" if "-sjis" in address else "utf-8")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


def leaks(answers: Mapping[str, Answer]) -> dict[str, set[str]]:
    """Return the secrets by the address that tells them; a search page repeats what was asked."""
    return {path: found for path, each in answers.items() if "?q=" not in path and (found := each.secrets)}


def test_the_walk_reaches_pages_and_files_of_every_kind(walks: Walks) -> None:
    reached = {path for path, each in walks.before.items() if each.status == 200}
    expected = {
        *KINDS,
        f"/committee/{PUBLISHED}/",
        f"/committee/{PUBLISHED}/goals/1/",
        f"/committee/{PUBLISHED}/pack/",
        f"/committee/{PUBLISHED}/pack.xlsx",
        f"/indicators/{SURVEY.lower()}.json",
        f"/indicators/{SURVEY.lower()}.csv",
        f"/measures/{MEASURE}/",
        "/changes/feed.xml",
        "/sitemap.xml",
        "/opendata/strategy.xlsx",
        "/opendata/datapackage.json",
        "/opendata/values-sjis.csv",
    }
    assert expected <= reached
    assert f"/indicators/{SURVEY.lower()}.png" in walks.before
    assert {each.status for each in walks.before.values()} <= {200, 301, 302, 404, 405}


def test_the_marks_of_the_secrets_are_nowhere_by_chance(walks: Walks) -> None:
    assert leaks(walks.before) == {}


@pytest.mark.parametrize("who", ["anonymous", "no_role"])
def test_no_address_tells_a_secret(walks: Walks, who: str) -> None:
    assert leaks(getattr(walks, who)) == {}


def test_no_public_answer_changes_in_anything_by_what_is_not_public(walks: Walks) -> None:
    """Not by a count, a rating or a pixel; searches for the secret find what they found before: nothing."""
    changed = [path for path, each in walks.anonymous.items() if each != walks.before[path]]
    assert changed == []


def test_the_pages_of_the_members_turn_others_away(walks: Walks) -> None:
    paths = [path for path in walks.before if path.startswith(MEMBERS_ONLY)]
    assert len(paths) > 10
    for path in paths:
        assert (walks.anonymous[path].status, walks.no_role[path].status) == (302, 403), path
        assert walks.anonymous[path].location == f"/accounts/login/?next={path}"
        assert not walks.no_role[path].is_cacheable, path


def test_a_member_sees_the_secrets_on_the_members_pages_only(walks: Walks) -> None:
    found = leaks(walks.member)
    assert all(path.startswith(MEMBERS_ONLY) for path in found), found
    assert [path for path, names in found.items() if "internal" in names] == []
    assert {"text", "share"} <= found[f"/committee/preview/{HIDDEN}/"]
    assert "share" in found[f"/committee/preview/{HIDDEN}/pack.xlsx"]
    assert "text" in found["/committee/preview/"]
    assert "text" in found[f"/committee/opinions/{MET}-2/"]
    assert [path for path in found if walks.member[path].is_cacheable] == []


def test_the_words_of_the_picture_for_sharing_hold_no_secret(walks: Walks) -> None:
    for code in (SURVEY, COUNTED):
        words = str(words_of(Summary(prefetched.for_page(Indicator.objects.all()).get(code=code))))
        assert Answer(200, "", words, True).secrets == set(), words


def test_what_is_published_is_seen_by_the_same_walk(walks: Walks, tmp_path: Path) -> None:
    """Publish the secret year: the walk finds it, so it would have found a leak."""
    with override_settings(DATA_DIR=tmp_path):
        round_ = Round.objects.get(fiscal_year=HIDDEN)
        day = datetime.date(HIDDEN + 1, 8, 20)
        publishing.publish(round_, published_on=day, decision_number="企画第2号", user=None, along=[reports.publish])
        found = leaks(walk(None))
    for path in (
        "/indicators/",
        f"/indicators/{SURVEY.lower()}/",
        f"/indicators/{SURVEY.lower()}.json",
        f"/indicators/{SURVEY.lower()}.csv",
        f"/embed/indicators/{SURVEY.lower()}/",
        f"/committee/{HIDDEN}/",
        f"/committee/{HIDDEN}/pack.xlsx",
        "/opendata/values.csv",
        "/opendata/values-sjis.csv",
        "/opendata/values.json",
        "/opendata/strategy.xlsx",
    ):
        assert "share" in found[path], path
    assert "text" in found[f"/measures/{MEASURE}/"]
    assert not any(path.startswith(MEMBERS_ONLY) for path in found)
    assert [path for path, names in found.items() if "internal" in names] == []


@pytest.mark.parametrize(
    ("rows", "name", "paths"),
    [
        (type(Opinion.objects.all()), "public", ["/committee/", "/strategies/3/goals/1/", "/opendata/opinions.csv"]),
        (type(Measure.objects.all()), "public", ["/measures/", "/measures/3-1-1-77/", "/opendata/measures.csv"]),
        (type(YearlyValue.objects.all()), "public", [f"/indicators/{SURVEY.lower()}.csv", "/opendata/values.csv"]),
        (type(MeasureReport.objects.all()), "public", [f"/measures/{MEASURE}/"]),
        (type(Target.objects.all()), "adopted", [f"/indicators/{SURVEY.lower()}/", "/opendata/indicators.csv"]),
    ],
)
def test_a_leak_is_found(walks: Walks, monkeypatch: pytest.MonkeyPatch, rows: Any, name: str, paths: list[str]) -> None:
    """Let a query forget what is public: the walk tells where it shows."""
    monkeypatch.setattr(rows, name, lambda self: self.all())
    assert set(leaks(walk(None, paths))) == set(paths)
