from __future__ import annotations

from typing import Any

from goals.admin.resources import edition
from goals.importing import Choice, Column, Key, Resource, Text
from goals.models import Strategy
from kpis.models import Amendment, Assessment, Round, RoundStatus
from kpis.resources.indicator import indicator_column, told


class RoundResource(Resource):
    """Dates come in; the state changes only by what the office does (open, publish)."""

    related = ("strategy",)
    strategy = Column(
        "strategy", "strategy_edition", Key(Strategy, {"edition": "strategy_edition"}, required=True), "戦略の版"
    )
    status = told("status", "status", "状態", Choice(RoundStatus.choices))
    published_on = told("published_on", "published_on", "公表日")
    decision_number = told("decision_number", "decision_number", "決裁番号")

    class Meta:
        model = Round
        import_id_fields = ("strategy", "fiscal_year")
        fields = ("strategy", "fiscal_year", "opens_on", "due_on", "status", "published_on", "decision_number")

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Hold all rounds while their rows are written whole: no step of theirs runs beside it."""
        super().before_import(dataset, **kwargs)
        list(Round.objects.select_for_update().order_by("pk"))


class AssessmentResource(Resource):
    """Goes out only: what publication froze."""

    related = ("indicator", "round__strategy")
    strategy_edition = edition("round__strategy__edition")
    indicator = indicator_column()
    indicator_name = told("indicator__name", "indicator_name", "指標名")

    class Meta:
        model = Assessment
        fields = (
            "strategy_edition",
            "indicator",
            "indicator_name",
            "fiscal_year",
            "value",
            "state",
            "kind",
            "baseline",
            "baseline_year",
            "target",
            "target_upper",
            "target_year",
            "expected",
            "progress",
            "pace",
            "margin",
            "rating",
            "reason",
            "self_rating",
            "self_comment",
            "committee_rating",
            "committee_comment",
            "rule_version",
        )

    def get_import_order(self) -> Any:
        return ()


class AmendmentResource(Resource):
    """Goes out only: what changed after publication."""

    related = ("indicator", "made_by")
    indicator = indicator_column()
    made_by = Column("made_by__username", "made_by", Text(), "変更した人")

    class Meta:
        model = Amendment
        fields = (
            "indicator",
            "fiscal_year",
            "kind",
            "old_value",
            "old_state",
            "new_value",
            "new_state",
            "old_rating",
            "new_rating",
            "reason",
            "made_on",
            "made_by",
        )

    def get_import_order(self) -> Any:
        return ()
