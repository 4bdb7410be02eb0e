from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kanazawa_strategy.settings")

handler = get_wsgi_application()

from kanazawa_strategy.serving.public_pages import PublicPages  # noqa: E402 - needs the apps, which now are there
from kanazawa_strategy.serving.stored_first import StoredFirst  # noqa: E402

application = StoredFirst(handler, PublicPages.newest)
