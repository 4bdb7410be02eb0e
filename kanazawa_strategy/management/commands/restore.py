from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kanazawa_strategy.upkeep.backup import BackupError, restoring


class Command(BaseCommand):
    help = "バックアップのファイルからデータベースを復元します。すべて復元するか、何も変えないかのどちらかです。"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="manage.py backup が作ったファイル")
        parser.add_argument("--yes", action="store_true", help="いまのデータベースの内容を捨てて、置き換えます。")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            manifest = restoring.examine(file, may_replace=options["yes"])
            self.stdout.write(f"{manifest.made_at} のバックアップを復元します（{sum(manifest.rows.values())}行）。")
            if manifest.is_demo:
                self.stdout.write("このバックアップはデモデータ（実績値は架空）です。")
            if missing := manifest.missing():
                self.stdout.write(
                    f"バックアップのあとに加わったマイグレーション{len(missing)}件を適用します: {'、'.join(missing)}"
                )
            number = restoring.restore(file, manifest, self.stdout.write)
        except BackupError as error:
            raise CommandError(f"復元しませんでした。{error} データベースは変わっていません。") from error
        self.stdout.write(f"復元しました。公開版の番号は{number}です。続けて check_data で点検してください。")
