"""Git rescue: other right ways pass as well, and the ways back that hints tell work."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from checkers.engine.attempt import Attempt
from checkers.engine.check import checker_for
from checkers.engine.run import run
from checkers.engine.work import Work
from hub.authoring.release import source_notebook
from hub.catalog import load_lab

pytestmark = pytest.mark.slow

LAB = load_lab(Path(__file__).parents[2] / "labs" / "git_rescue")
CHECKER = checker_for("checkers.git_rescue")
CELLS = {cell.id: cell.source for cell in source_notebook(LAB).cells}
RIGHT = {
    "hours and drinks, file by file, without the stash": (
        "put-aside",
        """
        sed -i s/9-71/9-17/ hours.txt
        git add hours.txt; git commit -m "Sunday"
        git add menu.txt; git commit -m "Drinks"
        """,
    ),
    "hours and drinks in one commit, taken back as the hint says": (
        "put-aside",
        """
        sed -i s/9-71/9-17/ hours.txt; git commit -am "Both"
        git reset HEAD~1
        git add hours.txt; git commit -m "Sunday"
        git commit -am "Drinks"
        """,
    ),
    "hours and drinks in one commit, taken back by a revert": (
        "put-aside",
        """
        sed -i s/9-71/9-17/ hours.txt; git commit -am "Both"
        git revert --no-edit HEAD
        git checkout HEAD~1 hours.txt; git commit -m "Sunday"
        git checkout HEAD~2 menu.txt; git commit -m "Drinks"
        """,
    ),
    "drinks thrown away and typed again": (
        "put-aside",
        r"""
        git restore menu.txt
        sed -i s/9-71/9-17/ hours.txt; git commit -am "Sunday"
        printf '  Iced tea          3.20\\n  Lemonade          2.90\\n' >>menu.txt
        git commit -am "Drinks"
        """,
    ),
    "prices taken back by hand": (
        "take-back",
        """
        sed -i -e s/25.0/2.50/ -e s/22.0/2.20/ prices.csv
        git commit -am "The old prices"
        """,
    ),
    "prices in an editor that leaves the last line open": (
        "take-back",
        """
        sed -i -e s/25.0/2.50/ -e s/22.0/2.20/ prices.csv; truncate -s -1 prices.csv
        git commit -am "The old prices"
        """,
    ),
    "reverted without a commit first": (
        "take-back",
        """
        git revert -n $(git log --format=%h --grep "^New prices$" main)
        git commit -m "The old prices"
        """,
    ),
    "both soups, in the other order": (
        "both-soups",
        """
        git merge autumn-menu
        sed -i -e /^[\\<=\\>]/d -e /^Tomato/d menu.txt
        sed -i "/^Pumpkin/a Tomato soup         4.80" menu.txt
        git commit -am "Both soups"
        """,
    ),
    "both soups, one moved in like the dishes": (
        "both-soups",
        """
        git merge autumn-menu
        sed -i -e /^[\\<=\\>]/d -e "s/^Pumpkin/  Pumpkin/" menu.txt
        git commit -am "Both soups"
        """,
    ),
    "the culprit as an annotated tag, found by reading": (
        "find-culprit",
        'git tag -a culprit -m "Here" $(git log --format=%h --grep "^Shorter lines$")',
    ),
    "the culprit, and the sum mended at once": (
        "find-culprit",
        """
        git tag culprit $(git log --format=%h --grep "^Shorter lines$")
        sed -i 's/{@:2}/@/' total.sh; git commit -am "Add up all of them"
        """,
    ),
    "the wedding, first on the wrong commit": (
        "bring-back",
        """
        git branch wedding
        git branch -f wedding \
            $(git log -g --format=%h --grep "^Wedding: the tables$" -1)
        """,
    ),
    "the wedding marked with a tag of the same name": (
        "bring-back",
        """
        git tag wedding $(git log -g --format=%h --grep "^Wedding: the tables$" -1)
        git branch wedding refs/tags/wedding
        """,
    ),
    "the wedding by switching to it": (
        "bring-back",
        """
        git stash; git checkout -b wedding \
            $(git log -g --format=%h --grep "^Wedding: the tables$" -1)
        """,
    ),
    "the password taken out of every commit": (
        "take-out",
        """
        git switch newsletter
        FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch --index-filter \
            "git rm --cached --ignore-unmatch password.txt" v1.0..newsletter
        """,
    ),
    "posters, the old draft skipped": (
        "go-along",
        """
        git switch posters; git fetch
        git rebase --no-fork-point origin/posters; git rebase --skip
        git push
        """,
    ),
    "posters overwritten, and put back as the hint says": (
        "go-along",
        """
        git switch posters; git push --force
        git --git-dir ../origin.git branch -f posters posters@{1}
        git fetch; git rebase --onto origin/posters HEAD~1; git push
        """,
    ),
    "posters merged, and put in line as the hint says": (
        "go-along",
        """
        git switch posters; git pull --no-rebase --no-edit -X theirs
        git rebase origin/posters posters; git rebase --skip; git push
        """,
    ),
    "posters merged and sent, and put back as the hint says": (
        "go-along",
        """
        git switch posters; git pull --no-rebase --no-edit -X theirs; git push
        git --git-dir ../origin.git branch -f posters posters@{1}; git fetch
        git rebase origin/posters posters; git rebase --skip; git push
        """,
    ),
    "posters with the old draft in it, dropped as the hint says": (
        "go-along",
        """
        git switch posters; git fetch
        git rebase --no-fork-point -X theirs origin/posters; git rebase --continue
        git push
        git --git-dir ../origin.git branch -f posters posters@{1}; git fetch
        GIT_SEQUENCE_EDITOR="sed -i '1s/^pick/drop/'" \\
            git rebase -i origin/posters posters
        git push
        """,
    ),
    "everything thrown away from within, and begun again": (
        "say-who",
        """
        bash ../data/start.sh --again
        git config user.name Ada; git config user.email ada@cafe.example
        """,
    ),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the lab in it, as it is when the first cell has run."""
    found = tmp_path_factory.mktemp("rescue")
    shutil.copytree(LAB.folder / "data", found / LAB.slug / "data")
    shell(CELLS["start"], found / LAB.slug)
    return found


