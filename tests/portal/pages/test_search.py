from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goals.models import Department
from goals.models.strategy import RevisionStatus
from measures.models import OpinionStatus
from tests.makers import (
    make_indicator,
    make_measure,
    make_opinion,
    make_revision,
    make_theme,
    make_theme_section,
)

pytestmark = pytest.mark.django_db


def found(client: Client, question: str) -> dict[str, list[str]]:
    """Return the titles of what was found, by kind."""
    page = client.get("/search/", {"q": question})
    assert page.status_code == 200
    return {kind.label: [str(hit.title) for hit in kind.hits] for kind in page.context["kinds"]}


def test_indicators_measures_opinions_and_themes_are_found(client: Client) -> None:
    make_indicator(name="子育てアプリのダウンロード数")
    make_measure(text="子育てアプリをリニューアル")
    make_opinion(text="アプリを使いやすくしてほしい。")
    make_theme_section(theme=make_theme(name="こどもまんなか未来プラン"), body="アプリで知らせる。")
    assert found(client, "アプリ") == {
        "指標": ["子育て<mark>アプリ</mark>のダウンロード数"],
        "取組": ["子育て<mark>アプリ</mark>をリニューアル"],
        "推進委員会の意見": ["<mark>アプリ</mark>を使いやすくしてほしい。"],
        "関連計画・テーマ": ["こどもまんなか未来プラン"],
    }


@pytest.mark.parametrize("question", ["ｱﾌﾟﾘ", "あぷり", "アプリ　ﾀﾞｳﾝﾛｰﾄﾞ", "3-1-k01"])
def test_width_kana_and_case_do_not_matter_and_words_add_up(client: Client, question: str) -> None:
    make_indicator(name="アプリのダウンロード数")
    make_indicator(name="観光客の数")
    assert list(found(client, question)) == ["指標"]
    assert len(found(client, question)["指標"]) == 1


def test_lists_find_the_same_way(client: Client) -> None:
    make_indicator(name="アプリのダウンロード数")
    make_measure(text="アプリをリニューアル")
    for path in ("/indicators/", "/measures/"):
        assert len(client.get(path, {"q": "あぷり"}).context["rows"]) == 1
        assert len(client.get(path, {"q": "あぷり 観光"}).context["rows"]) == 0


def test_nothing_that_is_not_public_is_found(client: Client) -> None:
    make_opinion(text="まだ出していない意見", status=OpinionStatus.SUBMITTED)
    make_measure(text="まだ案の取組", revision=make_revision(number=9, name="案", status=RevisionStatus.DRAFT))
    assert found(client, "まだ") == {}


def test_what_was_typed_stays_text(client: Client) -> None:
    make_indicator(name="<b>太字</b>の数")
    page = client.get("/search/", {"q": "<b> の数"}).content.decode()
    assert "<b>" not in page
    assert "<mark>&lt;b&gt;</mark>太字" in page


def test_an_empty_question_explains_and_finds_nothing(client: Client) -> None:
    make_indicator()
    for question in ("", "　", "\x00"):
        page = client.get("/search/", {"q": question})
        assert page.context["kinds"] == []
        assert "空白で区切って" in page.content.decode()
    assert "見つかりませんでした" in client.get("/search/", {"q": "ありえない"}).content.decode()


def test_the_queries_do_not_grow_with_what_is_found(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            found(client, "数")
        return len(captured)

    make_indicator(name="数")
    make_measure(text="数")
    make_opinion(text="数")
    make_theme_section(theme=make_theme(), body="数")
    few = queries()
    for _ in range(3):
        make_indicator(name="数")
        make_measure(text="数")
    assert queries() == few <= 12


@pytest.mark.once
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=st.text(max_size=30))
def test_no_question_breaks_a_page(client: Client, question: str) -> None:
    for path in ("/search/", "/indicators/", "/measures/", "/indicators.csv"):
        answer = client.get(path, {"q": question, "goal": question, "theme": question, "sort": question})
        assert answer.status_code == 200, (path, question)
        assert answer.content


def test_the_pages_about_the_site_answer_and_name_the_office(client: Client) -> None:
    Department.objects.update_or_create(
        code="kikaku", defaults={"name": "企画調整課", "phone": "076-000-0000", "email": "kikaku@example.jp"}
    )
    for path in ("/about/policy/", "/about/accessibility/"):
        page = client.get(path).content.decode()
        assert "企画調整課" in page
        assert 'href="tel:076-000-0000"' in page
    assert 'id="expected">目安値' in client.get("/about/glossary/").content.decode()


def test_a_reader_gets_no_cookie(client: Client) -> None:
    for path in ("/", "/search/?q=a", "/indicators/", "/about/policy/"):
        assert not client.get(path).cookies


def test_search_engines_find_every_public_page_and_no_other(client: Client) -> None:
    indicator, measure = make_indicator(), make_measure()
    page = client.get("/sitemap.xml").content.decode()
    for path in ("/", indicator.get_absolute_url(), measure.get_absolute_url(), "/about/policy/"):
        assert f"<loc>http://testserver{path}</loc>" in page
    assert "admin" not in page
    robots = client.get("/robots.txt").content.decode()
    assert "Disallow: /admin/" in robots
    assert "Sitemap: http://testserver/sitemap.xml" in robots
