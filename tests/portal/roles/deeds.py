"""What somebody sends to each address that writes: made ready here, sent by the tests, whose table says who may."""

from __future__ import annotations

from functools import partial

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from goals.models import Revision
from kpis.amending.file.uploads import AmendmentUploads
from kpis.entry.workbook.uploads import WorkbookUploads
from kpis.models import Amendment, Assessment, Workflow, YearlyValue
from kpis.review import committee_rating as committee_ratings
from kpis.round.access import Entrant
from measures.models import MeasureReport, Meeting, Opinion
from tests.makers import PASSWORD, make_meeting
from tests.portal.roles.round_world import TODAY, World, admin_address
from tests.portal.roles.table_deeds import Post

# Values


def sheet_row(world: World, who: str) -> Post:
    address = reverse("admin:kpis_sheet_row", args=[world.round.pk, world.second.code, world.blank.code])
    return address, {f"{world.blank.code}-seen": "0:", f"{world.blank.code}-value": "21"}


def sheet(world: World, who: str) -> Post:
    address = reverse("admin:kpis_sheet", args=[world.round.pk, world.second.code])
    return address, {f"{world.blank.code}-seen": "0:", f"{world.blank.code}-value": "21"}


def sheet_submit(world: World, who: str) -> Post:
    return reverse("admin:kpis_sheet", args=[world.round.pk, world.own.code]), {"do": "submit"}


def value_added(world: World, who: str) -> Post:
    typed = {"indicator": world.blank.pk, "fiscal_year": "令和6年度", "value": "21", "state": "FINAL"}
    return admin_address(YearlyValue, "add"), typed


def value_changed(world: World, who: str) -> Post:
    typed = {"value": "21", "state": "FINAL", "seen_version": YearlyValue.objects.get(pk=world.value.pk).version}
    return admin_address(YearlyValue, "change", world.value.pk), typed


def _file(world: World) -> bytes:
    return f"指標コード,実績値\n{world.blank.code},21\n".encode()


def intake(world: World, who: str) -> Post:
    file = SimpleUploadedFile("values.csv", _file(world))
    return reverse("admin:kpis_round_intake", args=[world.round.pk]), {"file": file}


def intake_confirm(world: World, who: str, *, sender: str = "") -> Post:
    user = world.users[sender or who] or world.users["superuser"]
    assert user
    uploads = WorkbookUploads(world.round, Entrant(user, TODAY))
    kept = uploads.receive("values.csv", _file(world))
    address = reverse("admin:kpis_round_intake_preview", args=[world.round.pk, kept.pk])
    return address, {"seen": uploads.plan_of(kept).fingerprint, "leave_out": "1"}


intake_of_another = partial(intake_confirm, sender="own")


# Reports on measures


def report_added(world: World, who: str) -> Post:
    typed = {"measure": world.unreported.pk, "fiscal_year": "令和6年度", "status": "DONE", "summary": "終えた。"}
    return admin_address(MeasureReport, "add"), typed


def report_changed(world: World, who: str) -> Post:
    typed = {"status": "DONE", "summary": "終えた。"}
    return admin_address(MeasureReport, "change", world.report.pk), typed


def _reports(world: World, name: str, *more: str) -> str:
    return reverse(f"admin:{name}", args=[world.round.pk, world.second.code, *more])


def _report_typed(world: World) -> dict[str, str]:
    code = world.unreported.code
    return {f"{code}-seen": "0:", f"{code}-status": "DONE", f"{code}-summary": "終えた。", f"{code}-budget": ""}


def report_row(world: World, who: str) -> Post:
    return _reports(world, "measures_sheet_row", world.unreported.code), _report_typed(world)


def report_sheet(world: World, who: str) -> Post:
    return _reports(world, "measures_sheet"), _report_typed(world)


def report_submit(world: World, who: str) -> Post:
    return reverse("admin:measures_sheet", args=[world.round.pk, world.own.code]), {"do": "submit"}


def _review_reports(world: World, who: str, **typed: str) -> Post:
    chosen = f"{world.handed_in.pk}-{MeasureReport.objects.get(pk=world.handed_in.pk).version}"
    return reverse("admin:measures_review", args=[world.round.pk]), {**typed, "chosen": chosen}


reports_confirm = partial(_review_reports, step="confirm")
reports_return = partial(_review_reports, step="return", note="何件かを書いてください。")


# The round


def _review(world: World, who: str, **typed: str) -> Post:
    chosen = f"{world.value.pk}-{YearlyValue.objects.get(pk=world.value.pk).version}"
    return reverse("admin:kpis_round_review", args=[world.round.pk]), {**typed, "chosen": chosen}


def committee_rating(world: World, who: str) -> Post:
    value = YearlyValue.objects.get(pk=world.value.pk)
    cells = {f"committee_rating-{value.pk}": "BEHIND", f"committee_comment-{value.pk}": "遅い。"}
    typed = {"rated": committee_ratings.key_of(value), **cells, "rate": value.pk}
    return reverse("admin:kpis_round_review", args=[world.round.pk]), typed


