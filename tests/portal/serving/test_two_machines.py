"""Two machines with one PostgreSQL, and nothing else in common, are one portal."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from tests.machines import Browser, wait_until
from tests.processes import Portal, Server, is_postgresql

pytestmark = [
    pytest.mark.database,  # of its own: it belongs to the tests on PostgreSQL
    pytest.mark.skipif(not is_postgresql(), reason="Machines share a PostgreSQL: see the tests on PostgreSQL."),
]


@dataclass(frozen=True)
class Town:
    """A portal whose machines have their database in common, and each its own files."""

    portal: Portal
    place: Path

    def machine(self, name: str) -> AbstractContextManager[Server]:
        data, temporary = self.place / name / "data", self.place / name / "temporary"
        temporary.mkdir(parents=True)
        data.mkdir()
        for part in ("static", "vendor"):
            if (self.portal.place / part).exists():
                (data / part).symlink_to(self.portal.place / part)
        return self.portal.served(workers=2, DATA_DIR=str(data), TMPDIR=str(temporary))


@pytest.fixture
def town(make_portal: Callable[..., Portal], tmp_path: Path) -> Town:
    return Town(make_portal(), tmp_path / "town")


def publish(staff: Browser, machine: Server, reason: str) -> None:
    """Correct a published value: citizens see it, with the reason, on /changes/."""
    there = "/admin/kpis/amendment/add/"
    choice = re.search(r'<option value="(\d+)">[^<]*（公表: [\d,.]+', staff.get(machine, there))
    assert choice, "No published value was found."
    day = f"{timezone.localdate():%Y-%m-%d}"
    known = {"kind": "CORRECTION", "value": str(len(reason)), "state": "FINAL", "made_on": day}
    page = staff.post(machine, there, assessment=choice[1], reason=reason, **known)
    assert "errornote" not in page, page


def test_two_machines_are_one_portal(town: Town) -> None:
    visitor, staff = Browser(), Browser()
    with town.machine("one") as one, town.machine("two") as two:
        assert staff.sign_in(one, "kikaku")
        assert staff.is_known(two, "kikaku")
        assert not visitor.is_known(two, "kikaku")

        for machine in (one, two):
            assert "集計の誤り" not in visitor.get(machine, "/changes/")
        publish(staff, one, "集計の誤りを見つけたため")
        seconds = wait_until(lambda: "集計の誤りを見つけたため" in visitor.get(two, "/changes/"))
        assert seconds < 5, "A publication takes about a second to the other machine."
        wait_until(lambda: "集計の誤りを見つけたため" in visitor.get(one, "/changes/"))
        publish(staff, two, "もう一度数え直したため、訂正する")
        wait_until(lambda: "もう一度数え直したため" in visitor.get(one, "/changes/"))

        one.kill()
        assert "金沢版総合戦略" in visitor.get(two, "/")
        assert staff.is_known(two, "kikaku")
        assert Browser().sign_in(two, "kodomo")


def test_who_is_locked_out_on_one_machine_is_locked_out_on_the_other(town: Town) -> None:
    with town.machine("one") as one, town.machine("two") as two:
        assert Browser().sign_in(two, "iin")
        for _ in range(settings.AXES_FAILURE_LIMIT):
            assert not Browser().sign_in(one, "iin", "not the password")
        assert not Browser().sign_in(two, "iin")
        assert Browser().sign_in(two, "kikaku")
