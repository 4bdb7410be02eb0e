"""The public pages with the real strategy in them."""

from __future__ import annotations

import datetime
import gzip
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from goals.accounts.roles import Role
from kpis.models import Indicator, RoundStatus
from measures.models import Measure
from tests.makers import make_meeting, make_round, make_user
from tests.portal import html
from tests.portal.world import publish_year, read

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("real_strategy")]

PAGES = [
    "/",
    "/strategies/",
    "/strategies/3/",
    "/strategies/1/",
    *[f"/strategies/3/goals/{number}/" for number in (1, 2, 3, 4)],
    *[f"/strategies/1/goals/{number}/" for number in (1, 2, 3, 4)],
    "/indicators/",
    "/indicators/?goal=2&rating=NO_VALUE&sort=attention",
    "/indicators/?q=ありえないことば",
    "/indicators/?view=cards&goal=2",
    "/measures/",
    "/measures/?theme=iju&tag=none",
    "/measures/3-2-4-02/",
    "/themes/kodomo/",
    "/themes/iju/",
    "/themes/chihososei/",
    "/committee/",
    "/about/method/",
    "/embed/indicators/3-1-n1/",
    "/about/glossary/",
    "/about/policy/",
    "/about/accessibility/",
    "/search/",
    "/search/?q=こども",
    "/opendata/",
    "/changes/",
]
MEMBER_PAGES = [
    "/committee/preview/",
    "/committee/preview/2025/",
    "/committee/preview/2025/goals/1/",
    "/committee/preview/2025/pack/",
    "/committee/opinions/new/",
    "/accounts/password/",
]


def test_every_page_and_every_indicator_and_measure_of_the_real_strategy_answers(client: Client) -> None:
    codes = Indicator.objects.values_list("code", flat=True)
    measures = Measure.objects.values_list("code", flat=True)
    assert len(codes) == 33
    assert len(measures) == 79
    for path in [*PAGES, *(f"/indicators/{code.lower()}/" for code in codes), *(f"/measures/{m}/" for m in measures)]:
        page = read(client, path)
        assert len(re.findall(r"<h1[ >]", page)) == 1, path
        assert "None" not in re.sub(r"<[^>]*>", "", page), path


def test_every_page_is_valid_html(client: Client, tmp_path: Path) -> None:
    publish_year(2024, **{"3_1_N1": Decimal("49.8"), "3_1_K01": Decimal(30)})
    make_meeting(held_on=datetime.date(2025, 8, 1), fiscal_year=2024, focus_indicators=Indicator.objects.all()[:2])
    pages = [*PAGES, "/indicators/3-1-n1/", "/indicators/3-1-n2/", "/indicators/3-3-k05/", "/indicators/1-4-n1/"]
    pages += ["/committee/2024/", "/committee/2024/goals/1/", "/committee/2024/pack/", "/accounts/login/"]
    for number, path in enumerate(pages):
        Path(tmp_path, f"{number}.html").write_text(read(client, path), encoding="utf-8")
    make_round(fiscal_year=2025, status=RoundStatus.REVIEW)
    make_meeting(held_on=timezone.localdate() + datetime.timedelta(days=30))
    member = Client()
    member.force_login(make_user(Role.MEMBER))
    for number, path in enumerate(MEMBER_PAGES):
        Path(tmp_path, f"member-{number}.html").write_text(read(member, path), encoding="utf-8")
    Path(tmp_path, "404.html").write_bytes(client.get("/nothing-here/").content)
    html.assert_valid(tmp_path)


def test_the_pages_of_the_real_strategy_name_no_outside_address(client: Client) -> None:
    for path in [*PAGES, "/indicators/3-1-n1/"]:
        for tag in re.findall(r"<(?:script|link|img|iframe|source)[^>]*>", read(client, path)):
            assert not re.search(r'(?:src|href)="(?:https?:)?//(?!testserver)', tag), (path, tag)


def test_without_any_published_value_pages_say_so_and_show_baseline_and_target(client: Client) -> None:
    page = read(client, "/indicators/3-1-n1/")
    assert "実績値はまだ公表されていません。基準値は47.5%（令和5年度）、目標値は59%（令和10年度）です。" in page
    assert "実績値はまだ公表されていません" in read(client, "/")


def test_what_the_source_does_not_say_is_said_to_be_missing(client: Client) -> None:
    assert "数値目標は、掲載している資料に記載がありません。" in read(client, "/strategies/3/goals/4/")
    assert "期間は、掲載している資料に記載がありません。" in read(client, "/strategies/3/")
    assert "国長期ビジョン、市人口ビジョン改訂に合わせて再設定" in read(client, "/indicators/3-1-n2/")


def test_the_first_strategy_is_written_in_heisei_and_leads_to_the_current_one(client: Client) -> None:
    page = read(client, "/strategies/1/")
    assert "平成27年度（2015年度）から平成31年度（2019年度）まで" in page
    assert "H31" in page
    assert "期間は終わりました" in page
    assert 'href="/strategies/3/"' in page
    assert "期間は終わりました" not in read(client, "/strategies/3/")


def test_reprints_are_shown_and_linked_but_counted_once(client: Client) -> None:
    page = read(client, "/strategies/3/goals/2/")
    assert "（再掲）" in page
    assert 'href="/measures/3-2-1-01/"' in page
    assert "取組は11件です（再掲を除く）" in page


def test_pages_go_out_compressed_to_who_takes_them_so(client: Client) -> None:
    plain = client.get("/strategies/3/goals/1/")
    packed = client.get("/strategies/3/goals/1/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 3
