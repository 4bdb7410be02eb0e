from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from goals.importing import Choice, Column, Number, Resource
from goals.importing.cells import folded, plain
from kpis.access import Entrant
from kpis.evaluation import State
from kpis.models import Workflow, YearlyValue
from kpis.resources.indicator import indicator_column, told

# What stands in the cell of a figure that is not there (domain.md §3), and the state that it means
WORDS = {
    "未公表": State.UNPUBLISHED,
    "集計中": State.COLLECTING,
    "調査なし": State.NOT_SURVEYED,
    "該当なし": State.NOT_APPLICABLE,
    "対象外": State.NOT_APPLICABLE,
}

_OF_COMMITTEE = {"committee_rating", "committee_comment"}
_EXACT = 15  # digits that a cell of Excel holds


class _Figure(Number):
    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """Write as text what Excel would round."""
        if value is not None and len(Decimal(value).normalize().as_tuple().digits) > _EXACT:
            kwargs["force_native_type"] = False
        return super().render(value, obj, **kwargs)


class YearlyValueResource(Resource):
    """Values in the long layout; each is checked for who brings it and for its year."""

    related = ("indicator__goal",)
    indicator = indicator_column()
    indicator_name = told("indicator__name", "indicator_name", "指標名")
    unit = told("indicator__unit", "unit", "単位")
    value = Column("value", "value", _Figure(), "実績値")
    workflow = told("workflow", "workflow", "進み具合", Choice(Workflow.choices))

    class Meta:
        model = YearlyValue
        import_id_fields = ("indicator", "fiscal_year")
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

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        self._entrant = Entrant(kwargs["user"], timezone.localdate(), locks=True)

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        word = WORDS.get(folded(row.get("value")))
        if word:
            row["value"] = ""
            if not plain(row.get("state")).strip():
                row["state"] = word.value
        super().before_import_row(row, **kwargs)

    def after_init_instance(self, instance: YearlyValue, new: bool, row: Any, **kwargs: Any) -> None:
        """Take a new figure without a state for a final one, and leave the state of a known row alone."""
        if plain(row.get("state")).strip():
            return
        if not new:
            row.pop("state", None)
        elif plain(row.get("value")).strip():
            row["state"] = State.FINAL.value
        else:
            row["state"] = ""  # for the cell to ask for

    def import_field(self, field: Any, instance: YearlyValue, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        before = getattr(instance, field.attribute) if field.attribute in _OF_COMMITTEE else None
        super().import_field(field, instance, row, is_m2m, **kwargs)
        if before is not None and not self._entrant.runs_rounds and getattr(instance, field.attribute) != before:
            raise ValueError("推進委員会の評価と意見を入力できるのは、企画調整課だけです。元のままにしてください。")

    def unit_of(self, instance: YearlyValue) -> str | None:
        return instance.indicator.unit if instance.indicator_id else None

    def before_save_instance(self, instance: YearlyValue, row: Any, **kwargs: Any) -> None:
        indicator = instance.indicator
        refusal = self._entrant.refusal(indicator.goal.strategy_id, instance.fiscal_year, indicator.department_id)
        if refusal:
            raise ValidationError(refusal)
        if not instance._state.adding:
            instance.version += 1
            if not self._entrant.runs_rounds:
                instance.workflow = Workflow.DRAFT
