"""File layouts of measures, their reports, meetings and opinions."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone

from goals.admin.resources import SOURCE, department_column, direction_key, edition, goal_key, revision_key
from goals.importing import Choice, Code, Column, Key, Keys, Resource
from goals.importing.cells import Cell, folded, plain
from goals.models import Theme
from kpis.models import Indicator, Workflow
from kpis.resources.indicator import told
from kpis.round.access import Entrant
from measures.models import Measure, MeasureReport, Meeting, Opinion

_VERSIONED = re.compile(r"(?P<code>\d+(?:-\d+)+)(?:@(?P<number>\d+))?")
MEASURE_LOOKUPS = {
    "code": "measure_code",
    "revision__number": "revision_number",
    "revision__strategy__edition": "strategy_edition",
}


class VersionedMeasure(Cell):
    """A measure as `3-1-1-01@2`: the code, and the revision whose wording is meant; without `@`, the latest."""

    def read(self, value: Any, **kwargs: Any) -> Measure:
        match = _VERSIONED.fullmatch(folded(value))
        if match is None:
            raise ValueError(
                f"「{plain(value)}」は取組のコードではありません。3-1-1-01 か 3-1-1-01@2（@の後は改訂の番号）と入力してください。"
            )
        rows = Measure.objects.filter(code=match["code"]).select_related("revision").order_by("-revision__number")
        if match["number"]:
            rows = rows.filter(revision__number=int(match["number"]))
        found = rows.first()
        if found is None:
            raise ValueError(
                f"コード「{plain(value)}」の取組はありません。コードを確かめるか、先に取組を登録してください。"
            )
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return f"{value.code}@{value.revision.number}" if value else ""


class VersionedMeasures(Keys):
    """Several measures as `3-1-1-01@2`, joined with `;`."""

    def __init__(self) -> None:
        super().__init__(Measure, "code")
        self._cell = VersionedMeasure()

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[Any]:
        codes = [part.strip() for part in folded(value).split(";") if part.strip()]
        return [self._cell.read(code) for code in dict.fromkeys(codes)]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        if value is None:
            return ""
        return ";".join(sorted(self._cell.render(row) for row in value.all()))


def indicators_column(attribute: str, label: str) -> Column:
    return Column(attribute, attribute, Keys(Indicator, "code"), label)


class MeasureResource(Resource):
    related = ("revision__strategy", "direction__goal", "department", "reprint_of", "continues__revision")
    prefetched = ("themes", "indicators")
    code = Column("code", "measure_code", Code(required=True), "コード")
    strategy_edition = edition("revision__strategy__edition")
    revision = Column("revision", "revision_number", revision_key(), "改訂の番号")
    goal_number = told("direction__goal__number", "goal_number", "基本目標の番号")
    direction = Column("direction", "direction_number", direction_key(), "施策の番号")
    themes = Column("themes", "themes", Keys(Theme, "slug"), "テーマのアドレスの名前（; で区切る）")
    department = department_column()
    reprint_of = Column(
        "reprint_of",
        "reprint_of",
        Key(
            Measure,
            {
                "code": "reprint_of",
                "revision__number": "revision_number",
                "revision__strategy__edition": "strategy_edition",
            },
        ),
        "再掲元のコード",
    )
    continues = Column("continues", "continues", VersionedMeasure(), "前の版の取組（コード@改訂の番号）")
    indicators = indicators_column("indicators", "関連する指標のコード（; で区切る）")

    class Meta:
        model = Measure
        import_id_fields = ("code", "revision")
        fields = (
            "code",
            "strategy_edition",
            "revision",
            "goal_number",
            "direction",
            "number",
            "text",
            "detail",
            "tag",
            "themes",
            "department",
            "reprint_of",
            "continues",
            "indicators",
            *SOURCE,
        )


class MeasureReportResource(Resource):
    """Reports in the long layout; each is checked for who brings it and for its year."""

    related = ("measure__revision__strategy",)
    measure = Column("measure", "measure_code", Key(Measure, MEASURE_LOOKUPS, required=True), "取組のコード")
    strategy_edition = edition("measure__revision__strategy__edition")
    revision_number = Column("measure__revision__number", "revision_number", Cell(), "改訂の番号", readonly=True)
    workflow = told("workflow", "workflow", "進み具合", Choice(Workflow.choices))

    class Meta:
        model = MeasureReport
        import_id_fields = ("measure", "fiscal_year")
        fields = (
            "measure",
            "strategy_edition",
            "revision_number",
            "fiscal_year",
            "status",
            "summary",
            "budget",
            "workflow",
        )

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        self._entrant = Entrant(kwargs["user"], timezone.localdate(), locks=True)

    def before_save_instance(self, instance: MeasureReport, row: Any, **kwargs: Any) -> None:
        measure = instance.measure
        strategy_id = measure.revision.strategy_id
        refusal = self._entrant.refusal(strategy_id, instance.fiscal_year, measure.department_id)
        if refusal:
            raise ValidationError(refusal)
        if not instance._state.adding:
            instance.version += 1
            if not self._entrant.runs_rounds:
                instance.workflow = Workflow.DRAFT


class MeetingResource(Resource):
    prefetched = ("focus_indicators",)
    focus_indicators = indicators_column("focus_indicators", "重点審査の指標のコード（; で区切る）")

    class Meta:
        model = Meeting
        import_id_fields = ("held_on",)
        fields = (
            "held_on",
            "title",
            "fiscal_year",
            "place",
            "is_public",
            "agenda",
            "attendance",
            "focus_indicators",
            "is_listed",
            *SOURCE,
        )


class OpinionResource(Resource):
    related = ("meeting", "goal__strategy", "indicator", "measure__revision", "author", "department")
    prefetched = ("measures__revision", "indicators")
    code = Column("code", "opinion_code", Code(required=True), "コード")
    meeting = Column(
        "meeting", "meeting_date", Key(Meeting, {"held_on": "meeting_date"}, required=True), "会議の開催日"
    )
    strategy_edition = edition("goal__strategy__edition")
    goal = Column("goal", "goal_number", goal_key(), "基本目標の番号")
    indicator = Column("indicator", "indicator_code", Key(Indicator, {"code": "indicator_code"}), "意見の対象の指標")
    measure = Column("measure", "measure_code", VersionedMeasure(), "意見の対象の取組（コード@改訂の番号）")
    author = Column("author", "author", Key(get_user_model(), {"username": "author"}), "提出した利用者")
    measures = Column("measures", "measure_codes", VersionedMeasures(), "関連する取組（コード@改訂の番号、; で区切る）")
    indicators = Column("indicators", "indicator_codes", Keys(Indicator, "code"), "関連する指標のコード（; で区切る）")
    department = department_column()

    class Meta:
        model = Opinion
        import_id_fields = ("code",)
        fields = (
            "code",
            "meeting",
            "order",
            "strategy_edition",
            "goal",
            "indicator",
            "measure",
            "member",
            "author",
            "text",
            "response",
            "response_class",
            "measures",
            "indicators",
            "department",
            "due_on",
            "outcome",
            "status",
            *SOURCE,
        )