def shell(script: str, folder: Path) -> None:
    """Run a script as a cell of the lab would be; it may fail, as people's do."""
    environ = {
        **os.environ,
        **dict.fromkeys(("GIT_EDITOR", "EDITOR"), "true"),
        "HOME": str(folder.parent),
        "GIT_PAGER": "cat",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environ,
        check=False,
        capture_output=True,
        timeout=60,
    )


def needed(step_id: str) -> list[str]:
    """Return the steps that must be done before a step, in order."""
    needs = next(step.needs for step in LAB.steps if step.id == step_id)
    before = [one for need in needs for one in (*needed(need), need)]
    return list(dict.fromkeys(before))


def check(step_id: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Attempt:
    """Check a step as the seat would."""
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return run(CHECKER[step_id], Work({}, folder))


@pytest.mark.parametrize("way", RIGHT)
def test_another_right_way_passes(
    way: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the step asks for counts, and not how it was reached."""
    step_id, script = RIGHT[way]
    folder = tmp_path / "home" / LAB.slug
    shutil.copytree(home, folder.parent, symlinks=True)
    for step in needed(step_id):
        shell(CELLS[step], folder)
    assert check(step_id, folder, monkeypatch).outcome == "failed"
    shell(f"cd cafe\n{script}", folder)
    made = check(step_id, folder, monkeypatch)
    assert (made.outcome, made.reason) == ("passed", "")


def test_a_rebase_of_another_branch_is_no_matter_of_a_step(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is in the middle of step 7 does not read of step 8."""
    folder = tmp_path / "home" / LAB.slug
    shutil.copytree(home, folder.parent, symlinks=True)
    for step in needed("take-out"):
        shell(CELLS[step], folder)
    editor = "GIT_SEQUENCE_EDITOR=\"sed -i '2s/^pick/edit/'\""
    shell(f"cd cafe; git switch newsletter; {editor} git rebase -i v1.0", folder)
    seen = [
        check(step, folder, monkeypatch).reason for step in ("take-out", "go-along")
    ]
    assert seen == ["rebase-open", "not-along"]


def test_the_repository_is_the_same_for_everybody(home: Path) -> None:
    """Names, dates and ids are made up once; take-back and put-aside rely on it."""
    cafe = home / LAB.slug / "cafe"
    line = ["git", "-C", str(cafe), "rev-parse", "--short=7", "main"]
    assert subprocess.check_output(line, text=True).strip() == "baa96dc"
