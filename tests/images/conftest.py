"""The programs below images/ are no package; their tests import them by name."""

from __future__ import annotations

import sys

from tests.harness import REPOSITORY

sys.path.append(str(REPOSITORY / "images"))
