from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from goals.models import Department, Strategy
from goals.notation.numbers import format_percent, format_plain
from goals.publication.version import public
from kanazawa_strategy.pages import accessibility_results
from kanazawa_strategy.pages.frame import Crumb
from kpis.judging.evaluation import judge
from kpis.judging.facts import Observation, TargetSpec
from kpis.judging.words import RATING_ORDER, Group, Kind, Rating, State
from kpis.round.publishing import thresholds_of

MEANINGS = {
    Rating.ACHIEVED: "実績値が目標値に届いています。目標年度より前でも、目標を超えても「目標達成」です。",
    Rating.ON_TRACK: "実績値が、その年度の目安値に届いています。",
    Rating.NEARLY: "目安値には届きませんが、目安値までの道のりの{near}以上進んでいます。目標年度からは「未達・あとわずか」と書きます。",
    Rating.BEHIND: "基準値より良くなっていますが、目安値までの道のりの{near}に届いていません。目標年度からは「未達」と書きます。",
    Rating.FLAT: "市民意識指標で、基準値と同じか、悪化が調査の誤差とみなす{tolerance}ポイント未満です。",
    Rating.WORSE: "基準値より悪くなっています。",
    Rating.KEPT: "維持型・範囲型の目標で、実績値が決められた水準にあります。",
    Rating.NOT_KEPT: "維持型・範囲型の目標で、実績値が決められた水準から外れています。",
    Rating.DONE: "「策定完了」のような完了型の目標で、完了しています。",
    Rating.NOT_DONE: "完了型の目標で、まだ完了していません。",
    Rating.BASE_YEAR: "基準年度か、それより前の年度です。ここから測るため、評価しません。",
    Rating.NO_VALUE: "実績値がまだ公表されていないか、集計中です。",
    Rating.NOT_SURVEYED: "調査を行わない年度です。",
    Rating.NO_TARGET: "目標値が定められていないため、評価しません。",
    Rating.ENDED: "その年度は対象外です。",
}


@dataclass(frozen=True)
class Example:
    """A worked example: the target, one value, and what the rule makes of them."""

    title: str
    spec: TargetSpec
    observation: Observation
    as_of: datetime.date | None = None


def _reach(start: str, first: int, aim: str, last: int, unit: str, decimals: int) -> TargetSpec:
    return TargetSpec(Kind.REACH, Decimal(start), first, Decimal(aim), last, unit=unit, decimals=decimals)


EXAMPLES = [
    Example(
        "増やす目標（47.5%から59%へ）",
        _reach("47.5", 2023, "59", 2028, "%", 1),
        Observation(2025, Decimal("51.5"), State.FINAL),
    ),
    Example(
        "減らす目標（2,000人から1,800人へ）",
        _reach("2000", 2014, "1800", 2019, "人", 0),
        Observation(2016, Decimal(1900), State.FINAL),
        as_of=datetime.date(2015, 4, 1),
    ),
    Example(
        "維持する目標（95%以上を維持）",
        TargetSpec(Kind.KEEP_AT_LEAST, Decimal("95.3"), 2022, Decimal(95), 2028, unit="%", decimals=1),
        Observation(2024, Decimal("94.0"), State.FINAL),
    ),
]


@public()
def method(request: HttpRequest) -> HttpResponse:
    """Explain how ratings are made, with the thresholds in force and worked examples."""
    strategy = Strategy.objects.current() or Strategy()
    thresholds = thresholds_of(strategy)
    words = {"near": format_percent(thresholds.near_pace, 0), "tolerance": format_plain(thresholds.survey_tolerance)}
    meanings = [(rating, text.format(**words)) for rating, text in MEANINGS.items()]
    ctx = {
        **words,
        "rule_version": thresholds.rule_version,
        "groups": [(group, [row for row in meanings if row[0].group == group]) for group in Group],
        "examples": [
            (example.title, judge(example.spec, example.observation, thresholds, as_of=example.as_of))
            for example in EXAMPLES
        ],
        "order": RATING_ORDER,
        "crumbs": [Crumb("評価のしかた")],
    }
    return render(request, "portal/method.html", ctx)


@public()
def policy(request: HttpRequest) -> HttpResponse:
    """Say how the portal treats data, corrections, privacy and links, and whom to ask."""
    ctx = {
        "licence_name": settings.OPENDATA_LICENSE_NAME,
        "licence_url": settings.OPENDATA_LICENSE_URL,
        "office": Department.objects.filter(code="kikaku").first(),
        "crumbs": [Crumb("サイトポリシー")],
    }
    return render(request, "portal/policy.html", ctx)


@public()
def accessibility(request: HttpRequest) -> HttpResponse:
    """State the aim in accessibility, and the results of the last test as `make audit` wrote them."""
    ctx = {
        "results": accessibility_results.results(),
        "canonical_root": request.build_absolute_uri("/"),
        "office": Department.objects.filter(code="kikaku").first(),
        "crumbs": [Crumb("アクセシビリティ")],
    }
    return render(request, "portal/accessibility.html", ctx)
