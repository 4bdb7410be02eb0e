from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from kanazawa_strategy.desk import reminders


class Command(BaseCommand):
    help = "未提出の実績値がある職員に、締切の30・7・1日前と、1・7日後、以後30日ごとにメールを送ります。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="送らずに、送る内容を表示します。")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        if options["dry_run"]:
            for letter in reminders.letters(today):
                self.stdout.write(f"宛先: {letter.user.email or '（メールアドレスなし）'}（{letter.user}）")
                self.stdout.write(f"件名: {letter.subject}\n\n{letter.body(today)}")
            return
        sent, unsent = reminders.send(today)
        self.stdout.write(f"{len(sent)}通を送りました。")
        for letter in unsent:
            self.stdout.write(f"メールアドレスがないため送れませんでした: {letter.user}（{letter.round}）")
