from __future__ import annotations

from goals.importing import Choice, Column, Number, Resource
from kpis.models import Workflow, YearlyValue
from kpis.resources.indicator import indicator_column, told


class YearlyValueResource(Resource):
    """Goes out only, in the long layout; comes back as a 調査票, by the intake of a round."""

    related = ("indicator__goal",)
    indicator = indicator_column()
    indicator_name = told("indicator__name", "indicator_name", "指標名")
    unit = told("indicator__unit", "unit", "単位")
    value = Column("value", "value", Number(), "実績値")
    workflow = told("workflow", "workflow", "進み具合", Choice(Workflow.choices))

    class Meta:
        model = YearlyValue
        fields = (
            "indicator",
            "indicator_name",
            "unit",
            "fiscal_year",
            "value",
            "state",
            "available_on",
            "note",
            "breaks_series",
            "analysis",
            "next_steps",
            "self_rating",
            "self_comment",
            "committee_rating",
            "committee_comment",
            "evidence_url",
            "workflow",
        )