review_confirm = partial(_review, step="confirm")
review_return = partial(_review, step="return", note="出典を書いてください。")


def publish(world: World, who: str) -> Post:
    address = reverse("admin:kpis_round_publish", args=[world.round.pk])
    page = world.browser("superuser").get(address)
    seen = page.context["preview"].fingerprint if page.status_code == 200 else ""
    typed = {"published_on": f"{TODAY:%Y-%m-%d}", "decision_number": "企画第2号", "seen": seen}
    return address, typed


def unpublish(world: World, who: str) -> Post:
    return reverse("admin:kpis_round_unpublish", args=[world.round.pk]), {"reason": "誤り"}


def amendment(world: World, who: str) -> Post:
    assessment = Assessment.objects.filter(indicator=world.value.indicator).first()
    typed = {
        "assessment": assessment.pk if assessment else 1,
        "kind": "CORRECTION",
        "value": "15",
        "state": "FINAL",
        "reason": "集計の誤り",
        "made_on": f"{TODAY:%Y-%m-%d}",
    }
    return admin_address(Amendment, "add"), typed


def _amendments(world: World) -> bytes:
    return f"指標コード,年度,種類,値,理由\n{world.value.indicator.code},2024,訂正,15,集計の誤り\n".encode()


def amendment_file(world: World, who: str) -> Post:
    return reverse("admin:kpis_amendment_changes"), {"file": SimpleUploadedFile("changes.csv", _amendments(world))}


def amendment_file_confirm(world: World, who: str, *, sender: str = "") -> Post:
    user = world.users[sender or who] or world.users["superuser"]
    assert user
    uploads = AmendmentUploads(user, TODAY)
    kept = uploads.receive("changes.csv", _amendments(world))
    seen = uploads.plan_of(kept).fingerprint
    return reverse("admin:kpis_amendment_preview", args=[kept.pk]), {"seen": seen, "leave_out": "1"}


amendment_file_of_another = partial(amendment_file_confirm, sender="planner")


# Revisions, opinions, accounts


def discard(world: World, who: str) -> Post:
    return reverse("admin:goals_revision_discard", args=[world.revision_draft.pk]), {}


def start_revision(world: World, who: str) -> Post:
    data = {"action": "start_revision", "_selected_action": [world.revision.pk]}
    return admin_address(Revision, "changelist"), data


def adopt(world: World, who: str) -> Post:
    address = reverse("admin:goals_revision_adopt", args=[world.revision_draft.pk])
    return address, {"adopted_on": f"{TODAY:%Y-%m-%d}"}


def focus(world: World, who: str) -> Post:
    """Add what needs attention to what a meeting looks at one by one, and change nothing else."""
    YearlyValue.objects.filter(pk=world.value.pk).update(workflow=Workflow.CONFIRMED, value=0)
    address = admin_address(Meeting, "change", world.opinion.meeting_id)
    return address, {**world.typed_on(address), "fiscal_year": "令和6年度", "_attention": "1"}


def answer_of_another(world: World, who: str) -> Post:
    """Change an opinion that is somebody else's."""
    Opinion.objects.filter(pk=world.opinion.pk).update(author=world.users["planner"])
    address = admin_address(Opinion, "change", world.opinion.pk)
    return address, {**world.typed_on(address), "text": "直した意見"}


def opinion_handed_in(world: World, who: str) -> Post:
    make_meeting(held_on=TODAY)
    return reverse("opinion-new"), {"about": f"indicator:{world.blank.code}", "text": "新しい意見"}


def _opinion_of(world: World, whose: str, do: str) -> Post:
    Opinion.objects.filter(pk=world.opinion.pk).update(author=world.users[whose])
    typed = {"about": f"indicator:{world.blank.code}", "text": "直した意見", "do": do}
    return reverse("opinion-edit", args=[world.opinion.code]), typed


def opinion_of_another(world: World, who: str) -> Post:
    return _opinion_of(world, "own", "submit")


def own_opinion(world: World, who: str) -> Post:
    return _opinion_of(world, who, "submit")


def own_opinion_withdrawn(world: World, who: str) -> Post:
    return _opinion_of(world, who, "withdraw")


def password_of_another(world: World, who: str) -> Post:
    typed = {"usable_password": "true", "password1": "another-horse-battery", "password2": "another-horse-battery"}
    return reverse("admin:auth_user_password_change", args=[world.account.pk]), typed


def own_password(world: World, who: str, *, address: str = "admin:password_change") -> Post:
    typed = {"old_password": PASSWORD, "new_password1": "another-horse-battery"}
    return reverse(address), {**typed, "new_password2": typed["new_password1"]}


own_password_at_the_members_door = partial(own_password, address="password")
