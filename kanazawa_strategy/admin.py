"""The name of the admin, and what in it spans the apps."""

from __future__ import annotations

from django.contrib import admin
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from goals.admin import DirectionAdmin
from goals.models import Direction, Revision
from kanazawa_strategy.entrance import login_pages
from kanazawa_strategy.sharing import share_pictures
from kpis.admin import RoundAdmin
from kpis.models import Round
from measures.admin import MeasureInline
from measures.admin import round as round_
from measures.admin.revision import RevisionWithChangesAdmin

admin.site.site_header = "金沢版総合戦略 管理画面"
admin.site.site_title = "金沢版総合戦略 管理画面"
admin.site.index_title = "管理"
# The site has no setting for its view.
admin.site.login = login_pages.staff_door  # type: ignore[method-assign]
# Secrets of others are for nobody's eyes: goals.accounts.second_factor has what there is to do.
for model in (TOTPDevice, StaticDevice):
    admin.site.unregister(model)


@admin.register(Direction)
class DirectionWithMeasuresAdmin(DirectionAdmin):
    inlines = [MeasureInline]


@admin.register(Round)
class RoundWithReportsAdmin(RoundAdmin):
    sheets = (*RoundAdmin.sheets, round_.SHEET)
    reviews = (*RoundAdmin.reviews, round_.REVIEW)
    companions = (round_.COMPANION,)
    afterwards = (share_pictures.draw_all,)


admin.site.register(Revision, RevisionWithChangesAdmin)
