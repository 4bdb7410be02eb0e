from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kanazawa_strategy.upkeep import loading


class Command(BaseCommand):
    help = "初期データ（fixtures/）の総合戦略を読み込みます。職員が変更・削除したものには手を触れません。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--directory", type=Path, default=None, help="初期データの場所（既定は fixtures/）")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = loading.load(options["directory"] or Path(settings.FIXTURE_DIRS[0]))
        except loading.LoadError as error:
            raise CommandError(f"{error} 何も書き込んでいません。") from error
        self.stdout.write("\n".join(report.lines))
