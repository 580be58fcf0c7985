"""The checker of the lab first_flight: one check for each of its eight steps.

What is right is worked out from the lab's own files (`_season`). Tables are read into
plain lists: that works for every way a table can be built.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import mean, median
from typing import Any

from checkers import Work, answers, check, fail
from checkers.values import column, names, near, need, number, plain, show

ROWS = 9_756
COLUMNS = ("date", "flight", "origin", "destination", "delay", "status")
FEW, BARS, LATE = 30, 10, 15
BY_HAND = {("KEF", "reykjavik"), ("KEF", "keflavik")}  # whoever knows may write it
SECONDS = 5.0  # the first check reads the files, perhaps on a busy machine
NEAR = 0.06
Route = tuple[str, str]


@check("load-data", limit=SECONDS)
def load_data(work: Work) -> str:
    """The whole file is in `flights`, as it is."""
    season = _season(work)
    flights = work.value("flights", "pandas.DataFrame")
    there = list(flights.columns)
    if "city" in there:
        fail("wrong-file", "This is the table of airports. Read data/flights.csv.")
    if "2025-06-01" in there or 0 in there:
        seen = f"The first column is called {show(there[0])}"
        fail("no-header", f"{seen}. read_csv takes the names from the first line.")
    need("flights", flights, *COLUMNS)
    if taken := set(flights.index.names) & set(COLUMNS):
        seen = f"The column {show(min(taken))} is the index of the table now"
        fail("column-as-index", f"{seen}. Read the file without index_col.")
    rows = len(flights)
    cleaned_in_place = season.flown <= rows < season.rows and "clean" in work.namespace
    if rows != season.rows and not cleaned_in_place:
        reason = "rows-lost" if rows < season.rows else "rows-added"
        seen = (
            f"`flights` has {rows:,} rows, the file has {season.rows:,}. Read all of it"
        )
        fail(reason, f"{seen}, once; cleaning comes in the next step.")
    return f"{rows:,} rows, {len(there)} columns."


@check("clean-data", limit=SECONDS)
def clean_data(work: Work) -> str:
    """Codes are tidy, no copies, nothing cancelled, and every delay is a number."""
    season = _season(work)
    clean = work.value("clean", "pandas.DataFrame")
    need("clean", clean, *COLUMNS[:5])
    if not 0 < len(clean) <= ROWS:
        fail("wrong-size", f"`clean` has {len(clean):,} rows. Make it from `flights`.")
    for name in ("origin", "destination"):
        _tidy(clean, name)
    _right_rows(clean, season)
    if texts := [value for value in column(clean, "delay") if isinstance(value, str)]:
        seen = f"`delay` still holds text, such as {show(max(texts, key=len))}"
        fail("delay-not-number", f"{seen}. Take out any unit, then make it numbers.")
    _right_delays([number(value) for value in column(clean, "delay")], season)
    for route, flights in Counter(_routes(clean)).items():
        if flights != len(season.routes.get(route, ())):
            seen = f"{flights} flights go from {show(route[0])} to {show(route[1])}"
            fail("codes-changed", f"{seen}, which is not so in the file.")
    return f"{len(clean):,} flights."


@check("join-airports", limit=SECONDS)
def join_airports(work: Work) -> str:
    """Every flight is still there, beside the city of its destination."""
    season = _season(work)
    joined = work.value("joined", "pandas.DataFrame")
    need("joined", joined, "origin", "destination", "delay", "city", "country")
    _earlier(work, "clean", season)
    if len(joined) != season.flown:
        lost = season.flown - len(joined)
        seen = f"`joined` has {len(joined):,} rows, `clean` has {season.flown:,}"
        if lost < 0:
            fail("rows-doubled", f"{seen}. Join on the airport's code alone.")
        fail("rows-lost", f"{seen}: {lost:,} got lost. Which `how` keeps every flight?")
    empty: Counter[str] = Counter()
    for (start, end), city in zip(_routes(joined), column(joined, "city"), strict=True):
        if isinstance(city, str) and city.strip():
            _right_city(season, start, end, city)
        else:
            empty[end] += 1
    if empty:
        seen = (
            f"{empty.total():,} flights to {', '.join(sorted(empty)[:3])} have no city"
        )
        fail("city-missing", f"{seen}. Fill it with the airport's code.")
    return f"{len(joined):,} flights, each with its city."


@check("delay-by-route", limit=SECONDS)
def delay_by_route(work: Work) -> str:
    """One row for each route, with the number of flights and the average delay."""
    season = _season(work)
    table = work.value("by_route", "pandas.DataFrame")
    _one_row_a_route(work, table, season)
    need("by_route", table, "flights", "mean_delay")
    routes = _routes(table, season)
    if set(routes) != set(season.routes):
        fail("routes-wrong", "The routes are not those of `joined`.")
    for route, count in zip(routes, column(table, "flights"), strict=True):
        flown = len(season.routes[route])
        if number(count) != flown:
            seen = f"{season.name(route)} was flown {flown} times, not {show(count)}"
            fail("flights-wrong", f'{seen}. `"count"` counts.')
    means = [number(value) for value in column(table, "mean_delay")]
    _are_means(season, dict(zip(routes, means, strict=True)))
    return f"{len(table)} routes."


@check("plot-delays", limit=SECONDS)
def plot_delays(work: Work) -> str:
    """Ten bars, the right ones, with a title and a label."""
    season = _season(work)
    ax = work.value("ax", "matplotlib.axes.Axes")
    groups = [group for group in ax.containers if hasattr(group, "orientation")]
    lying = bool(groups) and groups[0].orientation == "horizontal"
    drawn = [bar for group in groups for bar in group.patches]
    bars = [float(bar.get_width() if lying else bar.get_height()) for bar in drawn]
    if not bars:
        fail("no-bars", "There are no bars in `ax`. Draw them with .plot.barh().")
    if len(bars) != BARS:
        seen = f"The picture has {len(bars)} bars; expected {BARS}"
        fail("wrong-count", f"{seen}. Draw mean_delay alone, for ten routes.")
    _right_bars(season, bars)
    titles = [ax.get_title(loc=side) for side in ("left", "center", "right")]
    if not "".join(titles).strip():
        fail("no-title", "The bars are right. Now give the picture a title.")
    if not (ax.get_xlabel() if lying else ax.get_ylabel()).strip():
        axis = "x" if lying else "y"
        fail("no-label", f"The bars are right. Now label the {axis} axis: minutes.")
    return "Ten bars, with title and label."


@check("answer-question", limit=SECONDS)
def answer_question(work: Work) -> str:
    """The most punctual city from Amsterdam, among the routes flown often enough."""
    season = _season(work)
    given = plain(work.value("answer", "str"))
    if not given:
        fail("no-answer", "`answer` is empty. Write the name of a city there.")
    here = {route: mean(d) for route, d in season.routes.items() if route[0] == "AMS"}
    often = {route: here[route] for route in here if len(season.routes[route]) >= FEW}
    if given in season.spellings(min(often, key=often.__getitem__)):
        return f"{len(often)} routes compared."
    for route, average in here.items():
        if given in season.spellings(route):
            seen = f"{season.name(route)}: {average:.1f} minutes on average"
            if route not in often:
                fail("too-few-flights", f"{seen}, but of fewer than {FEW} flights.")
            if average == max(often.values()):
                fail("longest-delay", f"{seen}, the longest. Look for the shortest.")
            fail("not-the-shortest", f"{seen}. From AMS there is a shorter one.")
    if any(given in season.spellings(route) for route in season.routes):
        fail("not-from-there", "There is no such route from AMS. Look at AMS only.")
    fail("no-such-city", "No city in `by_route` is called that. Copy it from there.")


@check("late-share", limit=SECONDS)
def late_share(work: Work) -> str:
    """The share of flights that left more than 15 minutes late, in percent."""
    delays = [d for route in _season(work).routes.values() for d in route]
    counts = [sum(d >= least for d in delays) for least in (LATE + 1, LATE, 1)]
    late, with_bound, delayed = (100 * count / len(delays) for count in counts)
    wrong = {
        late / 100: ("not-percent", "That is the share. In percent: times 100."),
        100 - late: ("other-way", "That is the share that was not late."),
        with_bound: ("boundary", "More than 15: flights of 15 are not late."),
        delayed: ("any-delay", "That is any delay at all. Late is more than 15."),
        late * len(delays) / 100: ("count-not-share", "That is how many, no share."),
        round(late): ("rounded-too-far", "Nearly. Write it with one decimal."),
    }
    answers.number(work, "late-share", late, within=0.1, others=wrong)
    return f"{len(delays):,} flights counted."


@check("mean-or-median")
def mean_or_median(work: Work) -> str:
    """Why the mean of the delays is larger than the median."""
    wrong = {
        "Half of the flights were late by the mean or more": (
            "half-is-the-median",
            "Half above, half below: the median says that, not the mean.",
        ),
        "The median leaves out the flights that were early": (
            "nothing-left-out",
            "Both look at the same flights, early ones too.",
        ),
        "The mean counts the cancelled flights as well": (
            "cancelled-are-gone",
            "The cancelled ones are gone since step 2; they have no delay.",
        ),
    }
    right = "A few very long delays pull the mean up"
    answers.choice(work, "mean-or-median", right, wrong)
    return "The longest delays move the mean, not the median."


@dataclass(frozen=True, slots=True)
class Season:
    """What the lab's files say: cities by code, delays of what has flown by route."""

    rows: int
    cities: dict[str, str]
    routes: dict[Route, list[int]]
    with_unit: int
    flown: int

    def name(self, route: Route) -> str:
        """Name a route as people do."""
        return f"{route[0]} to {self.cities.get(route[1], route[1])}"

    def spellings(self, route: Route) -> set[str]:
        """Return the ways to write a route's city."""
        code = route[1]
        city = self.cities.get(code, code)
        return {plain(text) for text in (city, code, f"{city} ({code})")}


