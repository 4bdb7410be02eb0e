"""The six datasets and their columns: the contract of domain.md §7. Order and names never change."""

from __future__ import annotations

from dataclasses import replace

from kanazawa_strategy.opendata import codes, querysets, rows
from kanazawa_strategy.opendata.columns import Column, Dataset, Reference, Type

TEXT, INTEGER, NUMBER, DATE, BOOLEAN, LIST = Type.STRING, Type.INTEGER, Type.NUMBER, Type.DATE, Type.BOOLEAN, Type.LIST
_ERA = "書かれた時の元号による和暦。2019年5月より前の戦略は平成のまま書きます。"

MUNICIPALITY = Column("municipality_code", TEXT, "全国地方公共団体コード", "金沢市は 172014。", is_required=True)
EDITION = Column("strategy_edition", INTEGER, "総合戦略の次（版）", "第1期は 1、第3次は 3。", is_required=True)
GOAL_NUMBER = Column("goal_number", INTEGER, "基本目標の番号", is_required=True)
GOAL_TITLE = Column("goal_title", TEXT, "基本目標", is_required=True)
INDICATOR_CODE = Column(
    "indicator_code", TEXT, "指標コード", "次-基本目標-種別と番号。改訂でも変わりません。", is_required=True
)
INDICATOR_NAME = Column("name", TEXT, "指標名", is_required=True)
UNIT = Column("unit", TEXT, "単位", "単位のない指標は空欄。")
YEAR = Column("fiscal_year", INTEGER, "年度（西暦）", "4月に始まる年度。2024 は令和6年度。", is_required=True)
YEAR_LABEL = Column("fiscal_year_label", TEXT, "年度（和暦）", _ERA, is_required=True)
VALUE = Column("value", NUMBER, "実績値", "0 は値。空欄は値がないことを示し、理由は state にあります。")
TAG = Column("tag", TEXT, "新・改", "この改訂での区別。続けているものは空欄。", codes.TAG.codes)
REVISION = Column("revision", TEXT, "改訂の名称")
DEPARTMENT = Column("department", TEXT, "所管課")
NOTE = Column("note", TEXT, "備考")
DIRECTION_NUMBER = Column("direction_number", INTEGER, "施策の番号", "施策に結び付かない指標は空欄。")
PUBLISHED_ON = Column("published_on", DATE, "公表日")

EXPECTED = Column("expected_value", NUMBER, "目安値", "その年度に見込む値。指標の桁数に四捨五入。")
PROGRESS = Column("progress_percent", NUMBER, "進捗率（%）", "基準値から目標値までの道のり。小数第1位まで。")
PACE = Column("pace_percent", NUMBER, "目安に対する割合（%）", "基準値から目安値までの道のり。小数第1位まで。")
MARGIN = Column(
    "margin", NUMBER, "余裕・不足", "目安値（維持型・範囲型は基準となる値）より良ければ正。指標の単位、%はポイント。"
)
RATING = Column("rating", TEXT, "評価", "公表した時に定まった判定。", codes.RATING.codes, is_required=True)
RATING_LABEL = Column("rating_label", TEXT, "評価（表示名）", is_required=True)

_GOAL = Reference(("strategy_edition", "goal_number"), "goals", ("strategy_edition", "goal_number"))
_INDICATOR = Reference(("indicator_code",), "indicators", ("indicator_code",))

GOALS = Dataset(
    "goals",
    "基本目標",
    "総合戦略の基本目標と、資料に載る指標の数です。",
    (
        MUNICIPALITY,
        EDITION,
        GOAL_NUMBER,
        GOAL_TITLE,
        Column("listed_indicator_count", INTEGER, "掲載している指標の数", is_required=True),
        Column("other_kpi_count", INTEGER, "引き続き設定するKPIの数", "資料に数だけが載るもの。記載がなければ空欄。"),
        Column("source_note", TEXT, "資料についての注記"),
    ),
    rows=lambda: rows.goal_rows(querysets.goals()),
    count=lambda: querysets.goals().count(),
    key=("strategy_edition", "goal_number"),
    mark_column="source_note",
)

INDICATORS = Dataset(
    "indicators",
    "指標（数値目標・KPI）",
    "数値目標とKPIの定義と、最新の改訂で定められた基準値・目標値です。",
    (
        MUNICIPALITY,
        INDICATOR_CODE,
        EDITION,
        GOAL_NUMBER,
        GOAL_TITLE,
        DIRECTION_NUMBER,
        Column("level", TEXT, "区分", "", codes.LEVEL.codes, is_required=True),
        Column("basis", TEXT, "指標の種類", "", codes.BASIS.codes, is_required=True),
        INDICATOR_NAME,
        UNIT,
        Column("is_cumulative", BOOLEAN, "累計", "開始からの合計で数える指標は true。", is_required=True),
        Column("kind", TEXT, "目標の型", "決定した改訂に目標がまだない指標は空欄。", codes.KIND.codes),
        Column("baseline_value", NUMBER, "基準値", "資料に数値がなければ空欄。理由は baseline_note にあります。"),
        Column("baseline_fiscal_year", INTEGER, "基準年度（西暦）"),
        Column("baseline_fiscal_year_label", TEXT, "基準年度（和暦）", _ERA),
        Column("baseline_note", TEXT, "基準値の注記", "未実施、R5年度開始、未策定など。"),
        Column("target_value", NUMBER, "目標値", "範囲型では下限。数値で定められていなければ空欄。"),
        Column("target_upper_value", NUMBER, "目標値の上限", "範囲型のときだけ。"),
        Column("target_fiscal_year", INTEGER, "目標年度（西暦）"),
        Column("target_fiscal_year_label", TEXT, "目標年度（和暦）", _ERA),
        Column("target_note", TEXT, "目標値の注記"),
        TAG,
        replace(REVISION, description="この基準値・目標値を定めた改訂。"),
        DEPARTMENT,
        Column("definition", TEXT, "定義・算出方法"),
        Column("source", TEXT, "出典", "調査や統計の名前。"),
        NOTE,
    ),
    rows=lambda: rows.indicator_rows(querysets.indicators()),
    count=lambda: querysets.indicators().count(),
    key=("indicator_code",),
    references=(_GOAL,),
    mark_column="note",
)

