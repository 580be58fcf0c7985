"""Lists of keys as vendors hand them out; bad lines are named, keys never."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from hub.vouchers import VoucherError, read_keys


def written(folder: Path, text: str) -> Path:
    """Write a list of keys."""
    path = folder / "keys.csv"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "key,expires\nA-1,2027-01-31\nB-2,\n",
        "\ufeffKey;Expires\r\nA-1;2027-01-31\r\nB-2;\r\n",
        'expires,key\n2027-01-31,"A-1"\n\n,B-2\n',
    ],
)
def test_a_list_is_read_as_spreadsheets_write_it(tmp_path: Path, text: str) -> None:
    """Commas or semicolons, any order of columns; a date lasts until its end."""
    first, second = read_keys(written(tmp_path, text))
    end = datetime(2027, 2, 1).timestamp() * 1000
    assert (first["key"], first["expires_at"], first["line"]) == ("A-1", end, 2)
    assert (second["key"], second["expires_at"]) == ("B-2", None)


def test_a_time_of_day_counts(tmp_path: Path) -> None:
    """In this machine's zone, unless the list says another."""
    text = "key,expires\nA,2027-01-31T18:00\nB,2027-01-31T18:00+00:00\n"
    first, second = read_keys(written(tmp_path, text))
    assert first["expires_at"] == datetime(2027, 1, 31, 18).timestamp() * 1000
    assert second["expires_at"] == 1_801_418_400_000


def test_a_key_that_ends_in_the_last_year_there_is_never_ends(tmp_path: Path) -> None:
    """Some vendors write that for a key without an end."""
    (found,) = read_keys(written(tmp_path, "key,expires\nA,9999-12-31\n"))
    assert found["expires_at"] is None


def test_every_bad_line_is_named_and_no_key_is_told(tmp_path: Path) -> None:
    """All at once: what was expected, in which line."""
    text = (
        "key,expires\nSECRET-1,SECRET-0\n,2027-01-31\nSECRET-2\nSECRET-2\nX,,SECRET\n"
    )
    with pytest.raises(VoucherError) as error:
        read_keys(written(tmp_path, text))
    assert str(error.value).splitlines() == [
        "keys.csv, line 2: expires: expected a date like 2027-01-31, got other words",
        "keys.csv, line 3: key: expected one line of text, got none",
        "keys.csv, line 5: key: it is there in line 4 already",
        "keys.csv, line 6: expected 2 columns, got 3",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "got nothing"),
        ("serial,until\nA,B", "got other words"),
        ("key,name\nA,B", "got other words"),
        ("SECRET-1\nSECRET-2\n", "got other words"),
    ],
)
def test_other_columns_are_refused(tmp_path: Path, text: str, said: str) -> None:
    """The first line has to say which column is which; without one it is a key."""
    with pytest.raises(VoucherError, match=said) as error:
        read_keys(written(tmp_path, text))
    assert "secret" not in str(error.value).casefold()
    long = "x" * 200_000
    with pytest.raises(VoucherError, match=r"line 2: expected CSV, got: field larger"):
        read_keys(written(tmp_path, f"key\n{long}\n"))
    with pytest.raises(VoucherError, match="there is none"):
        read_keys(tmp_path / "none.csv")