def _season(work: Work) -> Season:
    """Read the lab's files, or say that they are not what they were."""
    flights, airports = work.file("data/flights.csv"), work.file("data/airports.csv")
    try:
        season = _read(flights, airports, flights.stat().st_mtime_ns)
    except (OSError, KeyError, ValueError, AttributeError, csv.Error):
        season = None
    if season is None or season.rows != ROWS:
        fail(
            "data-changed",
            "The files in data/ are not the lab's any more. Restore them.",
        )
    return season


@lru_cache(maxsize=2)
def _read(flights: Path, airports: Path, changed: int) -> Season:  # noqa: ARG001
    """Read the season, once for each state of its file."""
    routes: dict[Route, list[int]] = {}
    seen = set()
    with airports.open(encoding="utf-8", newline="") as file:
        cities = {row["code"]: row["city"] for row in csv.DictReader(file)}
    with flights.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    with_unit = 0
    for row in table:
        key = (row["date"], row["flight"])
        if row["status"] == "flown" and key not in seen:
            seen.add(key)
            route = (row["origin"].strip().upper(), row["destination"].strip().upper())
            minutes, _, unit = row["delay"].partition(" ")
            routes.setdefault(route, []).append(int(minutes))
            with_unit += bool(unit)
    return Season(len(table), cities, routes, with_unit, len(seen))


