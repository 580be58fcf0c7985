"""First flight: its data is reproducible, and other right answers pass as well."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checkers.engine.attempt import Outcome
from hub.authoring.kernel import LabKernel
from hub.authoring.notebook import code_cells
from hub.authoring.release import source_notebook
from hub.catalog import load_lab

pytestmark = pytest.mark.slow

LAB = load_lab(Path(__file__).parents[2] / "labs" / "first_flight")
TIDY = """
for name in ["origin", "destination"]:
    clean[name] = clean[name].str.strip().str.upper()
"""
RIGHT = {
    "load: dates read as dates": (
        "load-data",
        'flights = pd.read_csv("data/flights.csv", parse_dates=["date"])',
    ),
    "load: every column as text": (
        "load-data",
        'flights = pd.read_csv("data/flights.csv", dtype=str)',
    ),
    "load: columns as categories": (
        "load-data",
        'flights = pd.read_csv("data/flights.csv").astype("category")',
    ),
    "load: from another folder": (
        "load-data",
        'import os\nflights = pd.read_csv(os.getcwd() + "/data/flights.csv")',
    ),
    "load: under two names": (
        "load-data",
        'df = flights = pd.read_csv("data/flights.csv", sep=",", header=0)',
    ),
    "clean: one chain": (
        "clean-data",
        """
clean = (
    flights.assign(
        origin=lambda t: t["origin"].str.strip().str.upper(),
        destination=lambda t: t["destination"].str.replace(" ", "").str.upper(),
        delay=lambda t: pd.to_numeric(t["delay"].str.replace(" min", "")),
    )
    .drop_duplicates()
    .dropna(subset=["delay"])
    .reset_index(drop=True)
)
""",
    ),
    "clean: dropna alone, then whole numbers": (
        "clean-data",
        f"""
clean = flights.copy()
{TIDY}
clean = clean.drop_duplicates().dropna()
clean["delay"] = clean["delay"].str.split().str[0].astype(int)
""",
    ),
    "clean: in place, on flights itself": (
        "clean-data",
        """
for name in ["origin", "destination"]:
    flights[name] = flights[name].str.strip().str.upper()
flights.drop_duplicates(inplace=True)
flights = flights[flights["status"] != "cancelled"]
flights["delay"] = flights["delay"].str.removesuffix(" min").astype("Int64")
clean = flights
""",
    ),
    "clean: copies found by date and number": (
        "clean-data",
        f"""
clean = flights.query("status == 'flown'").copy()
{TIDY}
clean = clean.drop_duplicates(subset=["date", "flight"], keep="last")
clean["delay"] = clean["delay"].str.extract(r"(-?\\d+)", expand=False).astype(float)
clean = clean.drop(columns="status").sort_values("delay")
""",
    ),
    "clean: dates as dates, index of dates": (
        "clean-data",
        f"""
clean = flights.copy()
{TIDY}
clean["date"] = pd.to_datetime(clean["date"])
clean = clean.drop_duplicates()
clean = clean[clean["status"].eq("flown")].set_index("date")
clean["delay"] = clean["delay"].str.replace(" min", "").astype("float32")
""",
    ),
    "join: renamed, joined on one name": (
        "join-airports",
        """
places = airports.rename(columns={"code": "destination"})
joined = pd.merge(clean, places, on="destination", how="left")
joined.loc[joined["city"].isna(), "city"] = joined["destination"]
""",
    ),
    "join: by index, filled by hand": (
        "join-airports",
        """
joined = clean.join(airports.set_index("code"), on="destination")
joined = joined.fillna({"city": "Reykjavik", "country": "Iceland"})
""",
    ),
    "join: looked up": (
        "join-airports",
        """
places = airports.set_index("code")
joined = clean.assign(
    city=clean["destination"].map(places["city"]).fillna(clean["destination"]),
    country=clean["destination"].map(places["country"]),
)
""",
    ),
    "join: from the right side, sorted": (
        "join-airports",
        """
joined = airports.merge(clean, left_on="code", right_on="destination", how="right")
joined["city"] = joined["city"].where(joined["city"].notna(), joined["destination"])
joined = joined.sort_values("city")
""",
    ),
    "routes: as columns, rounded, sorted": (
        "delay-by-route",
        """
by_route = (
    joined.groupby(["origin", "city"], as_index=False)
    .agg(mean_delay=("delay", "mean"), flights=("delay", "size"))
    .round(1)
    .sort_values("mean_delay")
)
""",
    ),
    "routes: columns renamed": (
        "delay-by-route",
        """
by_route = joined.groupby(["city", "origin"])["delay"].agg(["count", "mean"])
by_route.columns = ["flights", "mean_delay"]
""",
    ),
    "routes: by code, with the city beside it": (
        "delay-by-route",
        """
