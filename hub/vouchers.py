"""A list of keys as vendors hand them out: a CSV file with `key` and `expires`.

Errors:
    VoucherError: names the file, the line and what was expected; never a key.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

COLUMNS = ("key", "expires")


class VoucherError(ValueError):
    """A list of keys cannot be used as it is."""


def read_keys(path: Path) -> list[dict[str, Any]]:
    """Read a list of keys: each with `key`, `expires_at` (or None) and its `line`.

    Columns are parted by commas or, as some spreadsheets do it, by semicolons. A date
    without a time lasts until its end, in this machine's zone.

    Raises:
        VoucherError: all lines that are wrong.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise VoucherError(f"{path}: expected this file, there is none") from None
    except UnicodeDecodeError:
        raise VoucherError(f"{path.name}: expected text in UTF-8") from None
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    try:
        return _read(path.name, rows)
    except csv.Error as error:
        where = f"{path.name}, line {rows.line_num}"
        raise VoucherError(f"{where}: expected CSV, got: {error}") from None


def _read(name: str, rows: Any) -> list[dict[str, Any]]:
    """Read the heading, and the rows below it."""
    names = [column.strip().casefold() for column in next(rows, [])]
    if "key" not in names or not set(names) <= set(COLUMNS):
        # without a heading this line is a key, so it is not said
        raise VoucherError(
            f"{name}, line 1: expected the columns key and, if keys expire, "
            f"expires; got {'other words' if any(names) else 'nothing'}"
        )
    return _keys(name, names, rows)


def _keys(name: str, names: list[str], rows: Any) -> list[dict[str, Any]]:
    """Read the rows below the heading."""
    found: list[dict[str, Any]] = []
    wrong: list[str] = []
    lines: dict[str, int] = {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        line, cells = rows.line_num, dict(zip(names, row, strict=False))
        key, words = cells.get("key", "").strip(), cells.get("expires", "").strip()
        expires, fault = _time(words)
        if len(row) > len(names):
            fault = f"expected {len(names)} columns, got {len(row)}"
        elif not key or not key.isprintable():
            fault = "key: expected one line of text, got none"
        elif key in lines:
            fault = f"key: it is there in line {lines[key]} already"
        lines.setdefault(key, line)
        if fault:
            wrong.append(f"{name}, line {line}: {fault}")
        found.append({"key": key, "expires_at": expires, "line": line})
    if wrong:
        raise VoucherError("\n".join(wrong))
    return found


def _time(words: str) -> tuple[int | None, str]:
    """Return a time in epoch milliseconds, and what is wrong with it."""
    if not words:
        return None, ""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        # with the columns the other way round this is a key
        return None, "expires: expected a date like 2027-01-31, got other words"
    if moment.year == datetime.max.year:
        return None, ""  # as some write it when a key lasts for ever
    if len(words) <= len("2027-01-31"):
        moment += timedelta(days=1)
    return int(moment.timestamp() * 1000), ""
