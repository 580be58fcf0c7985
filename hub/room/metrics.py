"""Metrics of the room service, in Prometheus' words; numbers only, no names."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from hub.room.journal import Commit


class Metrics:
    """What is counted in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.attempts = Counter(
            "airlift_attempts",
            "Attempts by what became of them",
            ["answer"],
            registry=self.registry,
        )
        self.notes = Counter(
            "airlift_notes",
            "Notes of seats by what became of them",
            ["answer"],
            registry=self.registry,
        )
        for answer in ("new", "known", "refused"):
            self.attempts.labels(answer)
            self.notes.labels(answer)
        self.refusals = Counter(
            "airlift_refusals",
            "Requests refused, by code",
            ["code"],
            registry=self.registry,
        )
        self._commits = Histogram(
            "airlift_commit_seconds",
            "Seconds of one transaction of the journal",
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
            registry=self.registry,
        )
        self._rows = Counter(
            "airlift_journal_rows", "Entries committed", registry=self.registry
        )
        self._failures = Counter(
            "airlift_commit_failures",
            "Transactions that could not be saved",
            registry=self.registry,
        )

    def committed(self, commit: Commit) -> None:
        """Count one transaction."""
        if commit.error:
            self._failures.inc()
            return
        self._commits.observe(commit.seconds)
        self._rows.inc(commit.rows)

    def watch(self, name: str, doc: str, value: Callable[[], float]) -> None:
        """Show a value that is looked up when somebody asks."""
        Gauge(name, doc, registry=self.registry).set_function(value)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)