VALUES = Dataset(
    "values",
    "実績値",
    "公表した実績値です。1行が、1つの指標の1年度です。",
    (
        MUNICIPALITY,
        INDICATOR_CODE,
        INDICATOR_NAME,
        UNIT,
        YEAR,
        YEAR_LABEL,
        VALUE,
        Column("state", TEXT, "実績値の状態", "値がないときは、その理由。", codes.STATE.codes, is_required=True),
        Column("available_on", DATE, "公表予定", "未公表の値が分かる見込みの月の1日。"),
        Column("breaks_series", BOOLEAN, "前年度までと比べられない", "理由は note にあります。", is_required=True),
        replace(PUBLISHED_ON, description="値が公になった日。追加で公表した値は、その日。"),
        Column("amended_on", DATE, "変更日", "公表後の追加・確定・訂正のうち、最後の日。"),
        NOTE,
    ),
    rows=lambda: rows.value_rows(querysets.values()),
    count=lambda: querysets.values().count(),
    key=("indicator_code", "fiscal_year"),
    references=(_INDICATOR,),
    mark_column="note",
)

ASSESSMENTS = Dataset(
    "assessments",
    "年度評価",
    "公表した評価年度ごとの、すべての指標の評価です。評価の計算は「評価のしかた」のとおりです。",
    (
        MUNICIPALITY,
        INDICATOR_CODE,
        INDICATOR_NAME,
        YEAR,
        YEAR_LABEL,
        replace(VALUE, description="評価に使った実績値。values と同じ値です。"),
        EXPECTED,
        PROGRESS,
        PACE,
        MARGIN,
        RATING,
        RATING_LABEL,
        Column("self_rating", TEXT, "所管課の自己評価", "ないときは空欄。", codes.RATING.codes),
        Column("committee_rating", TEXT, "推進委員会の評価", "ないときは空欄。", codes.RATING.codes),
        Column("reason", TEXT, "評価の理由"),
        Column("rule_version", TEXT, "評価ルールの版", is_required=True),
        replace(PUBLISHED_ON, description="評価年度を公表した日。"),
    ),
    rows=lambda: rows.assessment_rows(querysets.assessments()),
    count=lambda: querysets.assessments().count(),
    key=("indicator_code", "fiscal_year"),
    references=(_INDICATOR,),
    mark_column="reason",
)

MEASURES = Dataset(
    "measures",
    "取組",
    "総合戦略の取組です。決定したすべての改訂のものを含み、どの改訂かは revision で分かります。",
    (
        MUNICIPALITY,
        Column("measure_code", TEXT, "取組コード", "改訂で番号が変わっても同じコードです。", is_required=True),
        EDITION,
        replace(REVISION, description="この文を定めた改訂。", is_required=True),
        GOAL_NUMBER,
        Column("direction_number", INTEGER, "施策の番号", is_required=True),
        Column("direction_title", TEXT, "施策", is_required=True),
        Column("number", INTEGER, "取組の番号", "資料の丸数字。①は 1。", is_required=True),
        Column("text", TEXT, "取組", is_required=True),
        Column("detail", TEXT, "補足"),
        TAG,
        Column("themes", LIST, "関連計画・テーマ"),
        Column("reprint_of", TEXT, "再掲元の取組コード", "再掲は、数えるときに除いてください。"),
        Column("continues", TEXT, "前の版の取組コード"),
        DEPARTMENT,
    ),
    rows=lambda: rows.measure_rows(querysets.measures()),
    count=lambda: querysets.measures().count(),
    key=("measure_code", "revision"),
    references=(
        _GOAL,
        Reference(("reprint_of",), "measures", ("measure_code",)),
        Reference(("continues",), "measures", ("measure_code",)),
    ),
)

OPINIONS = Dataset(
    "opinions",
    "推進委員会の意見",
    "推進委員会で委員が述べた意見と、市の対応です。",
    (
        MUNICIPALITY,
        Column("opinion_code", TEXT, "意見コード", "会議の日-番号。", is_required=True),
        Column("meeting_date", DATE, "会議の開催日", is_required=True),
        Column("meeting_title", TEXT, "会議名", is_required=True),
        GOAL_NUMBER,
        Column("member", TEXT, "委員名", is_required=True),
        Column("opinion", TEXT, "意見", is_required=True),
        Column("response", TEXT, "市の対応"),
        Column("response_class", TEXT, "対応区分", "", codes.RESPONSE_CLASS.codes),
        Column("measure_codes", LIST, "関連する取組コード"),
        Column("indicator_codes", LIST, "関連する指標コード"),
        Column("outcome", TEXT, "その後"),
    ),
    rows=lambda: rows.opinion_rows(querysets.opinions()),
    count=lambda: querysets.opinions().count(),
    key=("opinion_code",),
)

DATASETS = {dataset.name: dataset for dataset in (GOALS, INDICATORS, VALUES, ASSESSMENTS, MEASURES, OPINIONS)}
