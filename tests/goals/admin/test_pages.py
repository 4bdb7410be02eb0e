"""Every page of the admin opens, in Japanese, with nothing that the strict policy forbids, and in constant queries."""

from __future__ import annotations

import datetime
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.accounts import audit
from goals.admin.base import PortalAdmin
from goals.models import Membership, PublicVersion
from goals.models.event import AuditAction
from kpis.amending import changes
from kpis.judging.words import Kind
from kpis.models import AmendmentKind, Assessment, Round, RoundStatus, Workflow, YearlyValue
from kpis.round import publishing
from tests import makers

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# No inline script, style or handler: default-src 'self' blocks them.
FORBIDDEN = re.compile(r"<script(?![^>]*(?:\bsrc=|application/json))[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:")


def name(model: Any) -> str:
    return str(model._meta.label)


def url(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def make_world(count: int = 1, edition: int = 3) -> None:
    """Make `count` rows and more of everything that the admin shows, and publish a round of them."""
    strategy = makers.make_strategy(edition=edition)
    old = makers.make_revision(strategy=strategy)
    revision = makers.make_revision(strategy=strategy)
    user = makers.make_user(role="所管課", departments=[makers.make_department()])
    round_ = makers.make_round(strategy=strategy, fiscal_year=2024)
    makers.make_round(strategy=strategy, fiscal_year=2025)
    for place in range(count):
        department = makers.make_department()
        goal = makers.make_goal(strategy=strategy)
        direction = makers.make_direction(goal=goal)
        theme = makers.make_theme(slug=f"theme-{edition}-{place}", label=f"札{edition}-{place}")
        makers.make_theme_section(theme=theme)
        makers.make_revision_section(revision=revision)
        indicator = makers.make_indicator(goal=goal, department=department)
        makers.make_target(indicator=indicator, revision=old)
        target = makers.make_target(indicator=indicator, revision=revision, kind=Kind.KEEP_AT_LEAST)
        makers.make_expected_value(target=target)
        makers.make_value(indicator=indicator, workflow=Workflow.CONFIRMED)
        makers.make_value(indicator=indicator, fiscal_year=2025)
        measure = makers.make_measure(direction=direction, revision=revision, themes=[theme], indicators=[indicator])
        makers.make_report(measure=measure)
        meeting = makers.make_meeting(
            held_on=datetime.date(2000 + edition, 1, 1) + datetime.timedelta(days=place), focus_indicators=[indicator]
        )
        makers.make_opinion(meeting=meeting, goal=goal, measures=[measure], indicators=[indicator])
        Membership.objects.create(user=user, department=department)
    publishing.publish(round_, published_on=datetime.date(2025, 9, 1), decision_number="企画第1号", user=user)
    for assessment in Assessment.objects.filter(round=round_):
        change = changes.Change(AmendmentKind.COMMITTEE, "委員会で決めた。", committee_rating="KEPT")
        changes.amend(round_, assessment.indicator, change, user=user, made_on=datetime.date(2025, 10, 1))
        audit.record(AuditAction.EXPORT, "書き出し", user=user)


def assert_clean(content: str) -> None:
    found = FORBIDDEN.search(content)
    assert found is None, content[max(0, found.start() - 80) : found.end() + 80]


def test_every_page_of_every_model_opens_for_a_superuser(super_client: Client, subtests: pytest.Subtests) -> None:
    make_world()
    for model in MODELS:
        with subtests.test(name(model)):
            open_every_page(super_client, model)


def open_every_page(client: Client, model: Any) -> None:
    model_admin = admin.site._registry[model]
    row = model._default_manager.order_by("pk").last()
    request: Any = SimpleNamespace(user=User.objects.get(is_superuser=True), method="GET")
    allowed = {
        "changelist": True,
        "change": True,
        "history": True,
        "add": model_admin.has_add_permission(request),
        "delete": model_admin.has_delete_permission(request, row),
    }
    if isinstance(model_admin, PortalAdmin):
        allowed["export"] = True
        if model is not YearlyValue:  # whose address leads on (tests/kpis/test_admin_value_list.py)
            allowed["import"] = model_admin.has_import_permission(request)
    for page, may in allowed.items():
        args = (row.pk,) if page in {"change", "history", "delete"} else ()
        response = client.get(url(model, page, *args))
        assert response.status_code == (200 if may else 403), page
        assert_clean(response.content.decode())
        if may:
            assert "default-src 'self'" in response.headers["Content-Security-Policy"]


@pytest.mark.once
def test_lists_and_forms_take_the_same_number_of_queries_however_much_there_is(
    super_client: Client, subtests: pytest.Subtests
) -> None:
    make_world(count=1, edition=3)
    rows: dict[Any, Any] = {model: model._default_manager.order_by("pk").last() for model in MODELS}
    pages = {model: [url(model, "changelist"), url(model, "change", row.pk)] for model, row in rows.items()}
    few = {model: [count_queries(super_client, page) for page in pages[model]] for model in MODELS}
    make_world(count=3, edition=4)
    for model in MODELS:
        with subtests.test(name(model)):
            many = [count_queries(super_client, page) for page in pages[model]]
            assert many <= few[model]
            assert many[0] <= 20


@pytest.mark.once
@pytest.mark.parametrize("model", MODELS, ids=name)
def test_a_form_sent_empty_is_answered_with_sentences(super_client: Client, model: Any) -> None:
    response = super_client.post(url(model, "add"), {"_save": "保存"})
    assert response.status_code in {200, 403}
    if response.status_code == 200:
        assert "errornote" in response.content.decode()


def count_queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_the_admin_has_its_japanese_name(super_client: Client) -> None:
    content = super_client.get(reverse("admin:index")).content.decode()
    assert "金沢版総合戦略 管理画面" in content
    assert "管理 | 金沢版総合戦略 管理画面" in content
    assert_clean(content)


@pytest.mark.once
def test_the_confirmation_page_and_the_amendment_form_obey_the_policy(super_client: Client) -> None:
    make_world()
    open_round = Round.objects.get(status=RoundStatus.OPEN)
    assert_clean(super_client.get(reverse("admin:kpis_round_publish", args=[open_round.pk])).content.decode())
    assert_clean(super_client.get(reverse("admin:kpis_amendment_add")).content.decode())
    history = YearlyValue.history.first()
    address = reverse("admin:kpis_yearlyvalue_simple_history", args=[history.id, history.history_id])
    content = super_client.get(address).content.decode()
    assert "ときの内容です" in content
    assert_clean(content)


def test_nobody_takes_a_row_back_through_its_history(super_client: Client) -> None:
    value = makers.make_value()
    old = value.history.first()
    value.value = 99
    value.save()
    address = reverse("admin:kpis_yearlyvalue_simple_history", args=[value.pk, old.history_id])
    assert super_client.post(address, {}).status_code == 403
    value.refresh_from_db()
    assert value.value == 99


def test_a_demonstration_says_so_on_the_staff_s_pages_and_files(super_client: Client) -> None:
    assert "デモデータ" not in super_client.get("/admin/").content.decode()
    PublicVersion.objects.create(pk=1, is_demo=True)
    assert "デモデータ（実績値は架空です）" in super_client.get("/admin/").content.decode()
    response = super_client.post("/admin/goals/strategy/export/", {"format": "0", "resource": "0"})
    assert 'filename="demo-strategy-' in response["Content-Disposition"]
