"""Handbook and guide as they are printed: every page, and nothing that does not belong.

The lab is the first one with what is hard to print added: formulas, a long line, a wide
table, a tall figure, notes for presenters.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from nbformat.v4 import new_output
from pypdf import PdfReader

from hub.authoring.captured import RAISES, VOLATILE, drift
from hub.authoring.formulas import FormulaError, typeset, written
from hub.authoring.handbook import handbook
from hub.authoring.manual import ManualError, check_outputs, manual
from hub.authoring.notebook import code_cells
from hub.authoring.release import NOTES, attendee_version, release, source_notebook
from hub.authoring.scaffold import scaffold
from hub.authoring.solutions import SHELL_STUB, regions
from hub.authoring.states import before
from hub.catalog import Lab, load_lab

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).parents[2] / "labs" / "first_flight"
LONG = "names = [" + ", ".join(f'"name number {n}"' for n in range(24)) + "]"
NOTE = "Tell them about the seagull at gate 7."
MATHS = r"The mean is $\bar{d} = \frac{1}{n}\sum_{i=1}^{n} d_i$, and costs \$5."
NARROW = "| command | it does |\n|---|---|\n" + "\n".join(
    f"| `{command}` | {'one thing and then another thing, ' * 12} |"
    for command in ("bash data/accident.sh", "x" * 150)
)
WORDS = ("shared_buffers", "unabbreviated", "configurations", "everywhere")
THREE = "| setting | value | meaning |\n|---|---|---|\n" + (
    f"| `{WORDS[0]}` | {WORDS[1]} {WORDS[2]} | remembered {WORDS[3]} |\n"
)
FIGURE = """
import matplotlib.pyplot as plt
figure = plt.figure(figsize=(4, 12))
axes = figure.add_subplot()
"""
EXTRA: list[dict[str, Any]] = [
    {"id": "maths", "cell_type": "markdown", "source": MATHS},
    {"id": "narrow", "cell_type": "markdown", "source": NARROW},
    {"id": "three", "cell_type": "markdown", "source": THREE},
    {"id": "talk", "cell_type": "markdown", "source": NOTE, "tags": [NOTES]},
    {"id": "long", "cell_type": "code", "source": f"{LONG}\nlen(names)"},
    {
        "id": "where",
        "cell_type": "code",
        "source": "import os; f'{os.getcwd()} {object()}'",
    },
    {
        "id": "clock",
        "cell_type": "code",
        "source": "import time; time.time_ns()",
        "tags": [VOLATILE],
    },
    {"id": "boom", "cell_type": "code", "source": "1 / 0", "tags": [RAISES]},
    {"id": "tall", "cell_type": "code", "source": FIGURE},
    {
        "id": "wide",
        "cell_type": "code",
        "source": "pd.DataFrame([range(1000, 1019)])",
    },
    {"id": "row", "cell_type": "code", "source": "print('-' * 170 + '>')"},
]


def as_cell(data: dict[str, Any]) -> dict[str, Any]:
    """Return one of EXTRA as a notebook has it."""
    code = {"outputs": [], "execution_count": None}
    tags = data.get("tags")
    return {
        "id": data["id"],
        "cell_type": data["cell_type"],
        "source": data["source"],
        "metadata": {"tags": tags} if tags else {},
        **(code if data["cell_type"] == "code" else {}),
    }


def edit(lab: Lab, cell_id: str, **changed: Any) -> None:
    """Change a cell of a lab's source."""
    data = json.loads(lab.source.read_text("utf-8"))
    next(c for c in data["cells"] if c["id"] == cell_id).update(changed)
    lab.source.write_text(json.dumps(data), "utf-8")


@dataclass
class Printed:
    """A lab and what `airlift lab manual` wrote of it."""

    lab: Lab
    out: Path
    said: list[str]

    def make(self, *flags: str) -> list[str]:
        """Make the manual."""
        root = str(self.lab.folder.parents[1])
        return manual(root, self.lab.slug, str(self.out), *flags)

    def html(self, name: str) -> str:
        """Return a page as HTML."""
        return (self.out / f"first_flight-{name}.html").read_text("utf-8")

    def pages(self, name: str) -> list[str]:
        """Return the text of each page of a PDF."""
        reader = PdfReader(self.out / f"first_flight-{name}.pdf")
        return [page.extract_text() for page in reader.pages]


