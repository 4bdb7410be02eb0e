from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import F
from django.test import Client

from goals.models import Direction, Revision, Strategy
from goals.models.strategy import RevisionStatus
from kanazawa_strategy.desk import figures as desk_figures
from kanazawa_strategy.upkeep import data_checks
from kpis.judging.words import State
from kpis.models import Indicator, Round, Target, Workflow, YearlyValue
from kpis.round import publishing
from measures.models import Measure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_strategy")]


def make_value(code: str, year: int, value: str, workflow: str = Workflow.CONFIRMED) -> YearlyValue:
    indicator = Indicator.objects.get(code=code)
    return YearlyValue.objects.create(
        indicator=indicator, fiscal_year=year, value=Decimal(value), state=State.FINAL, workflow=workflow
    )


def make_published_round(year: int) -> Round:
    round_ = Round.objects.create(strategy=Strategy.objects.get(is_current=True), fiscal_year=year)
    publishing.publish(round_, published_on=datetime.date(2026, 10, 1), decision_number="1", user=None)
    return round_


def test_the_real_data_is_sound_and_lacks_only_departments() -> None:
    found = data_checks.check()
    assert found.errors == []
    (note,) = found.notes
    assert note.startswith("所管課が決まっていない指標が28件あります（3-1-N1、")


def test_the_table_counts_by_goal() -> None:
    lines = [line.split() for line in data_checks.check().table]
    assert lines[1] == list(data_checks.COLUMNS)
    assert lines[2] == ["基本目標1", "2", "10", "17", "3", "21", "9", "10", "2", "0"]
    assert lines[5:7] == [
        ["基本目標4", "0", "3", "27", "3", "6", "4", "0", "2", "0"],
        ["計", "6", "22", "76", "14", "52", "25", "17", "10", "2"],
    ]
    assert lines[-1] == ["計", "5", "0", "-", "16", "27", "12", "0", "15", "0"]


def no_current() -> None:
    Strategy.objects.update(is_current=False)


def codes_that_differ_in_case() -> None:
    Indicator.objects.filter(code="3-1-K02").update(code="3-1-k01")


def measure_codes_that_differ_in_case() -> None:
    Measure.objects.filter(code="3-1-1-01").update(code="3-1-X-01")
    Measure.objects.filter(code="3-1-1-02").update(code="3-1-x-01")


def reprint_of_a_reprint() -> None:
    Measure.objects.filter(code="3-4-6-01").update(reprint_of=Measure.objects.get(code="3-2-1-03"))


def reprint_of_another_revision() -> None:
    Measure.objects.filter(code="3-4-6-01").update(reprint_of=Measure.objects.get(code="1-1-1-01"))


def reprint_of_a_draft() -> None:
    draft = Revision.objects.create(strategy=Strategy.objects.get(edition=3), number=3, name="案")
    direction = Direction.objects.get(goal__number=1, goal__strategy__edition=3, number=1)
    original = Measure.objects.create(
        code="3-1-1-99", revision=draft, direction=direction, number=99, text="新しい取組"
    )
    Measure.objects.filter(code="3-4-6-01").update(reprint_of=original)


def target_without_its_year() -> None:
    Target.objects.filter(indicator__code="3-3-K05").update(target_year=None)


def baseline_without_its_year() -> None:
    Target.objects.filter(indicator__code="3-1-K01").update(baseline_year=None)


def target_that_cannot_be_judged() -> None:
    Target.objects.filter(indicator__code="3-1-K01").update(target=None)


def indicator_whose_only_target_is_a_draft() -> None:
    Revision.objects.filter(strategy__edition=1).update(status=RevisionStatus.DRAFT)


def milestone_at_a_half() -> None:
    make_value("1-4-N1", 2018, "0.5")


def published_value_without_its_round() -> None:
    make_value("3-1-K01", 2024, "20", Workflow.PUBLISHED)


def published_value_that_was_changed() -> None:
    make_value("3-1-K01", 2024, "20")
    make_published_round(2024)
    YearlyValue.objects.update(value=F("value") + 1)


def published_value_that_vanished() -> None:
    make_value("3-1-K01", 2024, "20")
    make_published_round(2024)
    YearlyValue.objects.all().delete()


CASES = [
    (no_current, "現行の戦略が0件あります。"),
    (codes_that_differ_in_case, "指標のコードが重なっています（3-1-K01、3-1-k01）。"),
    (measure_codes_that_differ_in_case, "取組（第3次 改訂）のコードが重なっています（3-1-X-01、3-1-x-01）。"),
    (reprint_of_a_reprint, "再掲元 3-2-1-03 も再掲です。"),
    (reprint_of_another_revision, "再掲元 1-1-1-01 は、別の改訂（策定時）の取組です。"),
    (reprint_of_a_draft, "再掲元 3-1-1-99 は、まだ決定していない改訂の取組です。"),
    (target_without_its_year, "指標 3-3-K05 の目標（第3次 改訂）に目標年度がありません。"),
    (baseline_without_its_year, "指標 3-1-K01 の目標（第3次 改訂）に基準年度がありません。"),
    (target_that_cannot_be_judged, "指標 3-1-K01 の目標（第3次 改訂）: "),
    (indicator_whose_only_target_is_a_draft, "指標 1-4-N1 には、決定した改訂の目標がありません。"),
    (milestone_at_a_half, "指標 1-4-N1 の平成30年度の実績値は、1（完了）か 0（未完了）にしてください。"),
    (published_value_without_its_round, "指標 3-1-K01 の令和6年度の実績値は公表となっていますが、"),
    (published_value_that_was_changed, "指標 3-1-K01 の令和6年度の実績値が、公表した年度評価の値と違います。"),
    (published_value_that_vanished, "指標 3-1-K01 の令和6年度の年度評価に、公表した実績値がありません。"),
]


