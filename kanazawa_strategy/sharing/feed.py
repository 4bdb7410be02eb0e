"""The Atom feed of public changes."""

from __future__ import annotations

import datetime

from django.contrib.syndication.views import Feed
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed

from goals.publication import version
from kanazawa_strategy.sharing.news import News, newest_changes

LENGTH = 50


class _Atom(Atom1Feed):
    """An Atom feed that, without any entry, is as old as what is public: the moment of reading would change it each time."""

    def latest_post_date(self) -> datetime.datetime:
        return super().latest_post_date() if self.items else version.current().changed_at


class ChangesFeed(Feed):
    """The newest changes that have a date; an entry keeps its id wherever the portal moves."""

    feed_type = _Atom
    title = "金沢版総合戦略ポータル 公表と改訂の記録"
    subtitle = "実績値の公表、公表後の変更、戦略の改訂をお知らせします。"
    link = reverse_lazy("changes")

    def items(self) -> list[News]:
        return newest_changes(LENGTH)

    def item_title(self, item: object) -> str:
        assert isinstance(item, News)
        return item.text

    def item_description(self, item: object) -> str:
        assert isinstance(item, News)
        return item.summary

    def item_link(self, item: News) -> str:
        return item.url

    def item_guid(self, item: News) -> str:
        return item.identity

    def item_updateddate(self, item: News) -> datetime.datetime | None:
        return _midnight(item.on)

    def item_pubdate(self, item: News) -> datetime.datetime | None:
        return _midnight(item.on)

    def item_categories(self, item: News) -> list[str]:
        return [item.kind]


def _midnight(day: datetime.date | None) -> datetime.datetime | None:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time())) if day else None
