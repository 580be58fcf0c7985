"""Make the tables of this lab: data/flights.csv and data/airports.csv.

The flights, airlines and delays are invented; codes, cities and coordinates of the
airports are facts. The same script writes the same bytes on every machine, and the
lab's tests compare them with the files that are kept. What is wrong with the flights
on purpose: copies of rows, codes in small letters or with spaces, minutes with a unit,
cancelled flights without a delay, and one destination that airports.csv lacks.

Run it from anywhere: ``python labs/first_flight/make_data.py [folder]``.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

SEED = 2121
FIRST_DAY = date(2025, 6, 1)
DAYS = 92
UNLISTED = "KEF"
BASES = ("AMS", "BER", "CPH", "DUB", "LIS", "VIE")
ROUTES_PER_BASE = 22
COLUMNS = (
    "date",
    "flight",
    "airline",
    "origin",
    "destination",
    "departure",
    "delay",
    "status",
)
AIRLINES = (("Bluebird", "BB"), ("Nordlys", "NL"), ("Petrel", "PT"), ("Solana", "SO"))
WITH_UNIT = "Petrel"
RARE = {
    ("LIS", "KEF"): (6, 88.0),
    ("DUB", "DBV"): (5, 71.0),
    ("AMS", "TLL"): (4, -7.0),
    ("VIE", "FNC"): (9, -5.0),
    ("BER", "BGO"): (12, 46.0),
}
AIRPORTS = (
    ("AMS", "Amsterdam", "Netherlands", 52.31, 4.76),
    ("ARN", "Stockholm", "Sweden", 59.65, 17.92),
    ("ATH", "Athens", "Greece", 37.94, 23.94),
    ("BCN", "Barcelona", "Spain", 41.30, 2.08),
    ("BER", "Berlin", "Germany", 52.36, 13.51),
    ("BGO", "Bergen", "Norway", 60.29, 5.22),
    ("BIO", "Bilbao", "Spain", 43.30, -2.91),
    ("BLQ", "Bologna", "Italy", 44.53, 11.29),
    ("BOD", "Bordeaux", "France", 44.83, -0.72),
    ("BRU", "Brussels", "Belgium", 50.90, 4.48),
    ("BUD", "Budapest", "Hungary", 47.44, 19.26),
    ("CPH", "Copenhagen", "Denmark", 55.62, 12.66),
    ("CTA", "Catania", "Italy", 37.47, 15.06),
    ("DBV", "Dubrovnik", "Croatia", 42.56, 18.27),
    ("DUB", "Dublin", "Ireland", 53.42, -6.27),
    ("EDI", "Edinburgh", "United Kingdom", 55.95, -3.37),
    ("FAO", "Faro", "Portugal", 37.01, -7.97),
    ("FCO", "Rome", "Italy", 41.80, 12.25),
    ("FNC", "Funchal", "Portugal", 32.70, -16.77),
    ("GDN", "Gdansk", "Poland", 54.38, 18.47),
    ("GOT", "Gothenburg", "Sweden", 57.66, 12.29),
    ("GVA", "Geneva", "Switzerland", 46.24, 6.11),
    ("HEL", "Helsinki", "Finland", 60.32, 24.96),
    ("KEF", "Reykjavik", "Iceland", 63.99, -22.61),
    ("KRK", "Krakow", "Poland", 50.08, 19.78),
    ("LIS", "Lisbon", "Portugal", 38.77, -9.13),
    ("LYS", "Lyon", "France", 45.73, 5.08),
    ("MAD", "Madrid", "Spain", 40.47, -3.56),
    ("MLA", "Valletta", "Malta", 35.86, 14.48),
    ("NAP", "Naples", "Italy", 40.88, 14.29),
    ("OSL", "Oslo", "Norway", 60.19, 11.10),
    ("PMI", "Palma", "Spain", 39.55, 2.74),
    ("PRG", "Prague", "Czechia", 50.10, 14.26),
    ("RIX", "Riga", "Latvia", 56.92, 23.97),
    ("SOF", "Sofia", "Bulgaria", 42.70, 23.41),
    ("TLL", "Tallinn", "Estonia", 59.41, 24.83),
    ("VCE", "Venice", "Italy", 45.51, 12.35),
    ("VIE", "Vienna", "Austria", 48.11, 16.57),
    ("WAW", "Warsaw", "Poland", 52.17, 20.97),
    ("ZAG", "Zagreb", "Croatia", 45.74, 16.07),
    ("ZRH", "Zurich", "Switzerland", 47.46, 8.55),
)
Row = tuple[str, ...]


def main(folder: Path) -> None:
    """Write both tables into `folder`."""
    listed = [airport for airport in AIRPORTS if airport[0] != UNLISTED]
    heading = ("code", "city", "country", "latitude", "longitude")
    _write(folder / "airports.csv", heading, listed)
    chance = random.Random(SEED)  # noqa: S311 - invented data, not a secret
    rows: list[Row] = []
    for number, (origin, destination) in enumerate(_routes(chance)):
        rows += _season(chance, number, origin, destination)
    rows.sort()
    _write(folder / "flights.csv", COLUMNS, _messy(chance, rows))


def _routes(chance: random.Random) -> list[tuple[str, str]]:
    """Choose where each base flies to; the rare routes are always among them."""
    routes = []
    for base in BASES:
        rare = [pair for pair in RARE if pair[0] == base]
        rare_ends = [pair[1] for pair in rare]
        others = [a[0] for a in AIRPORTS if a[0] != base and a[0] not in rare_ends]
        chosen = chance.sample(others, ROUTES_PER_BASE - len(rare))
        routes += [*rare, *((base, code) for code in chosen)]
    return routes


def _season(
    chance: random.Random, number: int, origin: str, destination: str
) -> list[Row]:
    """Fly one route for one season."""
    airline, prefix = AIRLINES[chance.randrange(len(AIRLINES))]
    flight = f"{prefix}{100 + number * 3}"
    hour, minute = chance.randrange(6, 22), chance.choice((0, 10, 25, 35, 50))
    typical = min(2 + chance.expovariate(1 / 8), 42.0)
    days = sorted(chance.sample(range(DAYS), _weekly(chance) * DAYS // 7))
    if (origin, destination) in RARE:
        flights, typical = RARE[origin, destination]
        days = sorted(chance.sample(range(DAYS), flights))
    rows = []
    for day in days:
        when = (FIRST_DAY + timedelta(days=day)).isoformat()
        delay, status = _delay(chance, typical), "flown"
        if chance.random() < 0.019 and (origin, destination) not in RARE:
            delay, status = "", "cancelled"
        elif airline == WITH_UNIT and chance.random() < 0.35:
            delay += " min"
        time = f"{hour:02}:{minute:02}"
        rows.append((when, flight, airline, origin, destination, time, delay, status))
    return rows


def _weekly(chance: random.Random) -> int:
    """Choose how often a week a route is flown."""
    return chance.choices((7, 5, 4, 3), weights=(55, 15, 18, 12))[0]


def _delay(chance: random.Random, typical: float) -> str:
    """Roll one delay in whole minutes: mostly small, sometimes a bad day."""
    minutes = typical - 9 + chance.expovariate(1 / 7) + chance.gauss(0, 3)
    if chance.random() < 0.02:
        minutes += chance.uniform(30, 110)
    return str(max(round(minutes), -18))


def _messy(chance: random.Random, rows: list[Row]) -> Iterable[Row]:
    """Yield the rows as a tired clerk would have typed them."""
    for row in rows:
        typed = _typed(chance, row)
        yield typed
        if chance.random() < 0.009:
            yield typed if chance.random() < 0.6 else _typed(chance, row, slips=1.0)


def _typed(chance: random.Random, row: Row, slips: float = 0.03) -> Row:
    """Type one row, now and then with a slip in a code."""
    cells = list(row)
    for column in (COLUMNS.index("origin"), COLUMNS.index("destination")):
        if chance.random() < slips:
            slip = chance.choice((str.lower, " {}".format, "{} ".format, str.title))
            cells[column] = slip(cells[column])
    return tuple(cells)


def _write(path: Path, heading: Row, rows: Iterable[tuple[object, ...]]) -> None:
    """Write one CSV file with the same line ends everywhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent / "data")
