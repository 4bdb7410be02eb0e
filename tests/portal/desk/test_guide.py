"""The guide inside the admin: who reads it, what it leads to, and that its pictures are there."""

from __future__ import annotations

import re
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from goals.accounts.roles import Role
from kanazawa_strategy.desk import guide
from tests.makers import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ROOT = Path(settings.BASE_DIR)
HELP = ROOT / "templates" / "admin" / "help"
LABELS = {slug: role.label for slug, role in guide.SLUGS.items()}
START, CARD = reverse("help"), reverse("help-card")
PAGES = [CARD, *(reverse("help-role", args=[slug]) for slug in LABELS)]
LARGEST = 150 * 1024  # bytes of a picture


def client_of(*roles: str) -> Client:
    user = make_user(role=roles[0] if roles else "")
    for role in roles[1:]:
        user.groups.add(*make_user(role=role).memberships.values_list("role", flat=True))
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


# Who reads it


@pytest.mark.parametrize("path", [START, *PAGES])
def test_nobody_reads_it_without_logging_in(path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('admin:login')}?next={path}"


@pytest.mark.parametrize("path", [START, *PAGES])
def test_who_may_not_enter_the_admin_does_not_read_it(path: str) -> None:
    client = Client()
    client.force_login(make_user(is_staff=False))
    assert client.get(path).status_code == 302


@pytest.mark.parametrize("slug", LABELS)
def test_it_opens_at_the_user_s_own_role_with_all_others_one_click_away(slug: str) -> None:
    client = client_of(LABELS[slug])
    response = client.get(START)
    assert response.status_code == 302
    own = reverse("help-role", args=[slug])
    assert response["Location"] == own
    page = text(client, own)
    assert f"<h1>使い方: {LABELS[slug]}</h1>" in page
    nav = page[page.index('<nav class="guide-roles"') : page.index('<div class="guide">')]
    assert re.findall(r'href="([^"]+)"', nav)[0] == own
    assert nav.count("あなたの役割") == 1
    for path in PAGES:
        assert f'href="{path}"' in nav
        assert text(client, path)


def test_the_roles_that_the_user_holds_stand_first() -> None:
    client = client_of("企画調整課", "システム管理")
    response = client.get(START)
    assert response["Location"] == reverse("help-role", args=["planner"])
    page = text(client, response["Location"])
    nav = page[page.index('<nav class="guide-roles"') : page.index('<div class="guide">')]
    assert re.findall(r"/admin/help/(\w+)/", nav) == ["planner", "officer", "department", "member", "card"]


def test_a_user_without_a_role_reads_whom_to_ask_and_may_read_every_guide() -> None:
    client = client_of()
    page = text(client, START)
    assert "役割が付いていません" in page
    assert "企画調整課に連絡してください" in page
    for path in PAGES:
        assert text(client, path)


def test_an_unknown_role_has_no_guide() -> None:
    assert client_of("所管課").get("/admin/help/mayor/").status_code == 404


# Where it leads


def test_every_role_has_a_guide() -> None:
    assert set(guide.SLUGS.values()) == set(Role)


def test_the_admin_leads_to_it_from_its_head_and_its_home() -> None:
    client = client_of("所管課")
    home = text(client, reverse("admin:index"))
    head = home[home.index('id="user-tools"') : home.index("</header>")]
    assert f'<a href="{START}">使い方</a>' in head
    main = home[home.index('id="content"') :]
    assert f'href="{START}"' in main
    assert f'href="{CARD}"' in main
    assert f'<a href="{START}">使い方</a>' not in text(Client(), reverse("admin:login"))


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_guide_leads_somewhere(path: str) -> None:
    client = client_of("所管課")
    page = text(client, path)
    main = page[page.index('<div class="guide">') :]
    for address in set(re.findall(r'href="([^"#]+)"', main)):
        assert client.get(address).status_code == 200, address
    for name in set(re.findall(r'href="#([^"]+)"', main)):
        assert main.count(f'id="{name}"') == 1, name


@pytest.mark.parametrize("path", PAGES)
def test_a_guide_has_neither_styles_nor_scripts_of_its_own(path: str) -> None:
    page = text(client_of("所管課"), path)
    main = page[page.index('<div class="guide">') : page.index('<footer id="footer">')]
    assert not re.search(r"<style|<script|\sstyle=|\son\w+=", main)


def test_what_a_guide_quotes_stands_on_the_screens() -> None:
    """Labels of the guide are those of the templates, the scripts, the code, or of Django's own admin."""
    django_words = Path(django.__file__).parent.glob("contrib/a*/locale/ja/LC_MESSAGES/django.po")
    screens = [file for file in ROOT.glob("templates/**/*.html") if HELP not in file.parents]
    code = [file for app in ("goals", "kpis", "measures", "kanazawa_strategy") for file in (ROOT / app).rglob("*.py")]
    scripts = ROOT.glob("static/js/*.js")
    words = "".join(file.read_text() for file in [*screens, *code, *scripts, *django_words]).replace(
        "{{ thing }}", "値"
    )
    examples = {"値が0", "約50", "50〜60"}
    composed = {"評価年度 を追加", "所属・役割 の追加"}  # by Django, of a name and a verb
    quoted = {
        label
        for file in HELP.rglob("*.html")
        for label in re.findall(r"「([^「」]+)」", re.sub(r"{%.*?%}|<[^>]+>", "", file.read_text()))
    }
    assert len(quoted) > 50
    assert {label for label in quoted - examples - composed if label not in words} == set()


# The pictures


def named_in(files: list[Path], pattern: str) -> set[str]:
    return {name for file in files for name in re.findall(pattern, file.read_text())}


def test_the_guide_uses_every_picture_of_its_folder_and_no_other() -> None:
    named = named_in(list(HELP.rglob("*.html")), r"picture=pictures\.([\w-]+)")
    assert named
    assert named == {file.stem for file in (ROOT / "static" / guide.PICTURES).iterdir()}


def test_the_documents_use_every_picture_of_their_folder_and_no_other() -> None:
    folder = ROOT / "docs" / "pictures"
    named = named_in([ROOT / "README.md", *ROOT.glob("docs/*.md")], r"!\[[^\]]+\]\((?:docs/)?pictures/([^)]+)\)")
    assert named
    assert named == {file.name for file in folder.iterdir()}


def test_the_script_takes_every_picture() -> None:
    script = (ROOT / ".ci" / "take_pictures.py").read_text()
    for method, folder in (("photograph", ROOT / "docs" / "pictures"), ("cut_out", ROOT / "static" / guide.PICTURES)):
        taken = re.findall(rf'\.{method}\(\s*"([\w-]+)"', script)
        drawn = [file for file in folder.iterdir() if file.suffix != ".svg"]  # made by .ci/architecture.py
        assert sorted(taken) == sorted(file.stem for file in drawn)


def test_a_picture_of_the_guide_is_small_and_comes_with_its_size() -> None:
    page = "".join(text(client_of("所管課"), path) for path in PAGES)
    for name, picture in guide.pictures().items():
        file = ROOT / "static" / picture.path
        assert file.stat().st_size <= LARGEST, name
        assert f'src="/static/{picture.path}"' in page, name
        assert f'width="{picture.width}" height="{picture.height}"' in page, name
        assert 100 < picture.width <= 1280, name
