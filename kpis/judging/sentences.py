"""The sentences that tell a judgement and a figure. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from goals.notation.numbers import Figures, format_percent
from goals.notation.years import FiscalYear
from kpis.judging.facts import Facts
from kpis.judging.words import RATING_ORDER, Group, Rating

# Texts are keyed by the name of a rating, state or kind, with a case behind it: see _pick().
_ABSENT = {
    "UNPUBLISHED": "の実績値はまだ公表されていません。",
    "COLLECTING": "の実績値は集計中です。",
    "NOT_SURVEYED": "は調査を行わない年度です。",
    "NOT_APPLICABLE": "は対象外です。",
}
_TARGETS = {"MILESTONE": "目標は完了{due}です。", "UNSET": "目標値は設定されていません。"}
_LIMITS = {"KEEP_AT_LEAST": "以上", "KEEP_AT_MOST": "以下", "RANGE": "以上{upper}以下"}
_FIRMNESS = {"PRELIMINARY": "速報値", "ESTIMATE": "推計値"}
_PATH = "{base}{base_year}から目標値{target}{due}までの道のり"
_REASONS = {
    "NO_TARGET": "目標値が設定されていないため、評価していません。",
    "ENDED": "{year}は対象外のため、評価していません。",
    "NOT_SURVEYED": "{year}は調査を行わない年度のため、評価していません。",
    "NO_VALUE": "{year}の実績値がまだ登録されていないため、評価していません。",
    "NO_VALUE UNPUBLISHED": "{year}の実績値がまだ公表されていないため、評価していません。",
    "NO_VALUE COLLECTING": "{year}の実績値が集計中のため、評価していません。",
    "BASE_YEAR": "{year}は基準年度のため、評価していません。評価は翌年度からです。",
    "BASE_YEAR early": "{year}は基準年度{base_year}より前のため、評価していません。",
    "DONE": "{year}の時点で完了しているため、「完了」です。",
    "NOT_DONE": "{year}の時点で完了していないため、「未完了」です。",
    "KEPT": "実績値{actual}が、維持する水準（{level}）を満たしているため、「維持」です。",
    "NOT_KEPT": "実績値{actual}が、維持する水準の{bound}{from_bound}ましたので、「範囲外」です。",
    "ACHIEVED": "実績値{actual}が目標値に届いたため、「目標達成」です。",
    "ON_TRACK": "{year}の目安値{expected}に届いているため、「順調」です。",
    "NEARLY": "{year}の目安値{expected}には{lag}届きませんが、目安値までの道のりを{pace}（基準は{near}以上）進んだため、「概ね順調」です。",
    "NEARLY late": "目標年度を迎え、目標値には{lag}届きませんが、基準の{near}以上を進んだため、「未達・あとわずか」です。",
    "BEHIND": "{year}の目安値{expected}には{lag}届かず、進みが目安値までの道のりの{pace}で、基準の{near}に満たないため、「遅れ」です。",
    "BEHIND late": "目標年度を迎え、目標値には{lag}届かず、進みが基準の{near}に満たないため、「未達」です。",
    "BEHIND unknown": "この年度の目安値がないため、目標値に届くまでは「遅れ」とします。",
    "FLAT": "{base}{from_base}ましたが、調査の誤差とみなす{tolerance}未満の差のため、「横ばい」です。",
    "FLAT same": "{base}から変わっていないため、「横ばい」です。",
    "WORSE": "{base}{from_base}、目標から遠ざかったため、「後退」です。",
}
_STANDINGS = {
    "NO_TARGET": _REASONS["NO_TARGET"],
    "BASE_YEAR": "基準年度の値です。{target_is}",
    "BASE_YEAR early": "基準年度{base_year}より前の値です。{target_is}",
    "KEPT": "目標の{level}を維持しています。",
    "NOT_KEPT": "目標の{bound}{from_bound}、維持できていません。",
    "ACHIEVED": "{aim}目標{target}{due}{from_bound}、達成しています。",
    "ON_TRACK": "{way}順調です。",
    "NEARLY": "{way}概ね順調です。",
    "NEARLY late": "{way}未達（あとわずか）です。",
    "BEHIND": "{way}遅れています。",
    "BEHIND late": "{way}未達です。",
    "FLAT": "{way}基準値と比べて横ばいです。",
    "WORSE": "{way}基準値より後退しています。",
    "way": "{aim}目標{target}{due}まで{remaining}。目安値{expected}{from_expected}、",
    "way unknown": "{aim}目標{target}{due}まで{remaining}。目安値はなく、",
    "way late": "{aim}目標{target}{due}には{lag}届かず、",
}


def reason(facts: Facts, near_pace: Decimal) -> str:
    """Say why the judgement is what it is, with its figures; judge() stores this."""
    seen, judged = facts.observation, facts.judgement
    assert seen is not None
    assert judged is not None
    fields = _fields(facts, lambda year: year.short(facts.as_of))
    fields["near"] = format_percent(near_pace, None)
    text = _pick(_REASONS, judged.rating, facts)
    if judged.pace is not None:
        pace = fields["pace"] = format_percent(judged.pace)
        if judged.pace < near_pace and pace == format_percent(near_pace):
            fields["pace"] += "弱"  # 79.96 % prints as the limit itself
    if judged.progress is not None:
        rate = format_percent(judged.progress)
        gone = f"のうち、{rate}まで進みました。" if judged.progress > 0 else f"に対する進捗率は{rate}です。"
        text = _PATH + gone + text
    if seen.state in _FIRMNESS and judged.rating.group is not Group.UNJUDGED:
        text += f"{_FIRMNESS[seen.state]}による判定です。"
    return text.format_map(fields)


def status_sentence(facts: Facts) -> str:
    """Tell a figure in words: the value, the target, the expected value, the change."""
    seen, judged = facts.observation, facts.judgement
    fields = _fields(facts, lambda year: year.long(facts.as_of))
    premise = fields["base_is"] + fields["target_is"]
    if seen is None:
        return f"実績値はまだ公表されていません。{premise}"
    year = FiscalYear(seen.fiscal_year).first_mention(facts.as_of)
    if seen.value is None:
        return f"{year}{_ABSENT[seen.state or 'UNPUBLISHED']}{premise}"
    firmness = f"（{_FIRMNESS[seen.state]}）" if seen.state in _FIRMNESS else ""
    if facts.spec.kind == "MILESTONE":
        done = "完了しています" if seen.value == 1 else "まだ完了していません"
        return f"{year}の時点で{done}{firmness}。{'' if seen.value == 1 else fields['target_is']}"
    standing = premise
    if judged is not None:
        standing = _pick(_STANDINGS, judged.rating, facts).replace("{way}", _pick(_STANDINGS, "way", facts))
    return f"{year}は{fields['actual']}{firmness}。{standing.format_map(fields)}{fields['change']}"


def roll_up_sentence(counts: Mapping[Rating, int], after_target: bool = False) -> str:
    """Write 12件中 達成3・順調4・遅れ2・未判定3: the best first, the unjudged as one."""
    shown = [r for r in reversed(RATING_ORDER) if r.group is not Group.UNJUDGED and counts.get(r)]
    parts = [f"{r.label_in(after_target).removeprefix('目標')}{counts[r]}" for r in shown]
    total = sum(counts.values())
    if unjudged := total - sum(counts[rating] for rating in shown):
        parts.append(f"未判定{unjudged}")
    return f"{total}件中 {'・'.join(parts)}" if parts else "0件"


def _pick(texts: Mapping[str, str], name: str, facts: Facts) -> str:
    """Find the text of a name, in the case that fits where it has several."""
    spec, seen, judged = facts.spec, facts.observation, facts.judgement
    assert seen is not None
    assert judged is not None
    cases = {"late": spec.is_due(seen.fiscal_year), "early": seen.fiscal_year != spec.baseline_year}
    cases |= {"unknown": judged.expected is None, "same": seen.value == spec.start, str(seen.state): True}
    names = [f"{name} {case}" for case, holds in cases.items() if holds]
    return next(texts[found] for found in [*names, name] if found in texts)


def _fields(facts: Facts, style: Callable[[FiscalYear], str]) -> dict[str, str]:
    """Write every figure that a text may name: those of the target, then those of the value."""
    spec, seen, figures = facts.spec, facts.observation, Figures(facts.spec.unit, facts.spec.decimals)
    years = {"base_year": spec.baseline_year, "due": spec.target_year}
    fields = {k: "" if y is None else f"（{style(FiscalYear(y))}）" for k, y in years.items()}
    printed = {"start": spec.start, "target": spec.target, "upper": spec.upper}
    fields |= {k: figures.plain(v) for k, v in printed.items() if v is not None}
    fields["level"] = fields.get("target", "") + _LIMITS.get(spec.kind, "").format_map(fields)
    fields["target_is"] = _TARGETS.get(spec.kind, "目標値は{level}{due}です。").format_map(fields)
    fields["aim"] = "" if spec.rises else "減少を目指しており、"
    fields["base"] = fields["base_is"] = ""
    if spec.start is not None:
        base, at = fields["start"], fields["base_year"]
        fields["base"] = base if spec.starts_from_zero else f"基準値{base}"
        fields["base_is"] = f"{base}{at}から始まり、" if spec.starts_from_zero else f"基準値は{base}{at}、"
    if spec.survey_tolerance is not None:
        fields["tolerance"] = figures.points(spec.survey_tolerance)
    fields["year"] = "" if seen is None else style(FiscalYear(seen.fiscal_year))
    return fields | _value_fields(facts, figures)


def _value_fields(facts: Facts, figures: Figures) -> dict[str, str]:
    """Write the figures of the value and of its judgement, and its change since the last one."""
    spec, seen, judged = facts.spec, facts.observation, facts.judgement
    if seen is None or seen.value is None:
        return {}
    value, bound = seen.value, spec.bound(seen.value)
    fields = {"actual": figures.actual(value), "change": ""}
    if spec.start is not None:
        fields["from_base"] = figures.against(value - spec.start)
    if bound is not None:
        off = value - bound
        fields |= {"bound": figures.plain(bound), "from_bound": figures.against(off), "remaining": figures.gap(off)}
    if judged is not None and judged.expected is not None and judged.margin is not None:
        ahead = judged.margin if spec.rises else -judged.margin
        fields |= {"expected": figures.actual(judged.expected), "from_expected": figures.against(ahead)}
        fields["lag"] = figures.by(judged.margin)
    if facts.previous_value is not None:
        since = "前年度" if facts.previous_year == seen.fiscal_year - 1 else "前回"
        fields["change"] = f"{since}{figures.moved(value - facts.previous_value)}。"
    return fields
