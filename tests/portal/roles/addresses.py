"""Every address of the portal, walked from the resolver, with one example each in the world of round_world.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import URLPattern, get_resolver, reverse

from kpis.amending.file.uploads import AmendmentUploads
from kpis.entry.workbook.uploads import WorkbookUploads
from kpis.models import Workflow
from kpis.round import publishing
from kpis.round.access import Entrant
from tests.makers import make_round, make_value
from tests.portal.roles import deeds
from tests.portal.roles.round_world import TODAY, World
from tests.portal.roles.table_deeds import row_of

_PLAIN = "([^/]+)"
PUBLISHED = 2023  # a year that the public sees already


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver; `name` is that of its table, with the namespace, or the route where it has none."""

    name: str
    route: str
    groups: tuple[str, ...]


def addresses() -> list[Address]:
    """Return all of them, once each."""
    found = {address.name: address for address in _walk(get_resolver().url_patterns, "", "")}
    return [found[name] for name in sorted(found)]


def _walk(patterns: Any, namespace: str, before: str) -> Iterator[Address]:
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if not isinstance(pattern, URLPattern):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, route)
        else:
            name = f"{namespace}{pattern.name}" if pattern.name else f"/{route}"
            yield Address(name, route, tuple(pattern.pattern.regex.groupindex) or _unnamed(route))


def _unnamed(route: str) -> tuple[str, ...]:
    """Name the groups of the routes that don't: a row's own page, and one of its history."""
    return ("object_id", "version_id") if _PLAIN in route else ("id",) if "<id>" in route else ()


def publish_a_year(world: World) -> None:
    """Publish an earlier year, so that there is something to see."""
    make_value(indicator=world.value.indicator, fiscal_year=PUBLISHED, workflow=Workflow.CONFIRMED)
    round_ = make_round(strategy=world.round.strategy, fiscal_year=PUBLISHED)
    publishing.publish(round_, published_on=TODAY, decision_number="企画第0号", user=None)
    world.browser("superuser").post(*deeds.amendment(world, "superuser"))


def kept_uploads(world: World, who: str) -> dict[str, int]:
    """Let somebody's files wait for their confirmation; return their keys."""
    user: Any = world.users.get(who) or world.users["own"]
    values = f"指標コード,実績値\n{world.blank.code},21\n".encode()
    changes = f"指標コード,年度,種類,値,理由\n{world.value.indicator.code},{PUBLISHED},訂正,15,誤り\n".encode()
    return {
        "upload_pk": WorkbookUploads(world.round, Entrant(user, TODAY)).receive("値.csv", values).pk,
        "amendments": AmendmentUploads(user, TODAY).receive("変更.csv", changes).pk,
    }


def path_of(world: World, address: Address, kept: dict[str, int]) -> str:
    """Return a path that exists for an address: of the example row, the open round, the own department."""
    name = address.name.removeprefix("admin:")
    if address.name.startswith("/"):
        return address.name.replace("(?P<url>.*)$", "nowhere/").replace("<path:object_id>", "1")
    given = {group: _part(world, name, group, kept) for group in address.groups}
    if "id" in given or _PLAIN in address.route:
        return reverse(address.name, args=list(given.values()))
    return reverse(address.name, kwargs=given)


def _part(world: World, name: str, group: str, kept: dict[str, int]) -> Any:
    known = {
        "edition": world.round.strategy.edition,
        "number": 1,
        "fiscal_year": world.round.fiscal_year if "preview" in name else PUBLISHED,
        "slug": "planner" if name.startswith("help") else world.theme.slug,
        "name": "values",
        "content_type_id": 1,
        "app_label": "kpis",
        "department": world.own.code,
        "upload_pk": kept["amendments" if name.startswith("kpis_amendment_") else "upload_pk"],
        "code": _code(world, name),
    }
    if group in known:
        return known[group]
    if name.startswith("goals_revision_") and group == "pk":
        return world.revision_draft.pk
    if group == "pk":
        return world.round.pk
    row: Any = row_of(world, _model(name)) if name != "view_on_site" else world.round
    return row.history.latest().pk if group == "version_id" else row.pk


def _model(name: str) -> Any:
    app, model = name.split("_")[:2]
    return apps.get_model(app, model)


def _code(world: World, name: str) -> str:
    if name.startswith("indicator"):
        return world.value.indicator.code.lower()
    if name.startswith("measure"):
        return world.report.measure.code
    if name.startswith("opinion"):
        return world.opinion.code
    return world.own.code if name == "kpis_round_workbook" else world.value.indicator.code
