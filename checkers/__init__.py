"""Checkers: one module per lab, one short function per step.

This is all an author needs::

    from checkers import Work, check, fail

    @check("load-data")
    def load_data(work: Work) -> None:
        flights = work.value("flights", "pandas.DataFrame")
        if len(flights) != 336:
            fail("rows-lost", f"expected 336 rows, your table has {len(flights)}")

A check that returns has passed; it may return one sentence to show beside "Passed.".

AIRLIFT_CHECKERS names one more folder of checkers: those of a place where Airlift is
installed rather than cloned.
"""

from __future__ import annotations

import os

from checkers.engine.check import check, fail
from checkers.engine.nouns import noun as noun
from checkers.engine.strings import _ as _
from checkers.engine.text import name_of as name_of
from checkers.engine.work import Work

__all__ = ["Work", "check", "fail"]

if os.environ.get("AIRLIFT_CHECKERS") not in (None, "", *__path__):
    __path__.insert(0, os.environ["AIRLIFT_CHECKERS"])
