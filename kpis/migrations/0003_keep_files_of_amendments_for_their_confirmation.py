import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kpis', '0002_return_values_and_remember_mails_and_uploads'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='upload',
            options={'ordering': ['-made_at'], 'verbose_name': 'ファイルの取り込み', 'verbose_name_plural': 'ファイルの取り込み'},
        ),
        migrations.AlterField(
            model_name='upload',
            name='round',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to='kpis.round', verbose_name='評価年度'),
        ),
    ]