def close(text: str) -> str:
    """Return a text without white space: where lines break is not told here."""
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """The manual of the lab, large print too, with outputs captured for it."""
    root = tmp_path_factory.mktemp("manual")
    folder = shutil.copytree(SOURCE, root / "labs" / "first_flight")
    lab = load_lab(folder)
    data = json.loads(lab.source.read_text("utf-8"))
    at = next(n for n, cell in enumerate(data["cells"]) if cell["id"] == "load-data")
    data["cells"][at:at] = [as_cell(one) for one in EXTRA]
    lab.source.write_text(json.dumps(data), "utf-8")
    found = Printed(lab, root / "out", [])
    found.said = found.make("--accept", "--large")
    return found


NAMES = ("handbook", "handbook-large", "guide")


@pytest.mark.parametrize("name", NAMES)
def test_every_page_has_licence_version_and_number(printed: Printed, name: str) -> None:
    """Whatever page falls out of the pile says where it belongs."""
    lab, pages = printed.lab, printed.pages(name)
    assert len(pages) > 2
    for number, text in enumerate(pages, 1):
        assert close(f"{lab.title} {lab.version}") in close(text)
        assert close(lab.license) in close(text)
        assert close(f"{number} / {len(pages)}") in close(text)


@pytest.mark.parametrize("name", NAMES)
def test_no_heading_of_a_step_ends_a_page(printed: Printed, name: str) -> None:
    """A heading has at least a line of its text below it on the same page."""
    titles = {step.title for step in printed.lab.steps}
    for text in printed.pages(name):
        body = text.split(f"{printed.lab.title} {printed.lab.version} ·")[0]
        last = re.sub(r"^\d+ · ", "", body.strip().split("\n")[-1])
        assert last not in titles
        assert not last.startswith("Step ")


def test_a_narrow_column_breaks_no_word(printed: Printed) -> None:
    """A command is whole beside a long text; one that is too wide is broken."""
    lines = "\n".join(printed.pages("handbook")).split("\n")
    assert any("data/accident.sh" in line for line in lines)
    assert not any("x" * 60 in line for line in lines)


def test_large_print_breaks_no_word_of_a_table(printed: Printed) -> None:
    """Three columns become a list, in which each value says what it is."""
    lines = "\n".join(printed.pages("handbook-large")).split("\n")
    for word in WORDS:
        assert any(word in line for line in lines), word
    assert any(line.startswith("value:") for line in lines)


@pytest.mark.parametrize("name", ["handbook", "handbook-large"])
def test_contents_name_the_page_of_each_step(printed: Printed, name: str) -> None:
    """The number beside a step is that of the page on which it begins."""
    reader = PdfReader(printed.out / f"first_flight-{name}.pdf")
    contents = close(reader.pages[0].extract_text())
    for step in printed.lab.steps:
        place = reader.named_destinations[f"/{step.id}"]
        page = (reader.get_destination_page_number(place) or 0) + 1
        assert close(f"{step.title} {step.minutes} minutes {page}") in contents
        assert step.title in reader.pages[page - 1].extract_text()


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_cut(printed: Printed, name: str) -> None:
    """A long line is there to its end, and no piece of it reaches beyond the edge."""
    reader = PdfReader(printed.out / f"first_flight-{name}.pdf")
    whole = close("".join(page.extract_text() for page in reader.pages))
    assert close(LONG) in whole
    wide = 0.602  # of its size: DejaVu Sans Mono's advance
    for page in reader.pages:
        beyond: list[str] = []

        def look(
            text: str, cm: Any, tm: Any, font: Any, size: float, beyond: Any = beyond
        ) -> None:
            if font and "Mono" in str(font.get("/BaseFont")):
                scale = cm[0] * tm[0]
                start = cm[0] * tm[4] + cm[4]
                if start + wide * size * scale * len(text.rstrip()) > 595 - 30:
                    beyond.append(text)

        page.extract_text(visitor_text=look)
        assert beyond == []


