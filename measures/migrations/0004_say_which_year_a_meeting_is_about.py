import django.db.models.deletion
import goals.notation.fields
import simple_history.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kpis', '0004_keep_the_rating_of_the_committee_with_the_value'),
        ('measures', '0003_keep_the_links_of_opinions_in_their_history'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalmeeting',
            name='fiscal_year',
            field=goals.notation.fields.FiscalYearField(blank=True, help_text='実績値の年度です。例: 令和8年8月の会議で令和7年度の実績を審議するときは、令和7年度。', null=True, verbose_name='審議する評価年度'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='fiscal_year',
            field=goals.notation.fields.FiscalYearField(blank=True, help_text='実績値の年度です。例: 令和8年8月の会議で令和7年度の実績を審議するときは、令和7年度。', null=True, verbose_name='審議する評価年度'),
        ),
        migrations.AlterField(
            model_name='historicalmeeting',
            name='agenda',
            field=models.TextField(blank=True, help_text='1行に1つずつ書きます。', verbose_name='議題'),
        ),
        migrations.AlterField(
            model_name='meeting',
            name='agenda',
            field=models.TextField(blank=True, help_text='1行に1つずつ書きます。', verbose_name='議題'),
        ),
        migrations.AlterField(
            model_name='meeting',
            name='focus_indicators',
            field=models.ManyToManyField(blank=True, help_text='1件ずつ審議する指標です。選ばなかった指標は、一括審議になります。', related_name='focused_in', to='kpis.indicator', verbose_name='重点審査の指標'),
        ),
        migrations.CreateModel(
            name='HistoricalMeeting_focus_indicators',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='measures.historicalmeeting')),
                ('indicator', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='kpis.indicator')),
                ('meeting', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='measures.meeting')),
            ],
            options={
                'verbose_name': 'HistoricalMeeting_focus_indicators',
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