by_route = joined.groupby(["origin", "destination", "city"])["delay"].agg(
    flights="count", mean_delay="mean"
)
""",
    ),
    "routes: a pivot table": (
        "delay-by-route",
        """
by_route = joined.pivot_table(
    index=["origin", "city"], values="delay", aggfunc=["count", "mean"]
)
by_route.columns = ["flights", "mean_delay"]
""",
    ),
    "plot: standing bars": (
        "plot-delays",
        """
top = by_route.query("flights >= 30").nlargest(10, "mean_delay")
ax = top["mean_delay"].plot(kind="bar", title="Late", ylabel="Minutes")
""",
    ),
    "plot: by matplotlib": (
        "plot-delays",
        """
import matplotlib.pyplot as plt
top = by_route[by_route["flights"] >= 30].nlargest(10, "mean_delay").reset_index()
fig, ax = plt.subplots()
ax.barh(top["origin"] + " to " + top["city"], top["mean_delay"].round(1))
plt.title("Late", loc="left")
plt.xlabel("Minutes")
""",
    ),
    "plot: a table of one column": (
        "plot-delays",
        """
top = by_route[by_route["flights"] > 29].sort_values("mean_delay")[-10:]
ax = top.plot.barh(y="mean_delay", legend=False)
ax.set(title="Late", xlabel="Minutes")
""",
    ),
    "answer: plain": ("answer-question", 'answer = "Barcelona"'),
    "answer: small letters and spaces": ("answer-question", 'answer = " barcelona "'),
    "answer: the code": ("answer-question", 'answer = "BCN"'),
    "answer: with the code": ("answer-question", 'answer = "Barcelona (BCN)"'),
    "answer: out of the table": (
        "answer-question",
        """
often = by_route.reset_index().query("flights >= 30 and origin == 'AMS'")
answer = often.sort_values("mean_delay")["city"].iloc[0]
""",
    ),
    "late: two decimals": ("late-share", "%answer late-share 20.69"),
    "late: a comma and a sign": ("late-share", "%answer late-share 20,7"),
    "median: in words": (
        "mean-or-median",
        "%answer mean-or-median a few very long delays pull the mean up",
    ),
}


def builds_on(step_id: str) -> Iterator[Any]:
    """Yield the code cells above a step: those of steps it needs, and of no step."""
    steps = {step.id: step for step in LAB.steps}
    needed, waiting = set(), [step_id]
    while waiting:
        needs = steps[waiting.pop()].needs
        waiting += [need for need in needs if need not in needed]
        needed.update(needs)
    others = {cell: step.id for step in LAB.steps for cell in step.cells}
    for cell in code_cells(source_notebook(LAB)):
        if cell.id == steps[step_id].cells[0]:
            return
        if others.get(cell.id) in (None, *needed):
            yield cell


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabKernel]:
    """One kernel for all answers."""
    with LabKernel(LAB, tmp_path_factory.mktemp("right")) as kernel:
        yield kernel


@pytest.mark.parametrize("name", RIGHT)
def test_another_right_answer_passes_too(kernel: LabKernel, name: str) -> None:
    """Its step passes, and so do all steps before it when they are checked again."""
    step, code = RIGHT[name]
    kernel.forget()
    solved = {step}
    for cell in builds_on(step):
        kernel.run(cell.source)
        solved.add(cell.id)
    (attempt,) = kernel.run(f"# step: {step}\n{code}")
    assert attempt.outcome is Outcome.PASSED, attempt.hint
    again = [item for item in kernel.run("%check") if item.step in solved]
    assert [item.hint for item in again if item.outcome is not Outcome.PASSED] == []


def test_the_data_can_be_made_again(tmp_path: Path) -> None:
    """The generator writes exactly the files that are kept."""
    script = LAB.folder / "make_data.py"
    subprocess.run([sys.executable, script, tmp_path], check=True)
    for name in ("flights.csv", "airports.csv"):
        assert (tmp_path / name).read_bytes() == (
            LAB.folder / "data" / name
        ).read_bytes()


def test_a_changed_file_is_named_and_not_held_against_the_work(
    tmp_path: Path,
) -> None:
    """Who overwrites data/flights.csv is told so, not that all answers are wrong."""
    with LabKernel(LAB, tmp_path) as kernel:
        kernel.run('import pandas as pd\nflights = pd.read_csv("data/flights.csv")')
        kernel.run('flights.head(99).to_csv("data/flights.csv")')
        (attempt,) = kernel.run("# step: load-data\nflights.shape")
    assert (attempt.outcome, attempt.reason) == (Outcome.FAILED, "data-changed")
