"""A demonstration: the real strategy with fictitious values, departments and accounts, from fixtures/demo/."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from goals.accounts import roles
from goals.models import PublicVersion, Revision
from goals.publication import version
from kanazawa_strategy.upkeep import loading
from kanazawa_strategy.upkeep.demo import accounts, committee, figures, plan
from kanazawa_strategy.upkeep.demo.files import DemoError, read
from kpis.models import Round, YearlyValue
from measures.models import MeasureReport

__all__ = ["DemoError", "is_loaded", "load"]


def is_loaded() -> bool:
    """Tell whether this database is a demonstration, which it then stays."""
    return version.current().is_demo


def load(fixtures: Path, password: str) -> None:
    """Fill a database without values, all or nothing; raise DemoError with a sentence where that can't be."""
    with transaction.atomic():
        _refuse_real_data()
        accounts.refuse_taken_names()
        accounts.check(password)
        loading.load(fixtures)
        roles.sync()
        plan.assign_departments()
        plan.describe_indicators()
        users = accounts.create(password)
        office = users["kikaku"]
        revision = read("revision.json")
        before = [
            row for row in read("rounds.json") if row.get("published_on", "9999") < revision["revision"]["adopted_on"]
        ]
        after = [row for row in read("rounds.json") if row not in before]
        for row in before:
            figures.fill_round(row, office)
        plan.adopt_revision(revision)
        for row in after:
            figures.fill_round(row, office)
        figures.amend(office)
        committee.meet(users)
        version.bump()
        PublicVersion.objects.update(is_demo=True)


def _refuse_real_data() -> None:
    """Refuse where the city has begun its own work: values, reports, rounds, revisions after the files'."""
    for found, what in (
        (YearlyValue.objects.exists(), "実績値"),
        (MeasureReport.objects.exists(), "取組報告"),
        (Round.objects.exists(), "評価年度"),
        (Revision.objects.filter(strategy__edition=plan.EDITION, number__gt=plan.REVISED).exists(), "新しい改訂"),
    ):
        if found:
            raise DemoError(
                f"このデータベースには、すでに本物の{what}が登録されているため、デモデータは読み込めません。"
                "別のデータベースで make demo を実行してください。"
            )
