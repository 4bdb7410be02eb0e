from __future__ import annotations

import pytest
from django.core.management import call_command

from goals.models import Department, Theme
from goals.publication import version as public_version
from kanazawa_strategy.upkeep import loading
from kanazawa_strategy.upkeep.loading import Outcome
from kpis.models import Indicator
from measures.models import Measure
from tests.portal.sources import FIXTURES


def test_loading_twice_changes_nothing(db: None) -> None:
    first = loading.load(FIXTURES)
    version, histories = public_version.current().number, Measure.history.count()
    again = loading.load(FIXTURES)
    assert set(first.total) == {Outcome.CREATED}
    assert again.total == {Outcome.UNCHANGED: first.total[Outcome.CREATED]}
    assert (public_version.current().number, Measure.history.count()) == (version, histories)


def test_the_first_load_is_made_public_and_kept_in_the_history(db: None) -> None:
    before = public_version.current().number
    loading.load(FIXTURES)
    assert public_version.current().number == before + 1
    record = Indicator.objects.get(code="3-1-K03").history.get()
    assert (record.history_type, record.history_change_reason) == ("+", "初期データ")


@pytest.mark.once
def test_a_row_that_staff_made_first_stays_theirs(db: None) -> None:
    Department.objects.create(code="kikaku", name="企画の課")
    report = loading.load(FIXTURES)
    assert report.counts["goals.department"] == {Outcome.CHANGED: 1}
    assert Department.objects.get().name == "企画の課"


@pytest.mark.once
def test_the_command_says_what_it_did(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_strategy")
    Theme.objects.filter(slug="iju").update(summary="")
    Theme.objects.filter(slug="kodomo").update(summary="変えた")
    call_command("load_strategy")
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("作成 214件・更新 0件・変更なし 0件")
    assert last == "職員が変更したため残したもの: themes.json の1件目（関連計画・テーマ kodomo）"
