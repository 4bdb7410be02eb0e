"""File layouts of the plan: every row found by its codes, never by a database number."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from goals.accounts import audit
from goals.importing import Code, Column, Key, Moment, Number, Resource, Text, Whole, Year
from goals.models import (
    AuditEvent,
    Department,
    Direction,
    Goal,
    Membership,
    Revision,
    RevisionSection,
    Strategy,
    Theme,
    ThemeSection,
)
from goals.models.strategy import RevisionStatus

SOURCE = ("source_place", "source_note")
ADOPTED_ELSEWHERE = {
    RevisionStatus.ADOPTED: "取り込みでは決定できません。「案」のまま取り込み、「改訂」の画面の「改訂を決定する」で決定してください。",
    RevisionStatus.DRAFT: "決定した改訂は、取り込みで案に戻せません。変えるときは新しい改訂を始め、「改訂を決定する」で決定してください。",
}
EDITION = {"strategy__edition": "strategy_edition"}


def edition(path: str) -> Column:
    """Give the column for the edition, where it only helps to find another row."""
    return Column(path, "strategy_edition", Whole(required=True), "戦略の版", readonly=True)


def goal_key(*, required: bool = True) -> Key:
    return Key(Goal, {"number": "goal_number", **EDITION}, required=required)


def revision_key() -> Key:
    return Key(Revision, {"number": "revision_number", **EDITION}, required=True)


def direction_key(*, required: bool = True) -> Key:
    lookups = {
        "number": "direction_number",
        "goal__number": "goal_number",
        "goal__strategy__edition": "strategy_edition",
    }
    return Key(Direction, lookups, required=required)


def department_column() -> Column:
    return Column("department", "department", Key(Department, {"code": "department"}), "所管課のコード")


class StrategyResource(Resource):
    edition = Column("edition", "strategy_edition", Whole(required=True), "戦略の版")
    first_year = Column("first_year", "first_fiscal_year", Year(), "期間の初年度")
    last_year = Column("last_year", "last_fiscal_year", Year(), "期間の最終年度")
    near_pace = Column("near_pace", "near_pace", Number(required=True), "「概ね順調」とする割合")
    survey_tolerance = Column("survey_tolerance", "survey_tolerance", Number(required=True), "「横ばい」とみなす幅")

    class Meta:
        model = Strategy
        import_id_fields = ("edition",)
        fields = (
            "edition",
            "name",
            "short_name",
            "first_year",
            "last_year",
            "adopted_on",
            "is_current",
            "overview",
            "near_pace",
            "survey_tolerance",
            "rule_version",
            *SOURCE,
        )


class RevisionResource(Resource):
    related = ("strategy",)
    strategy = Column(
        "strategy", "strategy_edition", Key(Strategy, {"edition": "strategy_edition"}, required=True), "戦略の版"
    )
    number = Column("number", "revision_number", Whole(required=True), "改訂の番号")

    class Meta:
        model = Revision
        import_id_fields = ("strategy", "number")
        fields = ("strategy", "number", "name", "status", "adopted_on", "summary", *SOURCE)

    def validate_instance(
        self, instance: Revision, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """Let no file decide: a revision is adopted, and dated, where that is checked and logged."""
        super().validate_instance(instance, import_validation_errors, validate_unique)
        before = Revision.objects.filter(pk=instance.pk).first() or Revision()
        if instance.status != before.status:
            raise ValidationError({"status": ADOPTED_ELSEWHERE[RevisionStatus(instance.status)]})
        if instance.adopted_on != before.adopted_on:
            raise ValidationError(
                {"adopted_on": "決定日は取り込みでは変えられません。「改訂」の画面で直してください。"}
            )


class RevisionSectionResource(Resource):
    related = ("revision__strategy",)
    strategy_edition = edition("revision__strategy__edition")
    revision = Column("revision", "revision_number", revision_key(), "改訂の番号")

    class Meta:
        model = RevisionSection
        import_id_fields = ("revision", "order")
        fields = ("strategy_edition", "revision", "order", "heading", "body", *SOURCE)


class GoalResource(Resource):
    related = ("strategy",)
    strategy = Column(
        "strategy", "strategy_edition", Key(Strategy, {"edition": "strategy_edition"}, required=True), "戦略の版"
    )
    number = Column("number", "goal_number", Whole(required=True), "基本目標の番号")

    class Meta:
        model = Goal
        import_id_fields = ("strategy", "number")
        fields = ("strategy", "number", "title", "alternative_title", "color", "other_kpi_count", *SOURCE)


class DirectionResource(Resource):
    related = ("goal__strategy",)
    strategy_edition = edition("goal__strategy__edition")
    goal = Column("goal", "goal_number", goal_key(), "基本目標の番号")
    number = Column("number", "direction_number", Whole(required=True), "施策の番号")

    class Meta:
        model = Direction
        import_id_fields = ("goal", "number")
        fields = ("strategy_edition", "goal", "number", "title", *SOURCE)


class ThemeResource(Resource):
    class Meta:
        model = Theme
        import_id_fields = ("slug",)
        fields = ("slug", "label", "name", "summary", "order", *SOURCE)


class ThemeSectionResource(Resource):
    related = ("theme",)
    theme = Column("theme", "theme", Key(Theme, {"slug": "theme"}, required=True), "テーマのアドレスの名前")

    class Meta:
        model = ThemeSection
        import_id_fields = ("theme", "order")
        fields = ("theme", "order", "heading", "body", *SOURCE)


class DepartmentResource(Resource):
    class Meta:
        model = Department
        import_id_fields = ("code",)
        fields = ("code", "name", "bureau", "phone", "email", "order", "is_active")


class MembershipResource(Resource):
    related = ("user", "department", "role")
    user = Column("user", "username", Key(get_user_model(), {"username": "username"}, required=True), "利用者名")
    department = department_column()
    role = Column("role", "role", Key(Group, {"name": "role"}), "役割")

    class Meta:
        model = Membership
        import_id_fields = ("user", "department", "role")
        fields = ("user", "department", "role", "ends_on")

    def do_instance_save(self, instance: Any, *args: Any) -> None:
        """Write each row that came or changed into the log; what the preview writes is taken back with it."""
        before = list(Membership.objects.filter(pk=instance.pk).select_related(*self.related))
        super().do_instance_save(instance, *args)
        audit.record_memberships(before, [instance])


class AuditEventResource(Resource):
    """Goes out only."""

    related = ("user",)
    at = Column("at", "at", Moment(), "日時")
    user = Column("user__username", "username", Text(), "利用者名")
    action = Column("get_action_display", "action", Code(), "操作")

    class Meta:
        model = AuditEvent
        fields = ("at", "action", "user", "department", "address", "summary")

    def get_import_order(self) -> Any:
        return ()