def _tidy(clean: Any, name: str) -> None:
    """Fail when a code is not in capital letters, or has spaces around it."""
    codes = column(clean, name)
    untidy = [x for x in codes if not isinstance(x, str) or x != x.strip().upper()]
    if untidy:
        seen = (
            f"{len(untidy):,} codes in `{name}` are not tidy, such as {show(untidy[0])}"
        )
        fail("codes-untidy", f"{seen}: capital letters, no spaces around them.")


def _right_rows(clean: Any, season: Season) -> None:
    """Fail when `clean` has rows too many or too few, and say which."""
    extra = len(clean) - season.flown
    if extra == -season.with_unit:
        seen = (
            f"{-extra:,} flights are gone: those whose delay is written like '35 min'"
        )
        fail("delays-lost", f"{seen}. Take out the unit, then make it numbers.")
    if extra < 0:
        seen = f"`clean` has {len(clean):,} rows, {-extra:,} too few. Copies are rows "
        fail("rows-lost", seen + "that are equal in every column.")
    pairs = zip(column(clean, "date"), column(clean, "flight"), strict=True)
    keys = Counter((show(day), show(flight)) for day, flight in pairs)
    (day, flight), most = keys.most_common(1)[0]
    if extra and most == 2:
        seen = f"{len(clean) - len(keys)} rows are copies, such as flight {flight} on "
        fail("duplicates-left", seen + f"{day}. Drop copies after the codes are tidy.")
    if extra:
        seen = f"`clean` has {len(clean):,} rows, {season.flown:,} flights have flown"
        fail("cancelled-left", f"{seen}. Take the cancelled ones out.")


def _right_delays(delays: list[float | None], season: Season) -> None:
    """Fail when the delays are not those of the file."""
    known = [delay for delay in delays if delay is not None]
    if len(known) < len(delays):
        seen = f"{len(delays) - len(known):,} flights that have flown have no delay now"
        fail("delays-lost", f"{seen}. In the file it is there, written like '35 min'.")
    if min(known) >= 0:
        seen = "No delay is below zero now, but many flights left early"
        fail("sign-lost", f"{seen}: keep the minus sign, take out only the unit.")
    minutes = sum(sum(route) for route in season.routes.values())
    if abs(sum(known) - minutes) > NEAR:
        seen = (
            f"The delays are {sum(known):,.0f} minutes in all, in the file {minutes:,}"
        )
        fail("delays-changed", f"{seen}. Take out the unit and change nothing else.")


