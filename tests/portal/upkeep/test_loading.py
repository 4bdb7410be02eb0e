from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from goals.models import Department, Strategy, Theme, ThemeSection
from goals.publication import version as public_version
from kanazawa_strategy.upkeep import loading
from kanazawa_strategy.upkeep.loading import Outcome
from kpis.models import Indicator, Target
from measures.models import Measure, Opinion
from tests.portal.sources import FIXTURES, fields, rewrite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_strategy")]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a copy of what is loaded already, for a test to change."""
    return Path(shutil.copytree(FIXTURES, tmp_path / "fixtures"))


# Loading again


def test_a_newer_fixture_reaches_rows_that_staff_left_alone(files: Path) -> None:
    version = public_version.current().number

    def change(rows: list[dict[str, Any]]) -> None:
        fields(rows, code="3-1-K03")["name"] = "公式LINEの登録者数"
        fields(rows, code="3-2-2-07")["themes"] = [["iju"]]
        fields(rows, code="3-4-K02")["source_note"] = ""

    rewrite(files, "third_strategy.json", change)
    report = loading.load(files)
    assert (report.total[Outcome.UPDATED], report.left) == (3, [])
    assert Indicator.objects.get(code="3-1-K03").name == "公式LINEの登録者数"
    assert [theme.slug for theme in Measure.objects.get(code="3-2-2-07").themes.all()] == ["iju"]
    assert Indicator.objects.get(code="3-4-K02").source_note == ""
    assert public_version.current().number == version + 1
    assert loading.load(files).total[Outcome.UNCHANGED] == report.total.total()


def test_a_row_that_the_fixture_adds_is_created(files: Path) -> None:

    def change(rows: list[dict[str, Any]]) -> None:
        rows.append({"model": "goals.department", "fields": {"code": "kodomo", "name": "こども政策課"}})

    rewrite(files, "departments.json", change)
    assert loading.load(files).total[Outcome.CREATED] == 1


# What staff did


def test_what_staff_changed_stays_even_when_the_fixture_is_newer(files: Path) -> None:
    indicator = Indicator.objects.get(code="3-1-K03")
    indicator.department = Department.objects.get()
    indicator.save()
    Measure.objects.get(code="3-1-1-01").themes.clear()
    rewrite(files, "third_strategy.json", lambda rows: fields(rows, code="3-1-K03").update(name="別の名前"))
    report = loading.load(files)
    indicator.refresh_from_db()
    assert (indicator.name, indicator.department) == (
        "市公式LINE（ひとり親家庭向け配信）の登録者数",
        Department.objects.get(),
    )
    assert not Measure.objects.get(code="3-1-1-01").themes.exists()
    assert report.total[Outcome.CHANGED] == 2
    assert any("third_strategy.json" in line and "3-1-K03" in line for line in report.left)


def test_saving_a_form_without_a_change_is_no_change() -> None:
    section = ThemeSection.objects.get(theme__slug="kodomo", order=3)
    section.body = section.body.replace("\n", "\r\n")
    section.save()
    assert loading.load(FIXTURES).left == []


def test_what_staff_corrected_as_the_fixture_now_does_is_followed_again(files: Path) -> None:
    Theme.objects.filter(slug="iju").update(summary="移住の話")
    for summary, outcome in [("移住の話", Outcome.UNCHANGED), ("定住の話", Outcome.UPDATED)]:
        rewrite(files, "themes.json", lambda rows, text=summary: fields(rows, slug="iju").update(summary=text))  # type: ignore[misc]
        assert loading.load(files).counts["goals.theme"][outcome] >= 1
    assert Theme.objects.get(slug="iju").summary == "定住の話"


def test_what_staff_deleted_is_not_made_again() -> None:
    Opinion.objects.get(code="2024-10-22-6").delete()
    Target.objects.get(indicator__code="1-1-N1").delete()
    Indicator.objects.get(code="1-1-N1").delete()
    report = loading.load(FIXTURES)
    assert report.total[Outcome.DELETED] == 3
    assert not Opinion.objects.filter(code="2024-10-22-6").exists()
    assert not Indicator.objects.filter(code="1-1-N1").exists()


def test_links_to_what_staff_deleted_are_left_out() -> None:
    Theme.objects.get(slug="iju").delete()
    Measure.objects.get(code="3-2-4-01").delete()
    report = loading.load(FIXTURES)
    assert report.total[Outcome.DELETED] == 1 + 3 + 1
    assert report.total[Outcome.CHANGED] == 0
    assert not Measure.objects.filter(themes__slug="iju").exists()


def test_another_current_strategy_is_not_pushed_aside() -> None:
    Strategy.objects.filter(edition=3).update(is_current=False)
    Strategy.objects.create(edition=4, name="第4次金沢版総合戦略", short_name="第4次", is_current=True)
    assert loading.load(FIXTURES).counts["goals.strategy"][Outcome.CHANGED] == 1
    assert Strategy.objects.get(is_current=True).edition == 4
