"""Backups: one file with a copy of the database and a manifest of what is in it; made, kept and restored."""

from __future__ import annotations


class BackupError(Exception):
    """It was not done; the sentence says why. Nothing that was there before has changed."""