def _earlier(work: Work, name: str, season: Season) -> None:
    """Fail when the table that this step builds on is not right yet."""
    rows = len(work.value(name, "pandas.DataFrame"))
    if rows != season.flown:
        seen = f"`{name}` has {rows:,} rows; expected {season.flown:,}"
        fail(
            "earlier-step", f"{seen}. Finish that step first, then run this cell again."
        )


def _right_city(season: Season, start: str, end: str, city: str) -> None:
    """Fail when a city is not the one of the flight's destination."""
    if city == season.cities.get(end, end) or (end, plain(city)) in BY_HAND:
        return
    seen = f"A flight from {show(start)} to {show(end)} has the city {show(city)}"
    if city == season.cities.get(start):
        fail("wrong-side", f"{seen}, where it starts. Join on the destination.")
    fail("city-wrong", f"{seen}. An empty city gets the airport's code.")


def _routes(table: Any, season: Season | None = None) -> list[Route]:
    """Return origin and destination of each row; given a season, a city will do."""
    ends = column(table, "destination" if "destination" in names(table) else "city")
    if season and "destination" not in names(table):
        codes = {city: code for code, city in season.cities.items()}
        unlisted = min({end for _, end in season.routes} - set(season.cities))
        ends = [codes.get(str(city), unlisted) for city in ends]
    pairs = zip(column(table, "origin"), ends, strict=True)
    return [tuple(x if isinstance(x, str) else "" for x in pair) for pair in pairs]  # type: ignore[misc]


def _one_row_a_route(work: Work, table: Any, season: Season) -> None:
    """Fail when the groups are not the routes."""
    there = names(table)
    if "origin" not in there or not ("city" in there or "destination" in there):
        seen = f"`by_route` has {len(table):,} rows. A route is an origin and a city: "
        fail("routes-merged", seen + "group by both.")
    _earlier(work, "joined", season)
    if len(table) != len(season.routes):
        reason = "routes-lost" if len(table) < len(season.routes) else "routes-split"
        seen = f"`by_route` has {len(table):,} rows, but there are {len(season.routes)}"
        fail(reason, f"{seen} routes. Group all of `joined` by origin and city.")


def _are_means(season: Season, got: dict[Route, float | None]) -> None:
    """Fail when the numbers are not the average delays, and say what they are."""

    def they_are(kind: Callable[[list[int]], float], most: float = NEAR) -> bool:
        pairs = [(kind(season.routes[route]), value) for route, value in got.items()]
        return all(value is not None and abs(value - k) <= most for k, value in pairs)

    if they_are(mean):
        return
    if they_are(sum):
        fail("sum-not-mean", "`mean_delay` holds sums: a route's minutes together.")
    if they_are(median):
        fail("median-not-mean", "`mean_delay` holds medians. The average is the mean.")
    if they_are(mean, 1.0):
        fail("rounded-too-far", "`mean_delay` is rounded too far: keep one decimal.")
    route = min(route for route in got if got[route] != mean(season.routes[route]))
    seen = f"{season.name(route)} has {show(got[route])} in `mean_delay`"
    fail("mean-wrong", f"{seen}, which is not the average of its delays.")


def _right_bars(season: Season, bars: list[float]) -> None:
    """Fail when the bars are not the ten longest averages."""
    every = sorted(mean(delays) for delays in season.routes.values())
    often = sorted(mean(d) for d in season.routes.values() if len(d) >= FEW)
    if near(bars, often[-BARS:], NEAR):
        return
    if near(bars, every[-BARS:], NEAR):
        seen = (
            f"The longest bar has {max(bars):.0f} minutes, but fewer than {FEW} flights"
        )
        fail("too-few-flights", f"{seen}. Leave such routes out first.")
    if any(near(bars, means[:BARS], NEAR) for means in (often, every)):
        fail("shortest-delays", "These are the ten shortest delays; draw the longest.")
    seen = (
        f"The bars go from {min(bars):.1f} to {max(bars):.1f}: not the longest averages"
    )
    fail("wrong-bars", f"{seen}. Sort by mean_delay first.")
