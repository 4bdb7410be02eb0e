from __future__ import annotations

from django.contrib import admin
from django.urls import path, re_path

from kanazawa_strategy.pages import about, committee, goals, home, indicators, themes
from measures import views as measures

handler404 = "kanazawa_strategy.pages.errors.not_found"
handler500 = "kanazawa_strategy.pages.errors.failed"

CODE = r"(?P<code>[0-9A-Za-z-]+)"

urlpatterns = [
    path("", home.home, name="home"),
    # /strategies/
    path("strategies/", goals.strategy_list, name="strategy-list"),
    path("strategies/<int:edition>/", goals.strategy_page, name="strategy"),
    path("strategies/<int:edition>/goals/<int:number>/", goals.goal_page, name="goal"),
    # /indicators/
    path("indicators/", indicators.indicator_list, name="indicator-list"),
    re_path(rf"^indicators/{CODE}/$", indicators.indicator_page, name="indicator"),
    # /measures/
    path("measures/", measures.measure_list, name="measure-list"),
    re_path(rf"^measures/{CODE}/$", measures.measure_page, name="measure"),
    # /themes/
    path("themes/<slug:slug>/", themes.theme_page, name="theme"),
    # /committee/
    path("committee/", committee.committee, name="committee"),
    # /about/
    path("about/method/", about.method, name="method"),
    # /admin/
    path("admin/", admin.site.urls),
]
