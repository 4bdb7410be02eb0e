"""What the demonstration adds to the plan: departments, links, hand-set 目安値, a further revision."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from goals.models import Department, Direction, Revision, RevisionSection
from kanazawa_strategy.upkeep.demo.files import find, read, save
from kpis.models import ExpectedValue, Indicator, Target
from measures import revisions
from measures.models import Measure

EDITION, REVISED = 3, 2


def assign_departments() -> None:
    """Make the departments; each answers for the indicators and measures with its prefixes, the longest first."""
    answers_for = {}
    for row in read("plan.json")["departments"]:
        fields = dict(row)
        prefixes = fields.pop("answers_for")
        department, _ = Department.objects.update_or_create(code=fields.pop("code"), defaults=fields)
        answers_for.update(dict.fromkeys(prefixes, department))
    for indicator in Indicator.objects.all():
        indicator.department = _answering(indicator.code, answers_for)
        save(indicator)
    for measure in Measure.objects.filter(revision__strategy__edition=EDITION):
        measure.department = _answering(measure.code, answers_for)
        save(measure)


def _answering(code: str, answers_for: Mapping[str, Department]) -> Department:
    return answers_for[max((prefix for prefix in answers_for if code.startswith(prefix)), key=len)]


def describe_indicators() -> None:
    """Add definitions and sources, the links between measures and indicators, and 目安値 set by hand."""
    plan = read("plan.json")
    for code, fields in plan["indicators"].items():
        indicator = find(Indicator, code)
        for name, value in fields.items():
            setattr(indicator, name, value)
        indicator.full_clean()
        save(indicator)
    for code, linked in plan["links"].items():
        find(Measure, code, EDITION, REVISED).indicators.set([find(Indicator, one) for one in linked])
    for row in plan["expected_values"]:
        target = find(Target, *row["target"])
        for year, value in row["values"].items():
            ExpectedValue.objects.create(target=target, fiscal_year=int(year), value=Decimal(value))


def adopt_revision(plan: Mapping[str, Any]) -> None:
    """Adopt a further revision: the measures in force copied, some changed, and higher targets."""
    before = find(Revision, EDITION, REVISED)
    after = revisions.copy_revision(before, plan["revision"]["name"], user=None)
    after.summary = plan["revision"]["summary"]
    after.save()
    RevisionSection.objects.create(revision=after, order=1, **plan["section"])
    for section in before.sections.all():
        RevisionSection.objects.create(
            revision=after, order=section.order + 1, heading=section.heading, body=section.body
        )
    for code, fields in plan["targets"].items():
        _copy_target(find(Target, code, EDITION, REVISED), after, fields)
    _change_measures(after, plan)
    revisions.adopt(after, datetime.date.fromisoformat(plan["revision"]["adopted_on"]), user=None)


def _copy_target(target: Target, revision: Revision, fields: Mapping[str, str]) -> None:
    target.pk, target._state.adding = None, True
    target.revision, target.source_place, target.source_note = revision, "", ""
    for name, value in fields.items():
        setattr(target, name, Decimal(value) if name == "target" else value)
    target.full_clean()
    save(target)


def _change_measures(revision: Revision, plan: Mapping[str, Any]) -> None:
    """End, change and add measures of a revision that was copied."""
    for measure in revision.measures.filter(code__in=plan["ended"]):
        measure.delete()
    for code, fields in plan["changed"].items():
        measure = find(Measure, code, EDITION, revision.number)
        for name, value in fields.items():
            setattr(measure, name, value)
        measure.full_clean()
        save(measure)
    for row in plan["new"]:
        fields = dict(row)
        linked = [find(Indicator, code) for code in fields.pop("indicators")]
        fields["direction"] = find(Direction, *fields["direction"])
        fields["department"] = find(Department, fields["department"])
        measure = Measure(revision=revision, **fields)
        measure.full_clean()
        save(measure)
        measure.indicators.set(linked)
