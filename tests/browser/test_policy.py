"""The strict Content-Security-Policy holds in a real browser on every page: nothing on any of them breaks it.

Every visitor listens for breaches (visitor.py), so those who look at the public pages, the members' and the guide with axe
(test_accessibility.py) are not sent there again: here are the pages in print, opened charts, the admin, files, errors.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.urls import URLPattern, URLResolver, resolve, reverse
from playwright.sync_api import FilePayload, Page, Route, expect

from goals.admin.base import PortalAdmin
from goals.models import Department, Revision
from kpis.models import Round
from kpis.models.upload import Upload
from measures import revisions
from tests.browser.places import DEMONSTRATION, LOST, YEAR_KINDS
from tests.browser.test_charts import START
from tests.browser.visitor import Visitor
from tests.makers import make_user

# What of a page of the admin comes to life only by a hand: calendars and clocks, rows that are added, folded parts
HANDLES = (".datetimeshortcuts a", ".add-row a", ".selector-chooseall, .selector-add", ".theme-toggle")
FILES_AND_ACTIONS = {
    *("jsi18n", "autocomplete", "view_on_site", "logout", "password_change_done", "app_list"),
    *("kpis_round_workbook", "kpis_round_workbooks", "kpis_round_intake_report"),
    *("kpis_amendment_template", "kpis_amendment_report"),
    *("kpis_sheet_row", "measures_sheet_row"),
}

pytestmark = DEMONSTRATION


def use(page: Page) -> None:
    """Unfold what is folded, and press each kind of handle once."""
    page.evaluate(
        """(handles) => {
            document.querySelectorAll("details").forEach((each) => { each.open = true; });
            handles.forEach((handle) => document.querySelector(handle)?.click());
        }""",
        list(HANDLES),
    )


def test_printed_pages_keep_the_policy(visitor: Visitor) -> None:
    visitor.page.emulate_media(media="print")
    for path in [*YEAR_KINDS, "/indicators/3-1-n1/", "/strategies/3/"]:
        use(visitor.open(path))


@pytest.mark.skipif(
    not finders.find("plotly/plotly-basic.min.js"),
    reason="Plotly's script is not installed (make test installs it into DATA_DIR/vendor).",
)
@pytest.mark.parametrize("path", ["/indicators/3-1-n1/", "/strategies/3/goals/1/", "/strategies/3/"])
def test_opened_charts_keep_the_policy(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    buttons = page.get_by_role("button", name=START)
    for _ in range(buttons.count()):
        count = page.locator("figure.chart-drawn").count()
        buttons.first.press("Enter")
        expect(page.locator("figure.chart-drawn")).to_have_count(count + 1)
    box = page.locator(".chart-live .main-svg").first.bounding_box()
    assert box
    for step in range(10):
        page.mouse.move(box["x"] + box["width"] * step / 10, box["y"] + box["height"] / 2)
    with page.expect_download():
        page.locator(".modebar-btn[data-title='PNG画像で保存']").first.click()


# The admin


def pages_of_models(stock_of: str = "kpis") -> list[str]:
    """Return the pages of every table that a superuser may open, for its last row.

    Those that are made from one template for all tables only for the tables of one app, or for all (""); the lists of
    the others are opened in test_admin_layout.py.
    """
    request: Any = SimpleNamespace(user=User.objects.get(username="admin"), method="GET")
    found = []
    for model, owner in admin.site._registry.items():
        row = model._default_manager.order_by("pk").last()
        start = f"admin:{model._meta.app_label}_{model._meta.model_name}_"
        if owner.has_add_permission(request):
            found.append(reverse(f"{start}add"))
        if row is not None:
            found.append(reverse(f"{start}change", args=[row.pk]))
        if model._meta.app_label.startswith(stock_of):
            found += stock_pages(model, owner, row, request)
    return found


def stock_pages(model: Any, owner: Any, row: Any, request: Any) -> list[str]:
    start = f"admin:{model._meta.app_label}_{model._meta.model_name}_"
    found = [reverse(f"{start}changelist")]
    if isinstance(owner, PortalAdmin):
        found.append(reverse(f"{start}export"))
        if owner.has_import_permission(request):
            found.append(reverse(f"{start}import"))
    if row is None:
        return found
    found.append(reverse(f"{start}history", args=[row.pk]))
    rows = model._default_manager.all()
    deletable = next((each for each in rows if owner.has_delete_permission(request, each)), None)
    if deletable is not None:
        found.append(reverse(f"{start}delete", args=[deletable.pk]))
    if hasattr(model, "history"):
        record = model.history.first()
        found.append(reverse(f"{start}simple_history", args=[record.id, record.history_id]))
    return found


def pages_of_ours() -> list[str]:
    """Return the pages that stand beside those of the tables."""
    year, published = Round.objects.get(fiscal_year=2026), Round.objects.get(fiscal_year=2025)
    department = Department.objects.get(code="kosodate")
    in_force = Revision.objects.filter(strategy=year.strategy).latest("number")
    return [
        "/admin/",
        "/admin/password_change/",
        reverse("admin:auth_user_password_change", args=[User.objects.get(username="kodomo").pk]),
        reverse("admin:kpis_sheets", args=[year.pk]),
        reverse("admin:kpis_sheet", args=[year.pk, department.code]),
        reverse("admin:measures_sheets", args=[year.pk]),
        reverse("admin:measures_sheet", args=[year.pk, department.code]),
        reverse("admin:kpis_round_review", args=[year.pk]),
        reverse("admin:measures_review", args=[year.pk]),
        reverse("admin:kpis_round_intake", args=[year.pk]),
        reverse("admin:kpis_round_publish", args=[year.pk]),
        reverse("admin:kpis_round_unpublish", args=[published.pk]),
        reverse("admin:kpis_amendment_changes"),
        reverse("admin:goals_revision_changes", args=[in_force.pk]),
    ]


def test_every_page_of_the_admin_keeps_the_policy(visitor: Visitor) -> None:
    visitor.come_as("admin")
    for path in [*pages_of_models(), *pages_of_ours()]:
        use(visitor.open(path))


def test_every_page_of_the_admin_is_among_those_looked_at() -> None:
    """A page that comes to the admin comes to this file too."""
    seen = {resolve(path).url_name for path in [*pages_of_models(""), *pages_of_ours(), "/admin/login/"]}
    later = {"kpis_round_intake_preview", "kpis_amendment_preview", "goals_revision_adopt", "goals_revision_discard"}
    imports = {name for name in names_in(admin.site.get_urls()) if name.endswith("_process_import")}
    missing = names_in(admin.site.get_urls()) - seen - later - imports - FILES_AND_ACTIONS
    assert missing <= unreachable(), "Add a page of this kind to pages_of_ours()."


def names_in(patterns: list[Any]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= names_in(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.add(pattern.name)
    return found


def unreachable() -> set[str]:
    """Return the pages that nobody may open, such as those that would add to a log, and rows that are not there."""
    request: Any = SimpleNamespace(user=User.objects.get(username="admin"), method="GET")
    found = set()
    for model, owner in admin.site._registry.items():
        start = f"{model._meta.app_label}_{model._meta.model_name}_"
        if not owner.has_add_permission(request):
            found.add(f"{start}add")
        if not any(owner.has_delete_permission(request, row) for row in model._default_manager.all()):
            found.add(f"{start}delete")
        if not isinstance(owner, PortalAdmin) or not owner.has_import_permission(request):
            found.add(f"{start}import")
        if not model._default_manager.exists():
            found |= {f"{start}{page}" for page in ("change", "history", "simple_history")}
    return found


def file_of(text: str) -> FilePayload:
    return {"name": "data.csv", "mimeType": "text/csv", "buffer": text.encode()}


def bring(page: Page, text: str, button: str = "内容を確かめる") -> None:
    page.locator("input[type=file]").set_input_files(file_of(text))
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()


def test_files_on_their_way_in_keep_the_policy(visitor: Visitor) -> None:
    visitor.come_as("admin")
    page = visitor.open("/admin/goals/department/import/")
    bring(page, "code,name,order\nkosodate,名前を変えた課,5\nnewcomer,新しい課,7\n")
    expect(page.locator("table.import-preview tr.update")).to_have_count(1)
    expect(page.locator("table.import-preview tr.new")).to_have_count(1)
    page = visitor.open("/admin/goals/department/import/")
    bring(page, "code,name,order\nkosodate,,たくさん\n日本語,,x\n")
    expect(page.locator("#content")).to_contain_text("たくさん")
    expect(page.locator("table.import-preview")).to_have_count(0)

    year = Round.objects.get(fiscal_year=2026)
    page = visitor.open(reverse("admin:kpis_round_intake", args=[year.pk]))
    bring(page, "コード,年度,実績値,状態\n3-1-K02,R8,12,確定\n3-1-K03,R8,約12,確定\n")
    expect(page.locator(".intake-cells")).to_be_visible()
    before = Upload.objects.count()
    page = visitor.open(reverse("admin:kpis_amendment_changes"))
    bring(page, "コード,年度,種類,実績値,理由\n3-1-K02,R7,訂正,12,集計の誤り\n")
    assert Upload.objects.count() == before + 1


def test_a_draft_of_a_revision_keeps_the_policy(visitor: Visitor) -> None:
    latest = Revision.objects.filter(strategy__is_current=True).latest("number")
    draft = revisions.copy_revision(latest, "案", None)
    visitor.come_as("admin")
    for name in ("changes", "adopt", "discard"):
        use(visitor.open(reverse(f"admin:goals_revision_{name}", args=[draft.pk])))


# What nobody hopes to see


def test_pages_about_errors_keep_the_policy(visitor: Visitor) -> None:
    visitor.expect("404")
    visitor.open(LOST)
    visitor.expect("403")
    make_user(username="dareka", is_staff=False)
    visitor.come_as("dareka")
    page = visitor.open("/committee/preview/")
    expect(page.get_by_role("heading", name="このページは見られません")).to_be_visible()
    visitor.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="ログアウトする").click()
    expect(page.get_by_role("heading", name="もう一度送信してください")).to_be_visible()


def test_the_page_of_a_lock_out_keeps_the_policy(visitor: Visitor) -> None:
    visitor.expect("429")
    page = visitor.open("/admin/login/")
    for _ in range(5):
        page.get_by_label("ユーザー名").fill("kodomo")
        page.get_by_label("パスワード").fill("wrong")
        with page.expect_navigation():
            page.get_by_role("button", name="ログイン").click()
    expect(page.get_by_role("heading", name="ログインを止めています")).to_be_visible()


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ("<p style='color: red'>例</p>", "broken: style-src-attr"),
        ("<style>p { color: red }</style>", "broken: style-src-elem"),
        ("<script>document.title = 'x'</script>", "broken: script-src-elem"),
        ("<p onclick='alert(1)'>例</p>", "broken: script-src-attr"),
        ("<img src='//elsewhere.example/x.png' alt=''>", "broken: img-src"),
        ("<iframe src='//elsewhere.example/' title='例'></iframe>", "broken: frame-src"),
    ],
)
def test_what_breaks_the_policy_is_found(visitor: Visitor, markup: str, said: str) -> None:
    policy = visitor.context.request.get("/about/policy/").headers["content-security-policy"]

    def answer(route: Route) -> None:
        body = f"<!doctype html><html lang='ja'><title>例</title><link rel='icon' href='data:,'>{markup}</html>"
        route.fulfill(content_type="text/html; charset=utf-8", body=body, headers={"content-security-policy": policy})

    visitor.page.route("**/wrong/", answer)
    page = visitor.open("/wrong/")
    page.wait_for_timeout(100)
    assert any(said in trouble for trouble in visitor._troubles), visitor._troubles
    visitor._troubles.clear()
