"""Two machines with one PostgreSQL and one Redis are one portal."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from tests.machines import Browser, redis_server, wait_until
from tests.processes import Portal, Server, is_postgresql

pytestmark = [
    pytest.mark.database,  # of its own: it belongs to the tests on PostgreSQL
    pytest.mark.skipif(not is_postgresql(), reason="Machines share a PostgreSQL: see the tests on PostgreSQL."),
    pytest.mark.skipif(not shutil.which("redis-server"), reason="There is no redis-server on this machine."),
]


@dataclass(frozen=True)
class Town:
    """A portal with the Redis that its machines share."""

    portal: Portal
    redis: str
    process: subprocess.Popen[bytes]

    def machine(self, **environment: str) -> AbstractContextManager[Server]:
        return self.portal.served(workers=2, REDIS_URL=self.redis, **environment)


@pytest.fixture
def town(make_portal: Callable[..., Portal], tmp_path: Path) -> Iterator[Town]:
    with redis_server(tmp_path) as (address, process):
        yield Town(make_portal(), address, process)


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
    with town.machine() as one, town.machine() as two:
        assert staff.sign_in(one, "kikaku")
        assert staff.is_known(two, "kikaku")
        assert not visitor.is_known(two, "kikaku")

        for machine in (one, two):
            assert "集計の誤り" not in visitor.get(machine, "/changes/")
        publish(staff, one, "集計の誤りを見つけたため")
        seconds = wait_until(lambda: "集計の誤りを見つけたため" in visitor.get(two, "/changes/"))
        assert seconds < 5, "A publication takes about a second to the other machine."
        wait_until(lambda: "集計の誤りを見つけたため" in visitor.get(one, "/changes/"))
        assert redis.Redis.from_url(town.redis).dbsize(), "The machines share no pages."

        town.process.kill()
        town.process.wait()
        for machine in (one, two):
            assert "金沢版総合戦略" in visitor.get(machine, "/")
            assert staff.is_known(machine, "kikaku")
        publish(staff, two, "もう一度数え直したため、訂正する")
        wait_until(lambda: "もう一度数え直したため" in visitor.get(one, "/changes/"))

        one.kill()
        assert "金沢版総合戦略" in visitor.get(two, "/")
        assert staff.is_known(two, "kikaku")
        assert Browser().sign_in(two, "kodomo")


def test_who_is_locked_out_on_one_machine_is_locked_out_on_the_other(town: Town) -> None:
    with town.machine() as one, town.machine() as two:
        assert Browser().sign_in(two, "iin")
        for _ in range(settings.AXES_FAILURE_LIMIT):
            assert not Browser().sign_in(one, "iin", "not the password")
        assert not Browser().sign_in(two, "iin")
        assert Browser().sign_in(two, "kikaku")
