from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from goals.publication.version import public
from kanazawa_strategy.pages.frame import Crumb


@dataclass(frozen=True)
class Term:
    """A word of the portal, explained to somebody who reads it for the first time."""

    anchor: str
    word: str
    reading: str
    meaning: str


@dataclass(frozen=True)
class Chapter:
    """Words that belong together."""

    title: str
    terms: tuple[Term, ...]


CHAPTERS = (
    Chapter(
        "計画のことば",
        (
            Term(
                "strategy",
                "総合戦略",
                "そうごうせんりゃく",
                "人口の減少に備え、まちの活力を保つために市がつくる計画です。何年かごとに新しい版がつくられ、途中で改訂されることがあります。",
            ),
            Term("goal", "基本目標", "きほんもくひょう", "総合戦略の柱です。第3次金沢版総合戦略には4つあります。"),
            Term(
                "direction",
                "施策",
                "しさく",
                "基本目標を実現するための方向です。資料では（1）（2）…と番号が付いています。",
            ),
            Term("measure", "取組", "とりくみ", "施策のもとで市が行う、一つひとつの事業や活動です。"),
            Term(
                "tag",
                "新・改",
                "しん・かい",
                "「新」はその改訂で新たに始める取組や指標、「改」はこれまでのものを広げたり改めたりするものです。印のない取組は、続けて行うものです。",
            ),
            Term("reprint", "再掲", "さいけい", "ほかの施策にも載っている同じ取組です。件数には一度だけ数えます。"),
            Term(
                "revision",
                "改訂",
                "かいてい",
                "総合戦略の内容を途中で見直すことです。目標が変わっても、前の目標は消さずに残します。",
            ),
        ),
    ),
    Chapter(
        "指標のことば",
        (
            Term(
                "indicator", "指標", "しひょう", "目標にどこまで近づいたかを測るものさしです。数値目標とKPIがあります。"
            ),
            Term("numeric-target", "数値目標", "すうちもくひょう", "基本目標ごとに定める、もっとも大きな指標です。"),
            Term("kpi", "KPI", "ケーピーアイ", "重要業績評価指標。施策や取組の進み具合を測る指標です。"),
            Term("activity", "施策指標", "しさくしひょう", "件数や人数など、実際の数を数える指標です。"),
            Term(
                "survey",
                "市民意識指標",
                "しみんいしきしひょう",
                "アンケートで「そう感じる」と答えた市民の割合などを測る指標です。調査には誤差があるため、わずかな悪化は「横ばい」とします。",
            ),
            Term("baseline", "基準値", "きじゅんち", "目標を決めたときの値です。ここからどれだけ進んだかを測ります。"),
            Term("target", "目標値", "もくひょうち", "目標年度までに届きたい値です。"),
            Term(
                "expected",
                "目安値",
                "めやすち",
                "基準値から目標値までを年度で等分した、その年度の値です。市が年度ごとに定めた値があれば、それを使います。",
            ),
            Term("actual", "実績値", "じっせきち", "その年度に実際に測った値です。"),
            Term("cumulative", "累計", "るいけい", "はじめからの合計で数えることです。"),
        ),
    ),
    Chapter(
        "年度と公表のことば",
        (
            Term(
                "fiscal-year",
                "年度",
                "ねんど",
                "4月から翌年3月までの1年間です。令和6年度は2024年4月から2025年3月までで、表やグラフではR6と書きます。",
            ),
            Term("round", "評価年度", "ひょうかねんど", "実績値を集めて評価し、公表する年度です。"),
            Term(
                "preliminary",
                "速報・推計・確定",
                "そくほう・すいけい・かくてい",
                "速報と推計はあとで変わることがある値、確定は決まった値です。",
            ),
            Term(
                "unpublished",
                "未公表・集計中",
                "みこうひょう・しゅうけいちゅう",
                "値がまだ分からない年度です。0ではありません。",
            ),
            Term(
                "amendment",
                "公表後の変更",
                "こうひょうごのへんこう",
                "公表したあとで、遅れて分かった値を加えたり（追加）、速報を確定したり（確定）、誤りを直したり（訂正）したものです。前の値と理由を残します。",
            ),
            Term(
                "assessment",
                "評価",
                "ひょうか",
                "実績値が目安値に届いているかなどを、決まったルールで判定した結果です。",
            ),
            Term(
                "committee",
                "推進委員会",
                "すいしんいいんかい",
                "総合戦略の進み具合について意見を述べる委員の会議です。",
            ),
        ),
    ),
)


@public()
def glossary(request: HttpRequest) -> HttpResponse:
    """Explain the words of the portal."""
    return render(request, "portal/glossary.html", {"chapters": CHAPTERS, "crumbs": [Crumb("ことばの説明")]})
