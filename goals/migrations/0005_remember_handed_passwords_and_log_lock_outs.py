import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0004_log_the_restoring_of_backups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="auditevent",
            name="action",
            field=models.CharField(
                choices=[
                    ("LOGIN", "ログイン"),
                    ("LOGOUT", "ログアウト"),
                    ("LOGIN_FAILED", "ログイン失敗"),
                    ("LOCKED_OUT", "ログインの停止"),
                    ("UNLOCKED", "ログイン停止の解除"),
                    ("SESSION_ENDED", "時間切れ"),
                    ("EXPORT", "書き出し"),
                    ("IMPORT", "取り込み"),
                    ("OPEN", "受付の開始と締切"),
                    ("SUBMIT", "提出"),
                    ("CONFIRM", "確認"),
                    ("RETURN", "差戻し"),
                    ("PUBLISH", "公表"),
                    ("UNPUBLISH", "公表の取消し"),
                    ("AMEND", "公表後の変更"),
                    ("ADOPT", "改訂の決定"),
                    ("DISCARD", "改訂の案の取りやめ"),
                    ("PERMISSION", "権限の変更"),
                    ("PASSWORD", "パスワードの変更"),
                    ("RESTORE", "バックアップからの復元"),
                    ("SECOND_FACTOR", "2段階認証"),
                ],
                max_length=20,
                verbose_name="操作",
            ),
        ),
        migrations.CreateModel(
            name="HandedPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="渡した日時")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handed_password",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="利用者",
                    ),
                ),
            ],
            options={
                "verbose_name": "本人が決めていないパスワード",
                "verbose_name_plural": "本人が決めていないパスワード",
            },
        ),
    ]