def test_what_contradicts_itself_is_found(subtests: pytest.Subtests) -> None:
    for spoil, sentence in CASES:
        with subtests.test(spoil.__name__), transaction.atomic():
            spoil()
            found = [error for error in data_checks.check().errors if sentence in error]
            transaction.set_rollback(True)
            assert len(found) == 1


def test_a_value_that_contradicts_its_state_is_found() -> None:
    value = make_value("3-1-K01", 2024, "20")
    value.state = State.UNPUBLISHED  # The database refuses to store it.
    assert len(list(data_checks._values([value], []))) == 1


def test_zero_is_a_value() -> None:
    make_value("3-3-K03", 2024, "0")
    assert data_checks.check().errors == []


def test_unset_targets_and_milestones_need_no_year() -> None:
    Target.objects.filter(indicator__code__in=["3-1-N2", "1-4-N1"]).update(target_year=None, baseline_year=None)
    assert data_checks.check().errors == []


def test_ended_indicators_need_no_target() -> None:
    Target.objects.filter(indicator__code="3-1-K01").delete()
    Indicator.objects.filter(code="3-1-K01").update(ended_on=datetime.date(2026, 3, 31))
    assert data_checks.check().errors == []


def test_falls_of_cumulative_values_and_other_baselines_are_noted() -> None:
    make_value("3-1-K02", 2022, "14000")
    make_value("3-1-K02", 2023, "16000")
    make_value("3-1-K02", 2024, "15000")
    make_value("3-1-K10", 2024, "60")
    notes = data_checks.check().notes
    assert [note.partition("、")[0] for note in notes[:-1]] == [
        "指標 3-1-K02 の令和6年度の実績値が前の値より小さくなっています。累計の指標です。",
        "指標 3-1-K02 の令和4年度の実績値（14000）が",
    ]


def test_the_command_ends_well_on_sound_data(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_data")
    out = capsys.readouterr().out
    assert "注意: 所管課が決まっていない指標が28件あります" in out
    assert out.endswith("誤りはありません。\n")


# What is in force, not what is drafted or was superseded


def make_draft() -> Revision:
    return Revision.objects.create(strategy=Strategy.objects.get(edition=3), number=3, name="案")


def test_a_draft_is_no_error_while_it_is_written() -> None:
    draft, direction = make_draft(), Direction.objects.get(goal__number=1, goal__strategy__edition=3, number=1)
    elsewhere = Measure.objects.get(code="3-1-1-01", revision__status=RevisionStatus.ADOPTED)
    for number, code in ((98, "3-1-1-9X"), (99, "3-1-1-9x")):
        Measure.objects.create(
            code=code, revision=draft, direction=direction, number=number, text="取組", reprint_of=elsewhere
        )
    Target.objects.create(
        indicator=Indicator.objects.get(code="3-1-K01"), revision=draft, kind="REACH", target=1, target_year=None
    )
    assert data_checks.check().errors == []
    Revision.objects.filter(pk=draft.pk).update(status=RevisionStatus.ADOPTED)
    errors = " ".join(data_checks.check().errors)
    assert "（3-1-1-9X、3-1-1-9x）" in errors
    assert "再掲元 3-1-1-01 は、別の改訂（改訂）の取組です" in errors
    assert "指標 3-1-K01 の目標（第3次 案）に目標年度がありません。" in errors


def test_a_target_that_a_later_revision_replaced_is_not_looked_at() -> None:
    old = Target.objects.get(indicator__code="3-3-K05")
    Target.objects.filter(pk=old.pk).update(target_year=None)
    draft = make_draft()
    new = Target.objects.create(
        indicator=old.indicator,
        revision=draft,
        kind=old.kind,
        baseline=1,
        baseline_year=2023,
        target=9,
        target_year=2028,
    )
    assert data_checks.targets_in_force().filter(pk=old.pk).exists()
    assert len(data_checks.check().errors) == 1
    Revision.objects.filter(pk=draft.pk).update(status=RevisionStatus.ADOPTED)
    in_force = set(data_checks.targets_in_force().values_list("pk", flat=True))
    assert new.pk in in_force
    assert old.pk not in in_force
    assert data_checks.check().errors == []


def test_the_desk_counts_targets_in_force_and_leads_to_them(planner_client: Client) -> None:
    old, other = Target.objects.get(indicator__code="3-3-K05"), Target.objects.get(indicator__code="3-1-K01")
    Target.objects.filter(pk__in=[old.pk, other.pk]).update(target_year=None)
    draft = make_draft()
    for indicator in (old.indicator, Indicator.objects.get(code="3-1-K02")):
        Target.objects.create(indicator=indicator, revision=draft, kind="REACH", baseline=1, target=9)

    def figures() -> list[tuple[str, int, int]]:
        found = desk_figures.data_checks()[:2]
        lists = [planner_client.get(figure.url) for figure in found]
        return [
            (figure.label, figure.number, page.context["cl"].result_count)
            for figure, page in zip(found, lists, strict=True)
        ]

    assert figures() == [("目標年度のない目標", 2, 2), ("基準年度のない目標", 0, 0)]
    Revision.objects.filter(pk=draft.pk).update(status=RevisionStatus.ADOPTED)
    assert figures() == [("目標年度のない目標", 3, 3), ("基準年度のない目標", 2, 2)]
