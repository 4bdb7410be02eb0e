"""Template tags and filters: thin wrappers over tested functions."""

from __future__ import annotations

from django import template

register = template.Library()
