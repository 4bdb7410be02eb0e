from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.portal.sources import DOCUMENTS, document, needs_the_documents, normal, rows

TABLE = Path(__file__).with_name("source_figures.csv")
with TABLE.open(encoding="utf-8", newline="") as file:
    FIGURES = list(csv.DictReader(file))

UNIT = "%|万人|人|件|地区|校区|館|クラブ|者|社(?!会)|事業|品|割|歳|のKPI|ポイント|千|億|円|か所|箇所|年|月|日"
FIGURE = re.compile(
    rf"[0-9][0-9,.]*(?:{UNIT})"
    r"|第[0-9]+(?:子|回)"
    r"|[0-9][0-9,.]*(?=\([RHS][0-9])"
    r"|(?<![A-Za-z])[RHS][0-9]{1,2}(?![0-9])"
    r"|(?:令和|平成|昭和)[0-9元]+"
    r"|(?<![0-9.,])(?:19|20)[0-9]{2}(?![0-9,.])"
)


def indicators() -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in rows()["kpis.indicator"]}


def targets() -> dict[str, dict[str, Any]]:
    return {row["indicator"][0]: row for row in rows()["kpis.target"]}


def of_role(*roles: str) -> list[dict[str, str]]:
    return [figure for figure in FIGURES if figure["role"] in roles]


def test_every_role_of_the_table_is_known() -> None:
    assert {figure["role"] for figure in FIGURES} == {"baseline", "target", "other", "text"}
    assert {figure["document"] for figure in FIGURES} == set(DOCUMENTS)


def test_every_indicator_stands_once_with_baseline_and_target_in_the_table() -> None:
    for role in ("baseline", "target"):
        assert sorted(figure["code"] for figure in of_role(role)) == sorted(indicators())


@pytest.mark.parametrize("figure", of_role("baseline", "target"), ids=lambda row: f"{row['code']}-{row['role']}")
def test_the_fixture_has_the_number_the_unit_and_the_year_of_the_source(figure: dict[str, str]) -> None:
    target, indicator = targets()[figure["code"]], indicators()[figure["code"]]
    stored = target[figure["role"]]
    assert (stored and Decimal(stored)) == (Decimal(figure["value"]) if figure["value"] else None)
    assert target[f"{figure['role']}_year"] == (int(figure["year"]) if figure["year"] else None)
    if figure["value"]:
        assert indicator["unit"] == figure["unit"]
    assert indicator["source_place"] == f"{figure['document']}／{figure['place']}"


@pytest.mark.parametrize("figure", of_role("baseline", "target"), ids=lambda row: f"{row['code']}-{row['role']}")
def test_what_the_source_says_besides_the_number_is_in_the_fixture(figure: dict[str, str]) -> None:
    target, text = targets()[figure["code"]], normal(figure["text"])
    rest = re.sub(r"^[0-9.,]*" + re.escape(figure["unit"]), "", text) if figure["value"] else text
    rest = rest.replace(f"({figure['year_text']})", "")
    note = normal(target.get(f"{figure['role']}_note", ""))
    if target["kind"] == "KEEP_AT_LEAST" and figure["role"] == "target":
        assert (rest, note) == ("以上を維持", "")
    elif rest:
        assert rest.strip("()") == note
    assert target.get("starts_from_zero", False) == (target["kind"] == "REACH" and target["baseline"] is None)


@pytest.mark.parametrize("code", sorted(indicators()))
def test_an_indicator_has_the_decimals_of_its_printed_figures(code: str) -> None:
    printed = [figure["value"] for figure in of_role("baseline", "target") if figure["code"] == code]
    assert indicators()[code]["decimals"] == max(len(value.partition(".")[2]) for value in printed)


def test_other_figures_agree_with_the_fixtures() -> None:
    goals = {f"{row['strategy'][0]}/{row['number']}": row for row in rows()["goals.goal"]}
    for figure in of_role("other"):
        code = figure["code"]
        if code in goals:
            assert goals[code]["other_kpi_count"] == int(figure["value"])
        elif code == "2024-10-22":
            meeting = rows()["measures.meeting"][0]
            year, month, day = meeting["held_on"].split("-")
            assert figure["text"] == f"R{int(year) - 2018}.{int(month)}.{int(day)}"
        else:
            assert code == "1"
    first = next(row for row in rows()["goals.strategy"] if row["edition"] == 1)
    period = [int(figure["year"]) for figure in of_role("other") if figure["code"] == "1"]
    assert period == [first["first_year"], first["last_year"]]


def test_goals_without_a_printed_count_have_none() -> None:
    printed = {figure["code"] for figure in of_role("other")}
    for row in rows()["goals.goal"]:
        if f"{row['strategy'][0]}/{row['number']}" not in printed:
            assert "other_kpi_count" not in row


@pytest.mark.parametrize("figure", of_role("text"), ids=lambda row: f"{row['code']}-{row['text']}")
def test_figures_within_texts_stand_in_the_fixtures(figure: dict[str, str]) -> None:
    texts = [
        "\n".join(value for value in row.values() if isinstance(value, str))
        for found in rows().values()
        for row in found
        if figure["code"] in keys_of(row)
    ]
    assert any(normal(figure["text"]) in normal(text) for text in texts)


def keys_of(row: dict[str, Any]) -> set[str]:
    """Return the names that the table may call a row by."""
    parent: list[Any] = next((row[name] for name in ("indicator", "theme", "revision") if name in row), [])
    section = "/".join(str(part) for part in [*parent, row.get("order", "")]).rstrip("/")
    return {row.get("code", ""), row.get("slug", ""), row.get("held_on", ""), section, *map(str, parent)}


@needs_the_documents
@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_figure_with_a_unit_or_a_year_is_missing_from_the_table(name: str) -> None:
    text = document(name)
    covered: set[int] = set()
    for figure in FIGURES:
        if figure["document"] == name:
            printed = normal(figure["text"])
            spans = [match.span() for match in re.finditer(rf"(?<![0-9.,]){re.escape(printed)}", text)]
            assert spans, f"{figure['text']} is not in the document"
            covered |= {place for span in spans for place in range(*span)}
    found = list(FIGURE.finditer(text))
    assert len(found) > 20
    missed = [text[max(0, m.start() - 10) : m.end() + 10] for m in found if not covered.issuperset(range(*m.span()))]
    assert missed == []


@needs_the_documents
@pytest.mark.parametrize("code", sorted(indicators()))
def test_name_baseline_and_target_stand_together_in_the_document(code: str) -> None:
    indicator, target = indicators()[code], targets()[code]
    name = indicator["source_place"].split("／")[0]
    baseline, goal = (next(f["text"] for f in of_role(role) if f["code"] == code) for role in ("baseline", "target"))
    reduced = "を1割減" if code == "1-2-N1" else ""
    printed = normal(f"{indicator['name']}{reduced}{baseline}→{goal}")
    before = document(name).partition(printed)[0]
    assert before != document(name), printed
    mark = re.search(r"(?:(新|改)・)?$", before)
    assert mark
    assert (mark[1] or "") == target.get("tag", "")
