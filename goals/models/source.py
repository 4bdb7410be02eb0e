from __future__ import annotations

from django.db import models


class Sourced(models.Model):
    """A row typed from a document of the city: where it stands there, and what to know about it."""

    source_place = models.CharField(
        "資料での位置",
        max_length=200,
        blank=True,
        help_text="資料名と見出し。例: 第3次金沢版総合戦略の改訂について／基本目標1【主なKPI】",
    )
    source_note = models.TextField(
        "資料についての注記", blank=True, help_text="資料に書かれていないこと、読み替えたことなどを書きます。"
    )

    class Meta:
        abstract = True


class Section(Sourced):
    """One headed piece of text; lines that start with ・ are the items of a list."""

    order = models.PositiveSmallIntegerField("並び順")
    heading = models.CharField("見出し", max_length=100)
    body = models.TextField("本文", help_text="箇条書きは、行の先頭に「・」を付けます。")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.heading

    @property
    def blocks(self) -> list[tuple[str, list[str]]]:
        """Return the body as ("text" or "list", lines) in its order."""
        blocks: list[tuple[str, list[str]]] = []
        for line in filter(None, (line.strip() for line in self.body.splitlines())):
            kind = "list" if line.startswith("・") else "text"
            if not blocks or blocks[-1][0] != kind:
                blocks.append((kind, []))
            blocks[-1][1].append(line.removeprefix("・").strip())
        return blocks
