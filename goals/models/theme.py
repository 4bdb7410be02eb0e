from __future__ import annotations

from django.db import models

from goals.models.source import Section, Sourced


class ThemeQuerySet(models.QuerySet["Theme"]):
    def get_by_natural_key(self, slug: str) -> Theme:
        return self.get(slug=slug)


class Theme(Sourced):
    """A plan or subject that the strategy takes up (関連計画・テーマ): こども, 移住定住, 地方創生2.0."""

    slug = models.SlugField("アドレスの名前", unique=True, help_text="例: kodomo（/themes/kodomo/ になります）")
    label = models.CharField("短い名前", max_length=20, unique=True, help_text="取組に付く札の文字。例: こども")
    name = models.CharField("名称", max_length=100)
    summary = models.TextField("概要", blank=True)
    order = models.PositiveSmallIntegerField("並び順")

    objects = ThemeQuerySet.as_manager()

    class Meta:
        verbose_name = "関連計画・テーマ"
        verbose_name_plural = "関連計画・テーマ"
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return self.label

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return f"/themes/{self.slug}/"


class ThemeSectionQuerySet(models.QuerySet["ThemeSection"]):
    def get_by_natural_key(self, slug: str, order: int) -> ThemeSection:
        return self.get(theme__slug=slug, order=order)


class ThemeSection(Section):
    """A part of a theme's text: principle, viewpoints, policies, target groups, strengths …"""

    theme = models.ForeignKey(Theme, models.CASCADE, related_name="sections", verbose_name="関連計画・テーマ")

    objects = ThemeSectionQuerySet.as_manager()

    class Meta(Section.Meta):
        abstract = False
        verbose_name = "テーマの本文"
        verbose_name_plural = "テーマの本文"
        ordering = ["theme", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["theme", "order"],
                name="theme_section_order_once",
                violation_error_message="同じ並び順の項目がもうあります。",
            )
        ]

    def natural_key(self) -> tuple[str, int]:
        return (self.theme.slug, self.order)

    natural_key.dependencies = ["goals.theme"]  # type: ignore[attr-defined]
