from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kanazawa_strategy.settings")

handler = get_wsgi_application()

from kanazawa_strategy.publishing import PublicPages  # noqa: E402 - needs the apps, which now are there
from kanazawa_strategy.stored_first import StoredFirst  # noqa: E402

application = StoredFirst(handler, PublicPages.newest)

# What is loaded by now stays to the end: the collector of garbage need not look at it again, nor at every list of
# figures that comes and goes. A cold page takes a third less time.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
