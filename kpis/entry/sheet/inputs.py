"""The inputs of a row of the sheet, in Python: a template looks up sixty names a row, most of the time of the page."""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString

from kpis.entry.sheet.row import Row

_WORDS = (("analysis", "要因分析（公開）", 3), ("next_steps", "今後の取組（公開）", 3))
_BREAKS = "定義や調査方法が変わり、前年度までと比べられない（理由を備考に書く）"


def sheet_inputs(row: Row) -> SafeString:
    """Write the cells of the first line: value, state, month and note."""
    code, name, cells, unit = escape(row.code), escape(row.indicator.name), _escaped(row), escape(row.unit_hint)
    return SafeString(
        f'<td class="sheet-value"><input type="hidden" name="{code}-seen" value="{escape(row.seen)}">'
        f'<input type="text" inputmode="decimal" name="{code}-value" value="{cells["value"]}"'
        f' aria-label="{name} 実績値" aria-describedby="said-{code}"{_wrong(row, "value")}>'
        f' <span class="sheet-unit">{unit}</span></td>'
        f'<td><select name="{code}-state" aria-label="{name} 状態"{_wrong(row, "state")}>'
        f'<option value="">選ぶ</option>{row.state_options}</select></td>'
        f'<td><input type="text" name="{code}-available_on" value="{cells["available_on"]}" class="sheet-month"'
        f' placeholder="例 {row.month_sample}" aria-label="{name} 公表予定の年月"{_wrong(row, "available_on")}></td>'
        f'<td><textarea name="{code}-note" rows="2" class="sheet-note" aria-label="{name} 備考"'
        f"{_wrong(row, 'note')}>\n{cells['note']}</textarea></td>"
    )


def sheet_words(row: Row) -> SafeString:
    """Write the second line, folded unless it has to be seen: what the department says of the year."""
    code, cells = escape(row.code), _escaped(row)
    areas = "".join([_area(code, *words, cells[words[0]]) for words in _WORDS])
    return SafeString(
        f"<details{' open' if row.opens else ''}><summary>要因分析・自己評価など（"
        f'<span class="sheet-words">{row.words}</span>件記入）</summary><div class="sheet-fields">{areas}'
        f'<label>所管課の自己評価 <select name="{code}-self_rating"><option value="">選ばない</option>'
        f"{row.self_rating_options}</select></label>"
        f"{_area(code, 'self_comment', '自己評価の理由（公開）', 2, cells['self_comment'])}"
        f'<label>根拠資料のアドレス<input type="text" name="{code}-evidence_url" value="{cells["evidence_url"]}"'
        ' placeholder="https://"></label>'
        f'<label class="sheet-check"><input type="checkbox" name="{code}-breaks_series" value="on"'
        f"{' checked' if cells['breaks_series'] else ''}> {_BREAKS}</label></div></details>"
    )


def _area(code: str, name: str, label: str, lines: int, text: str) -> str:
    # A browser drops one line break at the beginning: without this one it would be the writer's.
    return f'<label>{label}<textarea name="{code}-{name}" rows="{lines}">\n{text}</textarea></label>'


def _escaped(row: Row) -> dict[str, str]:
    return {name: escape(text) for name, text in row.cells.items()}


def _wrong(row: Row, name: str) -> str:
    return ' aria-invalid="true"' if row.errors.get(name) else ""