def test_in_large_print_nothing_is_smaller_than_18_points(printed: Printed) -> None:
    """Code, tables and the line of each page are no exception."""
    sizes: set[float] = set()

    def look(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        if text.strip() and font:
            sizes.add(round(abs(size * tm[3] * cm[3]), 1))

    for page in PdfReader(printed.out / "first_flight-handbook-large.pdf").pages:
        page.extract_text(visitor_text=look)
    assert min(sizes) >= 18


def test_large_print_fills_its_pages(printed: Printed) -> None:
    """Short pages are no reason for half-empty ones: tables, lists and boxes may part.

    The last two end the text and are for notes.
    """
    reader = PdfReader(printed.out / "first_flight-handbook-large.pdf")
    filled = [_depth(page) for page in reader.pages[:-2]]
    assert fmean(filled) > 0.86, filled


def _depth(page: Any) -> float:
    """Return which share of a page of large print lies above its last line or box."""
    height, foot = float(page.mediabox.height), 32 / 25.4 * 72
    lowest: list[float] = []

    def draw(operator: bytes, of: Any, cm: Any, tm: Any) -> None:
        if operator == b"re":
            lowest.append(cm[5] + cm[3] * (of[1] + max(0, of[3])))

    def write(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        if text.strip():
            lowest.append(cm[5] + cm[3] * tm[5])

    page.extract_text(visitor_operand_before=draw, visitor_text=write)
    return 1 - (min(y for y in lowest if y > foot) - foot) / (height - foot)


def test_figures_are_whole(printed: Printed) -> None:
    """Each is on one page, however tall, and drawn once."""
    reader = PdfReader(printed.out / "first_flight-guide.pdf")
    found = [image.name for page in reader.pages for image in page.images]
    figures = sum(
        "image/png" in output.get("data", {})
        for cell in source_notebook(printed.lab).cells
        for output in cell.get("outputs", ())
    )
    assert len(found) == figures == 2


class Asking(HTMLParser):
    """What a page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note scripts, and addresses that are fetched without a click."""
        if tag in ("script", "link", "iframe", "object"):
            self.found.append(tag)
        for key, value in attrs:
            if key in ("src", "data", "poster") and not str(value).startswith("data:"):
                self.found.append(f"{tag} {key}={value}")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_needs_nothing_else(printed: Printed, name: str) -> None:
    """No script, no style sheet, no picture from anywhere; formulas are drawn in it."""
    page = Asking()
    page.feed(printed.html(name))
    assert page.found == []
    assert "default-src 'none'" in printed.html(name)
    assert r"\frac" not in re.sub(r'aria-label="[^"]*"', "", printed.html(name))


def test_the_handbook_draws_formulas_and_prices_stay(printed: Printed) -> None:
    """A formula is a drawing with its TeX as label; an escaped dollar is a dollar."""
    page = printed.html("handbook")
    assert r'role="img" aria-label="\bar{d} = \frac{1}{n}' in page
    assert "costs $5" in page
    assert "$" not in "".join(printed.pages("handbook")).replace("$5", "")


@pytest.mark.parametrize("tex", [r"\undefinedmacro x", r"\frac{a", r"\require{x}"])
def test_tex_that_cannot_be_read_is_named(tex: str) -> None:
    """The author is told which formula, not shown a red box on paper."""
    with pytest.raises(FormulaError, match=re.escape(repr(tex))):
        typeset(written(tex, block=True))


def test_attendees_get_no_note_no_hint_and_no_solution(
    printed: Printed, tmp_path: Path
) -> None:
    """Not in the handbook, not in any file of the release, not in a state before."""
    lab = printed.lab
    released = release(lab, tmp_path)
    states = [json.dumps(before(lab, step.id)) for step in lab.steps]
    files = [path.read_bytes().decode() for path in released.rglob("*.*")]
    handbooks = [printed.html("handbook"), *printed.pages("handbook")]
    assert NOTE in printed.html("guide")
    for text in (*files, *states, *handbooks):
        assert NOTE not in text
    alt = _cell(lab, "plot-delays").metadata["alt"]  # it tells what comes out
    assert f'alt="{alt}"' in printed.html("guide")
    assert [text for text in (*files, *handbooks) if alt in text] == []
    solutions = [s for cell in source_notebook(lab).cells for s in regions(cell)]
    hints = [hint for step in lab.steps for hint in step.hints]
    for text in (*handbooks, (released / "first_flight-handbook.html").read_text()):
        assert [one for one in (*solutions, *hints) if close(one) in close(text)] == []


def test_the_guide_has_all_that_a_presenter_wants(printed: Printed) -> None:
    """Plan, notes, solution and what it shows, check, mistakes, ladder of hints."""
    lab = printed.lab
    whole = close("".join(printed.pages("guide")))
    minutes = sum(step.minutes for step in lab.steps)
    for wanted in (
        NOTE,
        f"done by minute {minutes}",
        'flights = pd.read_csv("data/flights.csv")',
        "Passed. 9,756 rows, 8 columns.",
        "The whole file is in flights, as it is.",  # the check's docstring
        "rows-added",  # a reason that no mistake has
        "ZeroDivisionError: division by zero",
        *(hint.replace("`", "") for step in lab.steps for hint in step.hints),
    ):
        assert close(wanted) in whole, wanted
    assert "rows-lost" in whole
    assert close("This is the table of airports. Read data/flights.csv.") in whole


def test_outputs_are_kept_and_compared(printed: Printed) -> None:
    """Chance is evened out; anything else that differs names its cell and its lines."""
    cells = {cell.id: cell for cell in source_notebook(printed.lab).cells}
    where = cells["where"].outputs[0].data["text/plain"]
    assert where == "'/home/seat/first_flight <object object at 0x…>'"
    edit(printed.lab, "plot-delays", outputs=_other_picture(printed.lab))
    kept = printed.lab.source.read_text("utf-8")
    printed.lab.source.write_text(kept.replace("9,756 rows", "9,757 rows"), "utf-8")
    with pytest.raises(ManualError) as refused:
        check_outputs(printed.lab, take=False)
    first, *lines, last = str(refused.value).split("\n")
    assert first.startswith("first_flight: lab.ipynb, cell load-data: expected")
    assert "    -✓ Passed. 9,757 rows, 8 columns." in lines
    assert "    +✓ Passed. 9,756 rows, 8 columns." in lines
    (other,) = [line for line in lines if "lab.ipynb" in line]
    assert "cell check-all:" in other
    assert "--accept" in last
    assert "took the outputs of 2 cells" in check_outputs(printed.lab, take=True)


def _other_picture(lab: Lab) -> list[Any]:
    """Return the outputs of the plot with another picture in the place of its own."""
    outputs: list[Any] = json.loads(json.dumps(_cell(lab, "plot-delays").outputs))
    other = _cell(lab, "tall").outputs[-1].data["image/png"]
    for output in outputs:
        if "image/png" in output["data"]:
            output["data"]["image/png"] = other
    return outputs


def _cell(lab: Lab, cell_id: str) -> Any:
    """Return a cell of the source."""
    return next(cell for cell in source_notebook(lab).cells if cell.id == cell_id)


def test_a_cell_that_raises_is_named(printed: Printed) -> None:
    """Nothing is captured of a source that does not run."""
    kept = printed.lab.source.read_text("utf-8")
    edit(printed.lab, "row", source="pd.no_such_name")
    with pytest.raises(ManualError, match=r"cell row: .* raised AttributeError"):
        check_outputs(printed.lab, take=False)
    printed.lab.source.write_text(kept, "utf-8")


def test_a_terminal_lab_prints_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its commands run in bash; what a program overwrites is gone, as in a terminal."""
    folders = {name: tmp_path / name for name in ("labs", "checkers", "images")}
    folders["checkers"].mkdir()
    scaffold("mail_log", "Read a log", "terminal", **folders)
    monkeypatch.setenv("AIRLIFT_CHECKERS", str(folders["checkers"]))
    lab = load_lab(folders["labs"] / "mail_log")
    first = next(cell for cell in source_notebook(lab).cells if cell.id in lab.step_ids)
    noisy = f"{first.source}\nprintf 'one\\rtwo\\n'; pwd"
    edit(lab, first.id, source=noisy)
    check_outputs(lab, take=True)
    shown = next(cell for cell in source_notebook(lab).cells if cell.id == first.id)
    text = "".join(output.get("text", "") for output in shown.outputs)
    assert "two\n/home/seat/mail_log" in text
    assert "one" not in text
    page = handbook(lab, attendee_version(lab), source_notebook(lab))
    assert f"# step: {first.id}" in page
    assert SHELL_STUB not in page


def test_cells_that_show_nothing_have_nothing_captured(tmp_path: Path) -> None:
    """A lab in the shell may print no line; else its guide could never be printed."""
    folders = {name: tmp_path / name for name in ("labs", "checkers", "images")}
    folders["checkers"].mkdir()
    scaffold("mail_log", "Read a log", "terminal", **folders)
    lab = load_lab(folders["labs"] / "mail_log")
    fresh = source_notebook(lab)
    assert drift(lab, fresh) == ()
    code_cells(fresh)[0].outputs = [new_output("stream", text="one line\n")]
    assert "no cell has any yet" in str(drift(lab, fresh)[0])


def test_without_chromium_there_is_html_and_a_word_on_it(
    printed: Printed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence says what to install; the pages are there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    elsewhere = Printed(printed.lab, tmp_path / "out", [])
    *files, sentence = elsewhere.make("--no-run")
    assert [Path(one).suffix for one in files] == [".html", ".html"]
    assert all(Path(one).is_file() for one in files)
    assert "install it" in sentence
    assert "apt-get install chromium" in sentence
    assert not list((tmp_path / "out").glob("*.pdf"))
