"""Words are found however they are written, and the text stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.notation.folding import fold, holds, pieces, words_of


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ＫＰＩ", "kpi"),
        ("コドモ", "こども"),
        ("ｺﾄﾞﾓ", "こども"),
        ("ヴァイオリン", "ゔぁいおりん"),
        ("１２３", "123"),
        ("㎡", "m2"),
        ("サービス", "さーびす"),
        ("ァアヵヶ", "ぁあゕゖ"),
        ("゠ヷ", "゠ヷ"),  # katakana without a hiragana
    ],
)
def test_width_case_and_kana_do_not_matter(written: str, meant: str) -> None:
    assert fold(written) == meant


def test_a_question_is_cut_at_blanks_of_any_width_and_has_an_end() -> None:
    assert words_of(" 子育て　支援\t子育て ") == ["子育て", "支援"]
    assert words_of("一 二 三 四 五 六 七 八 九") == ["一", "二", "三", "四", "五", "六", "七", "八"]


def test_every_word_has_to_be_there() -> None:
    texts = ["子どもの居場所", "アプリのダウンロード数"]
    assert holds(texts, words_of("こども") + words_of("x")) is False
    assert holds(texts, words_of("あぷり 居場所"))
    assert not holds(texts, words_of("アプリ 観光"))


@pytest.mark.parametrize("question", ["こども", "子ども", "子供", "コドモ", "子", "こどもの居場所"])
def test_whoever_asks_for_one_spelling_means_all(question: str) -> None:
    assert holds(["子どもの居場所"], words_of(question))


@pytest.mark.parametrize(
    ("text", "question", "marked"),
    [
        ("いしかわ中央子育てアプリ", "あぷり", "いしかわ中央子育て[アプリ]"),
        ("ｱﾌﾟﾘとアプリ", "アプリ", "[ｱﾌﾟﾘ]と[アプリ]"),
        ("KPIとＫＰＩ", "kpi", "[KPI]と[ＫＰＩ]"),
        ("ががが", "がが", "[ががが]"),
        ("ｹﾊﾞとケバ", "ば", "ｹ[ﾊﾞ]とケ[バ]"),
        ("\u1112\u1161\u11ab과", "한", "[\u1112\u1161\u11ab]과"),
        ("x\u0301とx", "x", "[x\u0301]と[x]"),
        ("面積10㎡です", "m2", "面積10[㎡]です"),
        ("子どもの居場所とこども", "コドモ", "[子ども]の居場所と[こども]"),
        ("なし", "ある", "なし"),
        ("", "a", ""),
    ],
)
def test_hits_are_found_in_the_text_as_written(text: str, question: str, marked: str) -> None:
    found = pieces(text, words_of(question))
    assert "".join(f"[{part}]" if is_hit else part for part, is_hit in found) == marked


@given(st.text(max_size=40), st.text(max_size=6))
def test_the_pieces_are_the_text_again(text: str, question: str) -> None:
    assert "".join(part for part, _ in pieces(text, words_of(question))) == text


# What folds into more or fewer characters, and spellings of one word
PARTS = ["アプ", "ｱﾌﾟ", "ﾊﾞ", "か\u3099", "゛", "\u309a", "こども", "子供", "㎡", "ﬁ", "İ", "ǰ", "e\u0327\u0301"]
PARTS += ["\u1112\u1161", "\u1112\u1161\u11ab", "\u09c7\u09be", "\uffa8\uffc2", " ", "\u3000", "a"]
WRITTEN = st.lists(st.sampled_from(PARTS), max_size=8).map("".join) | st.text()


@given(WRITTEN, st.integers(0), st.integers(1, 6))
def test_what_is_held_is_marked(text: str, start: int, length: int) -> None:
    first = start % (len(text) or 1)
    for question in (text[first : first + length], fold(text)[first : first + length]):
        words = words_of(question)
        found = list(pieces(text, words))
        assert "".join(part for part, _ in found) == text
        assert any(is_hit for _, is_hit in found) or not (words and holds([text], words))
