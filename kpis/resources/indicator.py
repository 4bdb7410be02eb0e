from __future__ import annotations

from typing import Any

from goals.admin.resources import SOURCE, department_column, direction_key, edition, goal_key, revision_key
from goals.importing import Code, Column, Key, Resource, Text
from kpis.models import ExpectedValue, Indicator, Target


def indicator_column() -> Column:
    key = Key(Indicator, {"code": "indicator_code"}, required=True)
    return Column("indicator", "indicator_code", key, "指標のコード")


def told(attribute: str, name: str, label: str, cell: Any = None) -> Column:
    """Give a column that goes out to be read, and is ignored coming in."""
    return Column(attribute, name, cell or Text(), f"{label}（参考）", readonly=True)


class IndicatorResource(Resource):
    related = ("goal__strategy", "direction", "department")
    code = Column("code", "indicator_code", Code(required=True), "コード")
    strategy_edition = edition("goal__strategy__edition")
    goal = Column("goal", "goal_number", goal_key(), "基本目標の番号")
    direction = Column("direction", "direction_number", direction_key(required=False), "施策の番号")
    department = department_column()

    class Meta:
        model = Indicator
        import_id_fields = ("code",)
        fields = (
            "code",
            "strategy_edition",
            "goal",
            "direction",
            "level",
            "basis",
            "name",
            "unit",
            "decimals",
            "is_cumulative",
            "definition",
            "source",
            "survey_sample_size",
            "value_known_month",
            "survey_interval_years",
            "department",
            "order",
            "ended_on",
            "note",
            *SOURCE,
        )


class TargetResource(Resource):
    related = ("indicator", "revision__strategy")
    indicator = indicator_column()
    strategy_edition = edition("revision__strategy__edition")
    revision = Column("revision", "revision_number", revision_key(), "改訂の番号")
    indicator_name = told("indicator__name", "indicator_name", "指標名")
    unit = told("indicator__unit", "unit", "単位")

    class Meta:
        model = Target
        import_id_fields = ("indicator", "revision")
        fields = (
            "indicator",
            "indicator_name",
            "unit",
            "strategy_edition",
            "revision",
            "kind",
            "baseline",
            "baseline_year",
            "baseline_note",
            "target",
            "target_upper",
            "target_year",
            "target_note",
            "starts_from_zero",
            "tag",
            *SOURCE,
        )

    def unit_of(self, instance: Target) -> str | None:
        return instance.indicator.unit if instance.indicator_id else None


class ExpectedValueResource(Resource):
    related = ("target__indicator", "target__revision__strategy")
    indicator_code = Column(
        "target__indicator__code", "indicator_code", Code(required=True), "指標のコード", readonly=True
    )
    strategy_edition = edition("target__revision__strategy__edition")
    target = Column(
        "target",
        "revision_number",
        Key(
            Target,
            {
                "revision__number": "revision_number",
                "revision__strategy__edition": "strategy_edition",
                "indicator__code": "indicator_code",
            },
            required=True,
        ),
        "改訂の番号",
    )

    class Meta:
        model = ExpectedValue
        import_id_fields = ("target", "fiscal_year")
        fields = ("indicator_code", "strategy_edition", "target", "fiscal_year", "value")

    def unit_of(self, instance: ExpectedValue) -> str | None:
        return instance.target.indicator.unit if instance.target_id else None
