#!/usr/bin/env python
from __future__ import annotations

import os
import sys


def main() -> None:
    """Run Django's command line for this project."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kanazawa_strategy.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
