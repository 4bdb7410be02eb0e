"""The data package holds what it says: a validator reads it, and the CSV files by it."""

from __future__ import annotations

import datetime
import json
import warnings
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from goals.models import Strategy
from goals.models.strategy import RevisionStatus
from kanazawa_strategy import opendata
from kpis.judging.words import Kind, State
from kpis.models import Indicator, Workflow
from kpis.round import publishing
from tests.makers import (
    make_direction,
    make_goal,
    make_indicator,
    make_measure,
    make_opinion,
    make_revision,
    make_round,
    make_target,
    make_theme,
    make_value,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of frictionless and what it imports
    import frictionless

pytestmark = [pytest.mark.django_db, pytest.mark.once]

FIXTURES = ("departments", "themes", "first_strategy", "third_strategy", "committee")


def write(place: Path) -> Path:
    """Write the package and the files that it describes as they stand under /opendata/."""
    release = opendata.current()
    for name, dataset in opendata.DATASETS.items():
        (place / f"{name}.csv").write_bytes(opendata.dataset_csv(dataset, release))
    file = place / "datapackage.json"
    file.write_bytes(opendata.data_package(release))
    return file


def errors_in(file: Path) -> list[Any]:
    report = frictionless.validate(str(file), type="package")
    assert len(report.tasks) == 6
    return [*report.flatten(["name", "rowNumber", "fieldName", "message"]), *report.errors]


def make_hard_rows() -> None:
    """Make one of each thing that a reader may stumble over."""
    goal = make_goal(source_note="まちなり、\nまちのり", other_kpi_count=None)
    make_indicator(goal=goal, name="目標のない指標", unit="")
    for number, kind in enumerate(Kind):
        indicator = make_indicator(goal=goal, name=f'=指標"{number}",')
        make_target(indicator=indicator, kind=kind, target_upper=Decimal(30) if kind == Kind.RANGE else None)
    zero = make_indicator(direction=make_direction(goal=goal))
    make_target(indicator=zero, starts_from_zero=True, baseline_note="-")
    make_value(indicator=zero, value=Decimal(0), note="-5", workflow=Workflow.CONFIRMED)
    states = iter(State)
    for indicator in Indicator.objects.exclude(pk=zero.pk).exclude(targets__kind=Kind.MILESTONE)[:7]:
        make_value(indicator=indicator, state=next(states), workflow=Workflow.CONFIRMED)
    publishing.publish(make_round(), published_on=datetime.date(2025, 9, 1), decision_number="1", user=None)
    old = make_measure(revision=make_revision(name="前の版"), text="取組\n続き", tag="新")
    draft = make_measure(revision=make_revision(name="案", status=RevisionStatus.DRAFT), code="3-1-1-99")
    later = make_revision(name="後の版")
    new = make_measure(revision=later, continues=old, themes=[make_theme(), make_theme(slug="iju")])
    make_measure(revision=later, reprint_of=new, continues=draft)
    make_opinion(goal=goal, measures=[old, new], indicators=[zero, indicator], response_class="PARTLY")
    make_opinion(goal=goal)


def test_a_validator_accepts_the_package_and_its_files(tmp_path: Path) -> None:
    make_hard_rows()
    assert errors_in(write(tmp_path)) == []


def test_a_validator_accepts_the_package_of_the_real_strategies(tmp_path: Path) -> None:
    call_command("loaddata", *FIXTURES, verbosity=0)
    assert errors_in(write(tmp_path)) == []
    assert (tmp_path / "opinions.csv").read_text("utf-8-sig").count("\n") == 7


def test_a_validator_accepts_files_without_rows(tmp_path: Path) -> None:
    assert errors_in(write(tmp_path)) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("values", ",FINAL,", ",final,"),
        ("values", "2024,", "令和6,"),
        ("values", "3-1-K01,", "3-1-K99,"),
        ("goals", "172014,3,1", "172014,,1"),
    ],
)
def test_a_validator_finds_what_breaks_the_contract(tmp_path: Path, name: str, old: str, new: str) -> None:
    make_hard_rows()
    package = write(tmp_path)
    file = tmp_path / f"{name}.csv"
    text = file.read_bytes().decode()
    assert old in text
    file.write_bytes(text.replace(old, new, 1).encode())
    assert errors_in(package)


def test_the_package_tells_licence_version_dates_and_sources(settings: Any) -> None:
    make_hard_rows()
    Strategy.objects.update(name="第3次金沢版総合戦略")
    package = json.loads(opendata.data_package(opendata.current()))
    assert package["licenses"] == [{"title": settings.OPENDATA_LICENSE_NAME, "path": settings.OPENDATA_LICENSE_URL}]
    assert package["sources"] == [{"title": "第3次金沢版総合戦略"}]
    assert package["version"] == "1.0.2"
    assert package["created"].startswith(package["updated"][:4])
    assert [resource["path"] for resource in package["resources"]] == [f"{name}.csv" for name in opendata.DATASETS]


def test_lists_are_declared_as_lists_and_every_field_has_a_title() -> None:
    package = json.loads(opendata.data_package(opendata.current()))
    fields = {
        (resource["name"], field["name"]): field
        for resource in package["resources"]
        for field in resource["schema"]["fields"]
    }
    assert [name for (_, name), field in fields.items() if field["type"] == "list" and field["delimiter"] == ";"] == [
        "themes",
        "measure_codes",
        "indicator_codes",
    ]
    assert all(field["title"] for field in fields.values())
    assert fields["values", "state"]["constraints"]["enum"] == [str(state) for state in State]
