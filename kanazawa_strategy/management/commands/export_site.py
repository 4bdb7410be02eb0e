from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kanazawa_strategy import static_export


class Command(BaseCommand):
    help = "公開サイトの全体を、どのウェブサーバーにも置けるファイルとして書き出します。変わったファイルだけを書き換えます。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "directory", type=Path, metavar="DIR", help="書き出す場所（空か、前に書き出したフォルダー）"
        )
        parser.add_argument(
            "--base-url",
            default=settings.SITE_URL,
            help="置く場所のアドレス。例: https://example.jp/strategy/（既定は SITE_URL）",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = monotonic()
        try:
            base = static_export.Base.of(options["base_url"])
            report = static_export.export(options["directory"], base)
        except static_export.ExportError as error:
            raise CommandError(f"{error} 書き出し先は前のままです。") from error
        self.stdout.write(
            f"{options['directory']} に公開版{report.version}を書き出しました（{base.url}）。"
            f"全{report.files}ファイル、{report.size / 1_000_000:.1f} MB。"
            f"書き換え{len(report.written)}、削除{len(report.removed)}。{monotonic() - started:.1f}秒。"
        )
