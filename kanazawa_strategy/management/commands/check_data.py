from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kanazawa_strategy.upkeep import data_checks


class Command(BaseCommand):
    help = "登録されているデータを点検します。誤りがあれば文で知らせ、終了コードを1にします。"

    def handle(self, *args: Any, **options: Any) -> None:
        found = data_checks.check()
        for line in found.table:
            self.stdout.write(line)
        for note in found.notes:
            self.stdout.write(f"注意: {note}")
        for error in found.errors:
            self.stderr.write(f"誤り: {error}")
        if found.errors:
            raise CommandError(f"誤りが{len(found.errors)}件あります。")
        self.stdout.write("誤りはありません。")
