"""The overview of the home page, as one writes it in Dash. PEER_DATA names the figures (JSON); serve `dash_app:server`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from dash import Dash, html

data = json.loads(Path(os.environ["PEER_DATA"]).read_text(encoding="utf-8"))


def goal_card(goal: dict[str, Any]) -> html.Section:
    bar = html.Progress(value=str(goal["share"]), max="1")
    return html.Section(
        [html.H2(goal["name"]), html.P(goal["indicator"]), html.Strong(goal["value"]), bar, html.P(goal["counts"])]
    )


def table(rows: list[dict[str, str]]) -> html.Table:
    head = html.Thead(html.Tr([html.Th(name) for name in rows[0]]))
    return html.Table([head, html.Tbody([html.Tr([html.Td(cell) for cell in row.values()]) for row in rows])])


app = Dash(title=data["title"])
app.layout = html.Main(
    [
        html.H1(data["title"]),
        html.P(data["lead"]),
        *[goal_card(goal) for goal in data["goals"]],
        table(data["indicators"]),
    ]
)
server = app.server
