"""A revision starts as a copy of the one in force, is compared with it, and is adopted."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from goals.models import Revision
from goals.models.event import AuditAction, AuditEvent
from goals.models.strategy import RevisionStatus
from goals.publication import version
from kpis.judging.words import Kind
from kpis.models import Target
from measures import revisions
from measures.comparison import Part, differences
from measures.models import Measure
from tests.makers import (
    make_department,
    make_direction,
    make_expected_value,
    make_indicator,
    make_measure,
    make_revision,
    make_revision_section,
    make_target,
    make_theme,
    make_user,
)

DAY = datetime.date(2026, 3, 24)


def shown(before: str, after: str) -> str:
    """Write the differences as a line: [-gone-] and {+come+}."""
    marks = {Part.SAME: "{}", Part.REMOVED: "[-{}-]", Part.ADDED: "{{+{}+}}"}
    return "".join(marks[segment.part].format(segment.text) for segment in differences(before, after))


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("相談を広げる", "相談を広げる", "相談を広げる"),
        ("", "", ""),
        ("", "併せて周知する", "{+併せて周知する+}"),
        ("併せて周知する", "", "[-併せて周知する-]"),
        ("開催地区を拡大", "開催地区と回数を拡大", "開催地区{+と回数+}を拡大"),
        (
            "交流会を開催し、起業家を支援",
            "オンラインの交流会を開催し、起業家を支援",
            "{+オンラインの+}交流会を開催し、起業家を支援",
        ),
        ("宿泊者数を100人増やす", "宿泊者数を120人増やす", "宿泊者数を[-100-]{+120+}人増やす"),
        (
            "若者の支援を行い、周知も行う",
            "女性の交流を行い、周知も行う",
            "[-若者の支援-]{+女性の交流+}を行い、周知も行う",
        ),
        ("観光客を迎える", "子どもの居場所づくり", "[-観光客を迎える-]{+子どもの居場所づくり+}"),
    ],
)
def test_texts_are_compared_word_by_word(before: str, after: str, line: str) -> None:
    assert shown(before, after) == line


@pytest.mark.parametrize("after", ["首都圏等からの移住を支援", "移住・定住（U・Iターン）を支援\n併せて周知", "A B　C"])
def test_the_pieces_of_a_difference_make_up_both_texts(after: str) -> None:
    before = "首都圏からの移住・定住を支援"
    found = differences(before, after)
    assert "".join(each.text for each in found if each.part != Part.ADDED) == before
    assert "".join(each.text for each in found if each.part != Part.REMOVED) == after
    assert all(each.text for each in found)


def make_plan() -> tuple[Revision, Measure]:
    """Make a revision in force with a measure, its reprint under another heading, and a target."""
    revision = make_revision(adopted_on=datetime.date(2025, 3, 1))
    make_revision_section(revision=revision)
    indicator = make_indicator()
    make_target(indicator=indicator, revision=revision)
    original = make_measure(
        text="相談を広げる",
        detail="併せて周知する。",
        tag="新",
        themes=[make_theme()],
        indicators=[indicator],
        department=make_department(),
        source_place="資料の1ページ",
    )
    make_measure(direction=original.direction, number=9, code="3-1-1-09", text="相談", reprint_of=original)
    return revision, original


def draft_of(revision: Revision, **kwargs: Any) -> Revision:
    return revisions.copy_revision(revision, kwargs.get("name", "令和8年度改訂"), kwargs.get("user"))


@pytest.mark.django_db
def test_a_copy_is_a_draft_with_the_next_number_that_carries_the_measures_on() -> None:
    source, original = make_plan()
    user = make_user()
    draft = draft_of(source, user=user)
    assert (draft.number, draft.name, draft.status, draft.adopted_on) == (2, "令和8年度改訂", "DRAFT", None)
    copy, reprint = draft.measures.order_by("number")
    assert (copy.code, copy.direction, copy.number) == (original.code, original.direction, original.number)
    assert (copy.text, copy.detail, copy.department) == (original.text, original.detail, original.department)
    assert (copy.continues, copy.tag, copy.source_place) == (original, "", "")
    assert list(copy.themes.all()) == list(original.themes.all())
    assert list(copy.indicators.all()) == list(original.indicators.all())
    assert (reprint.reprint_of, reprint.continues) == (copy, source.measures.get(number=9))
    assert {row.history_user for row in copy.history.all()} == {user}
    assert not draft.targets.exists()
    assert not draft.sections.exists()


@pytest.mark.django_db
def test_only_the_revision_in_force_is_carried_on() -> None:
    source, _ = make_plan()
    later = make_revision()
    for row in (source, make_revision(status="DRAFT")):
        with pytest.raises(ValidationError, match=f"いま有効な改訂（{later}）から"):
            draft_of(row)
    assert Revision.objects.count() == 3


@pytest.mark.django_db
def test_a_name_stands_once_in_a_strategy() -> None:
    source, _ = make_plan()
    with pytest.raises(ValidationError, match="同じ名称の改訂がもうあります"):
        draft_of(source, name=source.name)
    assert Revision.objects.count() == 1


@pytest.mark.django_db
def test_an_untouched_copy_differs_in_nothing() -> None:
    source, _ = make_plan()
    found = revisions.compare(source, draft_of(source))
    assert found.is_empty
    assert found.counts == "違いはありません"


@pytest.mark.django_db
def test_a_comparison_tells_new_reworded_moved_and_ended_measures_apart() -> None:
    source, _ = make_plan()
    for number, text in ((2, "動く取組"), (3, "終わる取組"), (4, "改まり動く取組"), (5, "印だけの取組")):
        make_measure(number=number, text=text)
    draft = draft_of(source)
    elsewhere = make_direction(number=7)
    draft.measures.filter(number=1).update(text="相談をさらに広げる")
    draft.measures.filter(number=2).update(direction=elsewhere)
    draft.measures.get(number=3).delete()
    draft.measures.filter(number=4).update(number=3, text="改まり、動く取組")
    draft.measures.filter(number=5).update(tag="改")
    make_measure(revision=draft, direction=elsewhere, number=3, text="新しい取組")
    found = revisions.compare(source, draft)
    assert [row.text for row in found.added] == ["新しい取組"]
    assert [(row.after.text, row.is_moved, row.is_reworded) for row in found.revised] == [
        ("相談をさらに広げる", False, True),
        ("改まり、動く取組", True, True),
        ("印だけの取組", False, False),
    ]
    assert [(row.after.text, row.before_place, row.after_place) for row in found.moved] == [
        ("動く取組", "基本目標1（1）施策の1番目の2番", "基本目標1（7）施策の7番目の2番")
    ]
    assert [row.text for row in found.ended] == ["終わる取組"]
    assert found.counts == "新1件・改3件・移動1件・終了1件"


@pytest.mark.django_db
def test_a_measure_that_continues_another_under_a_new_code_is_no_new_one() -> None:
    source, original = make_plan()
    draft = draft_of(source)
    draft.measures.filter(continues=original).update(code="3-1-1-55")
    assert revisions.compare(source, draft).is_empty


@pytest.mark.django_db
def test_targets_are_compared_with_those_in_force_whichever_revision_set_them() -> None:
    first, _ = make_plan()
    indicator = first.targets.get().indicator
    second = make_revision()
    make_measure(revision=second)
    draft = draft_of(second)
    make_target(indicator=indicator, revision=draft, target=Decimal(25))
    fresh = make_indicator(unit="%")
    make_target(indicator=fresh, revision=draft, kind=Kind.KEEP_AT_LEAST, target=Decimal(95))
    changes = revisions.compare(second, draft).targets
    assert [(row.indicator, row.before_aim, row.after_aim) for row in changes] == [
        (indicator, "20件（令和10年度）", "25件（令和10年度）"),
        (fresh, "", "95%以上を維持（令和10年度）"),
    ]
    assert [(row.base_differs, row.after_base) for row in changes] == [
        (False, "10件（令和5年度）"),
        (True, "10%（令和5年度）"),
    ]


@pytest.mark.django_db
def test_a_target_that_is_set_again_as_it_was_is_no_change() -> None:
    source, _ = make_plan()
    draft = draft_of(source)
    make_target(indicator=source.targets.get().indicator, revision=draft)
    assert revisions.compare(source, draft).targets == []


@pytest.mark.django_db
def test_comparing_every_revision_takes_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    source, _ = make_plan()
    draft = draft_of(source)
    draft.measures.filter(number=1).update(text="相談をさらに広げる")
    make_target(revision=draft)
    rows = list(Revision.objects.select_related("strategy"))
    with django_assert_num_queries(2):
        found = revisions.compare_all(rows)
        assert [row.after_place for row in found[draft.pk].revised]
        assert [row.after_aim for row in found[draft.pk].targets]
    assert source.pk not in found


@pytest.mark.django_db
def test_adopting_puts_the_draft_in_force_and_in_the_log() -> None:
    source, _ = make_plan()
    user = make_user()
    draft, before = draft_of(source), version.current().number
    revisions.adopt(draft, DAY, user)
    draft.refresh_from_db()
    assert (draft.status, draft.adopted_on) == (RevisionStatus.ADOPTED, DAY)
    assert {row.revision for row in Measure.objects.in_force()} == {draft}
    assert version.current().number == before + 1
    event = AuditEvent.objects.get(action=AuditAction.ADOPT)
    assert (event.user, event.summary) == (user, "第3次 令和8年度改訂（2026-03-24決定）")


@pytest.mark.django_db
def test_what_is_broken_is_not_adopted_and_the_sentence_says_why() -> None:
    source, original = make_plan()
    draft = draft_of(source)
    draft.measures.filter(number=9).update(reprint_of=original)
    with pytest.raises(ValidationError, match="取組 3-1-1-09 の再掲元が、この改訂の取組ではありません"):
        revisions.adopt(draft, DAY, None)
    draft.measures.all().delete()
    with pytest.raises(ValidationError, match="取組も目標もありません"):
        revisions.adopt(draft, DAY, None)
    draft.refresh_from_db()
    assert (draft.status, draft.adopted_on) == (RevisionStatus.DRAFT, None)
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_a_revision_that_only_sets_targets_may_be_adopted() -> None:
    draft = make_revision(status="DRAFT")
    make_target(revision=draft)
    revisions.adopt(draft, DAY, None)
    assert Target.objects.adopted().exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on", "says"), [(datetime.date(2025, 2, 28), "前の改訂（第3次 策定時）の決定日より前です"), (DAY, "")]
)
def test_a_revision_is_not_adopted_before_the_one_it_follows(on: datetime.date, says: str) -> None:
    source, _ = make_plan()
    assert says in "".join(revisions.objections(draft_of(source), on))


@pytest.mark.django_db
def test_a_revision_is_adopted_once_and_in_the_order_of_the_numbers() -> None:
    source, _ = make_plan()
    first, second = draft_of(source), draft_of(source, name="別の案")
    revisions.adopt(second, DAY, None)
    with pytest.raises(ValidationError, match="もう決定されています"):
        revisions.adopt(second, DAY, None)
    with pytest.raises(ValidationError, match="あとの番号の改訂（第3次 別の案）が先に決定されています"):
        revisions.adopt(first, DAY, None)


@pytest.mark.django_db
def test_an_old_revision_may_be_registered_after_later_ones_with_its_old_date() -> None:
    later = make_revision(number=2, name="改訂")
    old = make_revision(number=1, status="DRAFT")
    make_measure(revision=old)
    assert revisions.objections(old, DAY) == []
    Revision.objects.filter(pk=later.pk).update(adopted_on=DAY)
    assert revisions.objections(old, DAY - datetime.timedelta(days=1)) == []
    assert "先に決定されています" in revisions.objections(old, DAY)[0]


@pytest.mark.django_db
def test_giving_a_draft_up_leaves_the_history_of_its_rows_and_the_revision_in_force() -> None:
    source, original = make_plan()
    user, draft = make_user(), draft_of(source)
    copy = draft.measures.get(number=1)
    make_revision_section(revision=draft)
    target = make_target(indicator=make_indicator(), revision=draft)
    make_expected_value(target=target)
    gone = revisions.discard(draft, user)
    assert str(gone) == "2取組、1目標、改訂の方針1件"
    assert list(Revision.objects.all()) == [source]
    assert Measure.objects.count() == 2
    assert list(Target.objects.all()) == list(source.targets.all())
    for model, pk in ((Measure, copy.pk), (Target, target.pk)):
        last = model.history.filter(id=pk).latest()
        assert (last.history_type, last.history_user) == ("-", user)
        assert last.history_change_reason == "令和8年度改訂の取りやめ"
    assert list(original.themes.all()) != []
    assert AuditEvent.objects.get(action=AuditAction.DISCARD).user == user


@pytest.mark.django_db
def test_a_draft_whose_measures_continue_one_another_can_be_given_up() -> None:
    source, _ = make_plan()
    draft = draft_of(source)
    draft.measures.filter(number=9).update(continues=draft.measures.get(number=1), reprint_of=None)
    draft.measures.filter(number=1).update(continues=draft.measures.get(number=9))
    revisions.discard(draft, None)
    assert list(Revision.objects.all()) == [source]


@pytest.mark.django_db
def test_a_revision_adopted_meanwhile_is_not_given_up() -> None:
    source, _ = make_plan()
    draft = draft_of(source)
    revisions.adopt(Revision.objects.get(pk=draft.pk), DAY, None)
    with pytest.raises(ValidationError, match="決定した改訂は取りやめられません"):
        revisions.discard(draft, None)
    assert Revision.objects.count() == 2
