"""jupyterhub-singleuser without the Hub's half: a third of the start, half the memory.

jupyterhub's single-user extension imports a logging function and a few sentences about
scopes, and with them the Hub's handlers, metrics and database. No seat uses those, and
the packages behind them are not installed here (see unneeded.txt). This program puts
empty stand-ins in their place and starts the extension itself, unchanged. What would
use a stand-in for more than its name fails with an AttributeError, that is, closed.

Written for jupyterhub 6.1; tests/images start it against a hub.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import tornado.web


class NoDatabaseError(Exception):
    """Stands in for SQLAlchemyError, which nothing raises here."""


class NoHealthCheckHandler(tornado.web.RequestHandler):
    """Stands in for the Hub's health check, which the log is quiet about."""


def no_metrics(handler: tornado.web.RequestHandler) -> None:
    """Stand in for the Hub's metrics of a request; the server has its own."""


def stand_in(name: str, **names: Any) -> None:
    """Put a module of that name in place, which holds `names` and nothing else."""
    module = ModuleType(name)
    module.__dict__.update(names)
    sys.modules[name] = module
    package, _, child = name.rpartition(".")
    if package:
        setattr(import_module(package), child, module)


def main() -> None:
    """Start the seat's server."""
    stand_in("sqlalchemy", func=None)
    stand_in("sqlalchemy.exc", SQLAlchemyError=NoDatabaseError)
    stand_in("jupyterhub.orm")
    stand_in("jupyterhub.metrics", prometheus_log_method=no_metrics)
    stand_in("jupyterhub.handlers")
    stand_in("jupyterhub.handlers.pages", HealthCheckHandler=NoHealthCheckHandler)
    import_module("jupyterhub.singleuser").main()


if __name__ == "__main__":
    main()
