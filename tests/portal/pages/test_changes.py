"""What became public and when: /changes/ and its feed."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goals.models import Revision
from kpis.judging.words import State
from kpis.models import Amendment, AmendmentKind, Assessment
from measures import revisions
from tests.makers import make_indicator, make_measure, make_revision, make_strategy, make_target
from tests.portal.world import make_survey, publish_year

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
DAY = datetime.date(2026, 3, 24)


def read(client: Client, path: str = "/changes/") -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def entries(client: Client) -> list[dict[str, str]]:
    root = ElementTree.fromstring(read(client, "/changes/feed.xml"))
    return [
        {
            "link": row.findall(f"{ATOM}link")[0].attrib["href"],
            **{name: row.findtext(f"{ATOM}{name}") or "" for name in ("id", "title", "updated", "summary")},
        }
        for row in root.findall(f"{ATOM}entry")
    ]


def make_revised(on: datetime.date | None = DAY) -> Revision:
    """Make 策定時 and a revision that rewords one measure, adds one and raises a target."""
    indicator = make_survey()
    make_measure(text="相談を広げる")
    revision = revisions.copy_revision(Revision.objects.get(), "令和7年度改訂", None)
    revision.measures.update(text="相談をさらに広げる")
    make_measure(revision=revision, text="まったく新しい取組", tag="新")
    make_target(indicator=indicator, revision=revision, baseline=Decimal("47.5"), target=Decimal(62))
    revisions.adopt(revision, DAY, None)
    Revision.objects.filter(pk=revision.pk).update(adopted_on=on)
    return revision


def make_correction(on: datetime.date) -> Amendment:
    assessment = Assessment.objects.select_related("indicator").get()
    return Amendment.objects.create(
        indicator=assessment.indicator,
        assessment=assessment,
        fiscal_year=2024,
        kind=AmendmentKind.CORRECTION,
        old_value=Decimal("49.8"),
        old_state=State.FINAL,
        new_value=Decimal("48.9"),
        new_state=State.FINAL,
        old_rating="ON_TRACK",
        new_rating="BEHIND",
        reason="集計の誤りを直しました。",
        made_on=on,
    )


def test_a_revision_shows_what_it_changed_word_by_word(client: Client) -> None:
    make_revised()
    page = read(client)
    assert "前の版との違いを見る（新1件・改1件・目標1件）" in page
    assert "相談<ins>をさらに</ins>" in re.sub(r"<del>を</del>", "", page)
    assert "まったく新しい取組" in page
    before, after = re.findall(r'<td data-label="(?:前の|新しい)目標"><span>(.*?)</span>', page)
    assert (before, after) == ("59%（令和10年度）", "62%（令和10年度）")


def test_the_first_revision_says_that_there_is_none_to_compare_with(client: Client) -> None:
    make_revision(adopted_on=datetime.date(2025, 3, 1))
    assert "比べられる前の版がないため" in read(client)


def test_a_revision_without_a_date_stands_by_itself_and_not_in_the_feed(client: Client) -> None:
    make_revised(on=None)
    page = read(client)
    undated = page[page.index('id="undated"') :]
    assert "日付の記載なし" in undated
    assert undated.index("令和7年度改訂") < undated.index("策定時")
    assert entries(client) == []


def test_a_draft_appears_neither_on_the_page_nor_in_the_feed_nor_on_the_home_page(client: Client) -> None:
    make_measure(text="いまの取組")
    draft = revisions.copy_revision(Revision.objects.get(), "秘密の改訂", None)
    draft.measures.update(text="秘密の取組")
    Revision.objects.filter(pk=draft.pk).update(adopted_on=DAY)
    for path in ("/changes/", "/changes/feed.xml", "/"):
        assert "秘密" not in read(client, path), path


def test_rounds_amendments_and_revisions_stand_together_the_newest_first(client: Client) -> None:
    make_revised()
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    make_correction(datetime.date(2026, 4, 1))
    page = read(client)
    said = [page.index(text) for text in ("訂正：「子ども", "「令和7年度改訂」を決定", "令和6年度の実績値と評価を公表")]
    assert said == sorted(said)
    assert "理由：集計の誤りを直しました。" in page
    assert "49.8%（確定）・順調" in page
    assert page.index('id="year-2026"') < page.index('id="year-2025"')
    assert [row["title"][:2] for row in entries(client)] == ["訂正", "第3", "第3"]


@pytest.mark.once
def test_the_home_page_and_every_footer_lead_to_the_changes(client: Client) -> None:
    make_revised()
    home = read(client, "/")
    assert "第3次金沢版総合戦略「令和7年度改訂」を決定しました。" in home
    assert home.count('href="/changes/"') == 2
    assert 'href="/changes/#revision-3-2"' in home
    assert 'id="revision-3-2"' in read(client)


def test_the_feed_has_absolute_links_and_ids_that_stay(client: Client) -> None:
    make_revised()
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    make_correction(datetime.date(2026, 4, 1))
    correction, revision, round_ = entries(client)
    assert revision["link"] == "http://testserver/changes/#revision-3-2"
    assert correction["link"] == "http://testserver/indicators/3-1-n1/#amendments"
    assert round_["link"] == "http://testserver/strategies/3/"
    assert revision["updated"] == "2026-03-24T00:00:00+09:00"
    assert "集計の誤りを直しました。" in correction["summary"]
    assert revision["id"] == "urn:uuid:5d3d8a15-9797-5ec1-a7c8-7ac9335db247"
    again = Client(headers={"host": "localhost"})
    assert [row["id"] for row in entries(again)] == [correction["id"], revision["id"], round_["id"]]
    assert len({correction["id"], revision["id"], round_["id"]}) == 3


def test_the_feed_names_itself_as_atom_and_is_valid_when_empty(client: Client) -> None:
    response = client.get("/changes/feed.xml")
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)
    assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "ja"
    assert root.findtext(f"{ATOM}updated")
    assert "公表や改訂の記録は、まだありません。" in read(client)


# Pages


def make_many(count: int) -> None:
    """Make 策定時 without a date, a revision of 2025, and so many corrections from 2026 on, the newest last."""
    make_survey()
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    make_measure(text="相談を広げる")
    revision = revisions.copy_revision(Revision.objects.get(), "令和7年度改訂", None)
    revision.measures.update(text="相談をさらに広げる")
    revisions.adopt(revision, datetime.date(2025, 9, 1), None)
    for number in range(count):
        make_correction(datetime.date(2026, 1, 1) + datetime.timedelta(days=number))


def shown(page: str) -> int:
    return page.count('class="changes-date') or len(
        re.findall(r"訂正：「子ども|を公表しました。</a>|を決定しました。</a>", page)
    )


def test_fifty_changes_stand_on_a_page_and_the_rest_on_the_next(client: Client) -> None:
    make_many(60)  # and a round, and two revisions
    first, second = read(client), read(client, "/changes/?page=2")
    assert (shown(first), shown(second)) == (50, 13)
    assert "全63件のうち、1件目から50件目まで" in first
    assert "全63件のうち、51件目から63件目まで" in second
    assert "2026年</h2>" in first
    assert "2026年（続き）</h2>" in second
    assert "<title>公表と改訂の記録（2ページ）" in second
    assert second.index("年（続き）") < second.index("2025年</h2>") < second.index("日付の記載なし")


@pytest.mark.once
def test_the_pages_lead_to_one_another(client: Client) -> None:
    make_many(100)
    first, second, third = (read(client, f"/changes/?page={number}") for number in (1, 2, 3))
    assert re.findall(r'rel="(prev|next)" href="([^"]+)"', first) == [("next", "/changes/?page=2")] * 2
    links = [("prev", "/changes/"), ("next", "/changes/?page=3")]
    assert re.findall(r'rel="(prev|next)" href="([^"]+)"', second) == links * 2
    assert re.findall(r'rel="(prev|next)" href="([^"]+)"', third) == [("prev", "/changes/?page=2")] * 2
    assert '<span aria-current="page">2<span' in second
    assert second.count('aria-label="ページの切り替え"') == 1


@pytest.mark.once
def test_fifty_changes_or_fewer_need_no_pages(client: Client) -> None:
    make_many(47)
    page = read(client)
    assert shown(page) == 50
    assert "ページの切り替え" not in page
    assert "件のうち" not in page
    assert 'rel="next"' not in page
    assert "あとのページにある改訂" not in page


@pytest.mark.once
def test_an_address_of_a_revision_leads_to_it_from_the_first_page(client: Client) -> None:
    make_many(60)
    first, second = read(client), read(client, "/changes/?page=2")
    for anchor in ("revision-3-1", "revision-3-2"):
        assert first.count(f'id="{anchor}"') == 1
        assert second.count(f'id="{anchor}"') == 1
        assert f'href="/changes/?page=2#{anchor}"' in first
    assert "第3次金沢版総合戦略「令和7年度改訂」の記録（2ページ）" in first
    assert "前の版との違いを見る" in second


@pytest.mark.once
@pytest.mark.parametrize(("asked", "is_last"), [("0", True), ("99", True), ("-1", True), ("x", False), ("", False)])
def test_a_page_that_is_not_there_is_the_nearest_that_is(client: Client, asked: str, is_last: bool) -> None:
    make_many(60)
    assert ("51件目から63件目まで" in read(client, f"/changes/?page={asked}")) == is_last


@pytest.mark.once
@pytest.mark.parametrize("path", ["/changes/", "/changes/?page=2"])
def test_the_queries_do_not_grow_with_the_pages(client: Client, path: str) -> None:
    make_many(60)
    with CaptureQueriesContext(connection) as few:
        read(client, path)
    for number in range(60):
        make_correction(DAY + datetime.timedelta(days=number))
    with CaptureQueriesContext(connection) as many:
        read(client, path)
    assert len(few) == len(many)
    assert len(many) <= 8


@pytest.mark.once
@pytest.mark.parametrize("path", ["/changes/", "/changes/feed.xml", "/"])
def test_the_changes_need_at_most_twelve_queries_whatever_there_is(client: Client, path: str) -> None:
    make_revised()
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})
    make_correction(DAY)
    with CaptureQueriesContext(connection) as few:
        read(client, path)
    for number in (3, 4, 5):
        latest = Revision.objects.get(number=number - 1)
        revision = revisions.copy_revision(latest, f"改訂{number}", None)
        revision.measures.filter(number=1).update(text=f"相談を{number}か所に広げる")
        make_measure(revision=revision, text=f"新しい取組{number}")
        make_target(indicator=make_indicator(), revision=revision)
        revisions.adopt(revision, DAY, None)
        make_correction(DAY)
    make_revision(strategy=make_strategy(edition=1))
    with CaptureQueriesContext(connection) as many:
        read(client, path)
    assert len(few) <= 12, [query["sql"][:120] for query in few.captured_queries]
    assert len(many) == len(few)
