from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.contrib.sitemaps.views import sitemap
from django.urls import path, re_path

from goals.publication.version import public
from kanazawa_strategy.committee import dashboard_pages, meeting_pages, opinion_pages, pack_pages
from kanazawa_strategy.desk import guide
from kanazawa_strategy.entrance import first_password_page, login_pages, second_factor_pages
from kanazawa_strategy.pages import (
    about,
    changes,
    components,
    glossary,
    goals,
    home,
    indicator_files,
    indicators,
    opendata,
    search,
    themes,
    wellknown,
)
from kanazawa_strategy.serving import health
from kanazawa_strategy.sharing.feed import ChangesFeed
from kanazawa_strategy.sharing.sitemap import SITEMAPS
from measures import views as measures

handler400 = "kanazawa_strategy.pages.errors.bad_request"
handler403 = "kanazawa_strategy.pages.errors.forbidden"
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
    path("indicators.csv", indicator_files.list_csv, name="indicator-list-csv"),
    re_path(rf"^indicators/{CODE}\.csv$", indicator_files.years_csv, name="indicator-csv"),
    re_path(rf"^indicators/{CODE}\.json$", indicator_files.years_json, name="indicator-json"),
    re_path(rf"^indicators/{CODE}\.png$", indicator_files.picture, name="indicator-picture"),
    re_path(rf"^indicators/{CODE}/$", indicators.indicator_page, name="indicator"),
    # /embed/
    re_path(rf"^embed/indicators/{CODE}/$", indicators.indicator_embed, name="indicator-embed"),
    # /measures/
    path("measures/", measures.measure_list, name="measure-list"),
    re_path(rf"^measures/{CODE}/$", measures.measure_page, name="measure"),
    # /themes/
    path("themes/<slug:slug>/", themes.theme_page, name="theme"),
    # /committee/
    path("committee/", meeting_pages.committee, name="committee"),
    path("committee/preview/", opinion_pages.start, name="members"),
    path("committee/opinions/new/", opinion_pages.opinion_new, name="opinion-new"),
    path("committee/opinions/<slug:code>/", opinion_pages.opinion_edit, name="opinion-edit"),
    path("committee/<int:fiscal_year>/", dashboard_pages.year, name="committee-year"),
    path("committee/<int:fiscal_year>/goals/<int:number>/", dashboard_pages.goal, name="committee-year-goal"),
    path("committee/<int:fiscal_year>/pack/", pack_pages.pack, name="committee-year-pack"),
    path("committee/<int:fiscal_year>/pack.xlsx", pack_pages.workbook, name="committee-year-workbook"),
    path("committee/preview/<int:fiscal_year>/", dashboard_pages.preview, name="committee-preview"),
    path(
        "committee/preview/<int:fiscal_year>/goals/<int:number>/",
        dashboard_pages.preview_goal,
        name="committee-preview-goal",
    ),
    path("committee/preview/<int:fiscal_year>/pack/", pack_pages.preview, name="committee-preview-pack"),
    path(
        "committee/preview/<int:fiscal_year>/pack.xlsx", pack_pages.preview_workbook, name="committee-preview-workbook"
    ),
    # /changes/
    path("changes/", changes.changes, name="changes"),
    path("changes/feed.xml", public()(ChangesFeed()), name="changes-feed"),
    # /search/
    path("search/", search.search, name="search"),
    # /accounts/
    path("accounts/login/", login_pages.Door.as_view(), name="login"),
    path("accounts/login/code/", second_factor_pages.login_code, name="login-code"),
    path("accounts/login/password/", first_password_page.first_password, name="first-password"),
    path("accounts/second-factor/", second_factor_pages.second_factor, name="second-factor"),
    path("accounts/password/", login_pages.Password.as_view(), name="password"),
    path("accounts/logout/", LogoutView.as_view(next_page="home"), name="logout"),
    # /about/
    path("about/method/", about.method, name="method"),
    path("about/glossary/", glossary.glossary, name="glossary"),
    path("about/components/", components.components, name="components"),  # 404 without DEBUG
    path("about/policy/", about.policy, name="policy"),
    path("about/accessibility/", about.accessibility, name="accessibility"),
    # /opendata/
    path("opendata/", opendata.index, name="opendata"),
    path("opendata/strategy.xlsx", opendata.workbook, name="opendata-workbook"),
    path("opendata/datapackage.json", opendata.data_package, name="opendata-package"),
    path("opendata/<slug:name>-sjis.csv", opendata.dataset_sjis, name="opendata-sjis"),
    path("opendata/<slug:name>.csv", opendata.dataset_csv, name="opendata-csv"),
    path("opendata/<slug:name>.json", opendata.dataset_json, name="opendata-json"),
    # For search engines
    path("sitemap.xml", public("p")(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", wellknown.robots, name="robots"),
    path("favicon.ico", wellknown.favicon, name="favicon"),
    # For load balancers
    path("healthz", health.healthz, name="healthz"),
    # /admin/
    path("admin/help/", admin.site.admin_view(guide.start), name="help"),
    path("admin/help/card/", admin.site.admin_view(guide.card), name="help-card"),
    path("admin/help/<slug:slug>/", admin.site.admin_view(guide.role_page), name="help-role"),
    path("admin/", admin.site.urls),
]
