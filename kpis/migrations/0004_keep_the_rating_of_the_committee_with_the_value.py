from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kpis', '0003_keep_files_of_amendments_for_their_confirmation'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalyearlyvalue',
            name='committee_comment',
            field=models.TextField(blank=True, verbose_name='推進委員会の意見（公開）'),
        ),
        migrations.AddField(
            model_name='historicalyearlyvalue',
            name='committee_rating',
            field=models.CharField(blank=True, choices=[('DONE', '完了'), ('NOT_DONE', '未完了'), ('KEPT', '維持'), ('NOT_KEPT', '範囲外'), ('ACHIEVED', '目標達成'), ('ON_TRACK', '順調'), ('NEARLY', '概ね順調'), ('BEHIND', '遅れ'), ('FLAT', '横ばい'), ('WORSE', '後退')], help_text='企画調整課が「実績値の確認」で入力し、公表のときに固定されます。', max_length=20, verbose_name='推進委員会の評価'),
        ),
        migrations.AddField(
            model_name='yearlyvalue',
            name='committee_comment',
            field=models.TextField(blank=True, verbose_name='推進委員会の意見（公開）'),
        ),
        migrations.AddField(
            model_name='yearlyvalue',
            name='committee_rating',
            field=models.CharField(blank=True, choices=[('DONE', '完了'), ('NOT_DONE', '未完了'), ('KEPT', '維持'), ('NOT_KEPT', '範囲外'), ('ACHIEVED', '目標達成'), ('ON_TRACK', '順調'), ('NEARLY', '概ね順調'), ('BEHIND', '遅れ'), ('FLAT', '横ばい'), ('WORSE', '後退')], help_text='企画調整課が「実績値の確認」で入力し、公表のときに固定されます。', max_length=20, verbose_name='推進委員会の評価'),
        ),
    ]
