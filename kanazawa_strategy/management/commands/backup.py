from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kanazawa_strategy.upkeep.backup import BackupError, making, retention


class Command(BaseCommand):
    help = (
        "データベースのバックアップを1つのファイルに作り、読み直して確かめます。利用中でも実行できます。"
        "BACKUP_DIR に作ったときは、古いものを BACKUP_KEEP_DAYS と BACKUP_KEEP_MONTHS に従って消します。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", type=Path, metavar="DIR", help="作る場所（既定は BACKUP_DIR）。古いものは消しません。"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        directory: Path = options["to"] or settings.BACKUP_DIR
        try:
            file, made = making.make(directory)
        except BackupError as error:
            raise CommandError(f"バックアップを作れませんでした。{error}") from error
        rows = sum(made.rows.values())
        self.stdout.write(f"バックアップを作り、読み直して確かめました（{len(made.rows)}表、{rows}行）。")
        self.stdout.write(str(file))
        if options["to"] is None:
            days, months = settings.BACKUP_KEEP_DAYS, settings.BACKUP_KEEP_MONTHS
            for name in retention.prune(directory, file, days=days, months=months):
                self.stdout.write(f"古いバックアップを消しました: {name}")
