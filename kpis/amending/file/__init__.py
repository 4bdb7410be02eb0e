"""A file of amendments (公表後の変更): read, shown as a preview, and registered by kpis.amending.changes. Pure of views."""

from __future__ import annotations
