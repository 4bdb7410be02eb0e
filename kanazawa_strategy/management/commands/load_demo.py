from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kanazawa_strategy import environment
from kanazawa_strategy.upkeep import demo
from kanazawa_strategy.upkeep.demo import accounts
from kanazawa_strategy.upkeep.loading import LoadError


class Command(BaseCommand):
    help = (
        "デモデータ（架空の実績値、所管課、利用者）を読み込みます。本物の実績値があるデータベースには読み込みません。"
        "パスワードは環境変数 DEMO_PASSWORD で決められます。"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        given = environment.text("DEMO_PASSWORD")
        try:
            lines = self._again(given) if demo.is_loaded() else self._first(given)
        except (demo.DemoError, LoadError) as error:
            raise CommandError(f"{error} 何も書き込んでいません。") from error
        self.stdout.write("\n".join((*lines, "実績値、評価、意見、所管課の連絡先は、すべて架空のものです。")))

    def _first(self, given: str) -> list[str]:
        password = given or accounts.new_password()
        demo.load(Path(settings.FIXTURE_DIRS[0]), password)
        return [
            "総合戦略と、デモの実績値・評価・取組報告・意見・所管課・利用者を読み込みました。",
            "利用者（名前、パスワード、入口、役割）:",
            *accounts.lines(password),
            "パスワードが表示されるのは、この1回だけです。",
        ]

    def _again(self, given: str) -> list[str]:
        if given:
            accounts.reset(given)
        return [
            "デモデータはもう読み込まれています。データは変更していません。",
            "利用者（名前、パスワード、入口、役割）:",
            *accounts.lines(given or "********"),
            "パスワードを DEMO_PASSWORD の値に変えました。"
            if given
            else "パスワードは、最初に読み込んだときに表示しました。DEMO_PASSWORD=… を付けて実行すると変えられます。",
        ]
