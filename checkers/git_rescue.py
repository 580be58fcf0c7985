"""The checker of the lab git_rescue: what the repository `cafe` looks like now.

Every check reads the repository with a few plumbing commands and changes nothing in
it, not even the index. Commits are known by their subjects, since a rebase gives them
other ids; where ids matter, data/start.sh makes the same ones every time.
"""

from __future__ import annotations

from checkers import Work, check, fail
from checkers.answers import choice

_GIT = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", "cafe")
_DISHES = ("Iced tea", "Lemonade")
_WEDDING = ("Wedding: the guests", "Wedding: the cake", "Wedding: the tables")
_SENT = "baa96dc"
"""The newest commit that the others had at the beginning."""
_SERVER = ("--git-dir", "../origin.git")
_BACK = "`git --git-dir ../origin.git branch -f posters posters@{1}`"
_MARKS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
_COMMITS = 4
"""Commits of the newsletter, a line in each."""


@check("say-who", limit=5)
def say_who(work: Work) -> str:
    """Name and email address are set, and they are no leftovers of an example."""
    _repository(work)
    name = _say(work, "config", "user.name")
    email = _say(work, "config", "user.email")
    if not name:
        fail("no-name", "git does not know your name here: `git config user.name …`")
    if not email:
        seen = "git does not know your address here"
        fail("no-email", f"{seen}: `git config user.email …`")
    if name.casefold() in ("your name", "name", "…", "..."):
        seen = f"The name is {_show(name)}"
        fail("example-name", f"{seen}: put your own, or make one up.")
    if "@" not in email or email.startswith("@") or email.endswith("@"):
        fail(
            "no-address", f"{_show(email)} is no email address: expected one with an @."
        )
    return f"Commits will carry the name {name[:60]}."


@check("put-aside", limit=5)
def put_aside(work: Work) -> str:
    """The mended hours are a commit of their own, and the dishes another one."""
    _repository(work)
    hours, menu = _file(work, "main:hours.txt"), _file(work, "main:menu.txt")
    here = _text(work, "menu.txt")
    stashed = _say(work, "stash", "list")
    if "Sunday     9-71" in hours or "9-17" not in _line(hours, "Sunday"):
        _hours_open(work, hours)
    newest = ("log", "-1", "--format=%H %s", f"{_SENT}..main", "--")
    mended = _say(work, *newest, "hours.txt")
    if mended and mended == _say(work, *newest, "menu.txt"):
        fail(
            "one-for-both",
            f"The commit {_show(mended.partition(' ')[2])} holds the hours and the "
            "dishes. Take it back (`git reset HEAD~1`), then commit one file after "
            "the other.",
        )
    if all(dish in menu for dish in _DISHES):
        if stashed:
            fail(
                "still-stashed",
                "Both are committed, and a copy is still on the stash. Look at it "
                "(`git stash show -p`), then throw it away: `git stash drop`.",
            )
        return "Two changes, two commits."
    if all(dish in here for dish in _DISHES):
        fail("dishes-open", "The hours are right. The dishes are not committed yet.")
    if stashed:
        fail("still-stashed", "The hours are right. The dishes still lie on the stash.")
    fail(
        "dishes-lost",
        "Iced tea and Lemonade are in no commit of main, not in menu.txt and not on "
        "the stash. Type the two lines again: Iced tea 3.20 and Lemonade 2.90.",
    )


@check("take-back", limit=5)
def take_back(work: Work) -> str:
    """The old prices are back by a new commit, and no published commit is gone."""
    _repository(work)
    if not (_holds(work, _SENT, "main") and _holds(work, "origin/main", "main")):
        fail(
            "history-changed",
            "Commits that the others have are no longer in your main: it was reset or "
            "rewritten. `git reflog` shows where main was: go back there first.",
        )
    if _head_file(work, "REVERT_HEAD"):
        fail("revert-open", "The revert has begun and is not committed: `git status`.")
    prices, before = _file(work, "main:prices.csv"), _file(work, "v1.0:prices.csv")
    if prices.split() == before.split():
        return "The old prices are back, and everybody can see why."
    if _text(work, "prices.csv").split() == before.split():
        seen = "prices.csv is right in your folder"
        fail("not-committed", f"{seen}, but not in a commit.")
    if "coffee,25.0" not in prices:
        old = before.split()
        wrong = next((line for line in prices.split() if line not in old), "")
        fail(
            "other-prices",
            f"The prices differ from the old ones still: {_show(wrong)}.",
        )
    if subject := _wrong_revert(work):
        fail(
            "wrong-commit",
            f"You took back {_show(subject)}. The one with the prices is called 'New "
            "prices'; take your revert back the same way.",
        )
    fail("not-reverted", "A coffee costs 25.0 on main. Find the commit with `git log`.")


@check("both-soups", limit=5)
def both_soups(work: Work) -> str:
    """autumn-menu is merged into main, and both soups are on the menu."""
    _repository(work)
    menu = _text(work, "menu.txt")
    if _marked(menu):
        fail(
            "marks-left",
            "The marks of the conflict (`<<<<<<<`, `=======`, `>>>>>>>`) are still in "
            "menu.txt. Delete these lines and keep what belongs on the menu.",
        )
    if _head_file(work, "MERGE_HEAD"):
        fail("merge-open", "The merge waits: `git add menu.txt`, then `git commit`.")
    if not _holds(work, "autumn-menu", "main"):
        if "Pumpkin soup" in menu:
            fail(
                "no-merge",
                "Pumpkin soup is on the menu, but the branch is not merged: its other "
                "commit is missing, and the next merge would stop at the same place.",
            )
        seen = "autumn-menu is not part of main yet"
        fail("not-merged", f"{seen}: `git merge autumn-menu`.")
    _soups_there(_file(work, "main:menu.txt"))
    return "Both soups are on the menu."


@check("find-culprit", limit=5)
def find_culprit(work: Work) -> str:
    """The tag culprit stands on the first commit with which test.sh fails."""
    _repository(work)
    if not _say(work, "rev-parse", "--verify", "-q", "refs/tags/culprit"):
        if _head_file(work, "BISECT_LOG"):
            fail("still-searching", "The search is on: go on with good or bad, or run.")
        fail("no-tag", "There is no tag culprit yet: `git tag culprit <id>`.")
    words = ("log", "--reverse", "--format=%H", "-S${@:2}", "main", "--", "total.sh")
    first = next(iter(_say(work, *words).split()), "")
    tagged = _say(work, "rev-parse", "culprit^{commit}")
    if tagged != first:
        _wrong_culprit(work, first, tagged)
    if _head_file(work, "BISECT_LOG"):
        fail("still-searching", "Found. Now leave the search: `git bisect reset`.")
    return "One look at each half, and the commit is found."


@check("bring-back", limit=5)
def bring_back(work: Work) -> str:
    """The branch wedding is there again with its three commits."""
    _repository(work)
    tip = _say(work, "rev-parse", "--verify", "-q", "refs/heads/wedding")
    if not tip:
        fail(
            "no-branch",
            "There is no branch wedding yet. Its commits are still in this repository: "
            "`git reflog` shows where you were.",
        )
    there = _say(work, "log", "--format=%s", "-20", tip).splitlines()
    missing = [subject for subject in _WEDDING if subject not in there]
    if len(missing) == len(_WEDDING):
        fail(
            "other-commit",
            f"wedding stands on {_show(there[0] if there else '')}; no commit of the "
            "wedding is in it.",
        )
    if missing:
        fail("commits-missing", f"Nearly: wedding lacks {_show(missing[-1])}.")
    tables = _file(work, f"{tip}:wedding.txt")
    if tables.count("\n") != len(_WEDDING):
        fail("file-differs", "wedding.txt on wedding does not hold the three lines.")
    return "All three commits are back."


@check("take-out", limit=5)
def take_out(work: Work) -> str:
    """No commit of newsletter holds the password; the newsletter is whole."""
    _repository(work)
    tip = _say(work, "rev-parse", "--verify", "-q", "refs/heads/newsletter")
    if not tip:
        seen = "The branch newsletter is gone"
        fail("no-branch", f"{seen}: `git reflog` shows where it was.")
    _rebase_ended(work, "newsletter")
    letter = _file(work, f"{tip}:newsletter.txt")
    words = ("log", "--format=%s", "--full-history", tip, "--", "password.txt")
    if holders := _say(work, *words):
        if _file(work, f"{tip}:password.txt"):
            fail("still-there", "password.txt is in the newest commit, and in history.")
        fail(
            "still-in-history",
            "password.txt is gone from the newest commit, but the older ones hold it: "
            f"{_show(holders.splitlines()[-1])}. Change that commit itself.",
        )
    if letter.count("\n") != _COMMITS:
        fail(
            "text-lost",
            f"newsletter.txt has {letter.count(chr(10))} lines, the newsletter has "
            f"{_COMMITS}: a commit was dropped as a whole. Only its password goes.",
        )
    count = len(_say(work, "rev-list", f"v1.0..{tip}").split())
    if count < _COMMITS:
        fail("squashed", f"newsletter has {count} of its 4 commits: keep each of them.")
    return "The password is in no commit of the branch."


@check("go-along", limit=5)
def go_along(work: Work) -> str:
    """On the server, posters is one line: Robin's commits, then yours."""
    _repository(work)
    _rebase_ended(work, "posters")
    on = _say(work, "branch", "--show-current")
    if on == "posters" and _head_file(work, "MERGE_HEAD"):
        seen = "A merge has begun. Wanted is one straight line"
        fail("merge-open", f"{seen}: `git merge --abort`, then pull, and rebase.")
    lines = _say(work, *_SERVER, "log", "--format=%s", "posters").splitlines()
    if "Poster: the date" not in lines:
        seen = "Robin's 'Poster: the date' is gone from the server: it was overwritten"
        fail("colleague-lost", f"{seen}. Put it back: {_BACK}")
    if "Poster: our address" in lines:
        _straight(work, *_SERVER)
        return "Your commit stands on Robin's."
    mine = _say(work, "log", "--format=%s", "posters").splitlines()
    if "Poster: our address" not in mine:
        fail(
            "yours-lost", "Your commit with the address is gone: `git reflog posters`."
        )
    if "Poster: the date" not in mine:
        seen = "Your posters does not have Robin's commits"
        fail("not-along", f"{seen}: pull, and rebase.")
    _straight(work)
    fail("not-pushed", "Right on your side. Now the server: `git push`.")


@check("choose")
def choose(work: Work) -> str:
    """What has been published is taken back by a new commit."""
    choice(
        work,
        "choose",
        "a new commit that takes it back (git revert)",
        {
            "git reset --hard, then a forced push": (
                "others-hurt",
                "That rewrites what the others build on: see the step before.",
            ),
            "git commit --amend, then a forced push": (
                "others-hurt",
                "An amended commit is another commit: the others have the old one.",
            ),
            "a new clone without it": (
                "not-undone",
                "A new clone brings it along: it is on the server.",
            ),
        },
    )
    return "New commits never hurt anybody."


def _straight(work: Work, *where: str) -> None:
    """Fail when posters, here or on the server, was merged or holds the old draft."""
    first = f"First the server back: {_BACK}, and `git fetch`. Then" if where else "Now"
    if _say(work, *where, "rev-list", "--merges", "v1.0..posters"):
        seen = "The two lines were merged. Wanted is one straight line"
        fail("merged", f"{seen}. {first} `git rebase origin/posters posters`.")
    subjects = _say(work, *where, "log", "--format=%s", "posters").splitlines()
    old = _say(work, *where, "log", "--format=%s", "-SSUMER", "posters").splitlines()
    if len(old) > 1 or subjects.count("Poster: the first draft") > 1:
        seen = "The first draft is there twice, the old one too"
        how = "`git rebase -i origin/posters posters`, and drop it there"
        fail("draft-twice", f"{seen}. {first} {how}.")


def _soups_there(menu: str) -> None:
    """Fail unless the merged menu has both soups, and no mark of a conflict."""
    if "Tomato soup" not in menu:
        fail("ours-lost", "Merged, but the tomato soup of main is gone. Put it back.")
    if "Pumpkin soup" not in menu:
        fail("theirs-lost", "Merged, but there is no pumpkin soup on the menu.")
    if _marked(menu):
        fail("marks-left", "The commit on main still holds the marks of the conflict.")
    if not (_line(menu, "Tomato soup") and _line(menu, "Pumpkin soup")):
        fail(
            "one-line", "Each soup begins a line of its own, with its price behind it."
        )


def _hours_open(work: Work, hours: str) -> None:
    """Say what is still open with the opening hours."""
    here = _text(work, "hours.txt")
    if "Sunday     9-71" not in here and here != hours:
        if not _holds(work, "HEAD", "main"):
            branch = _say(work, "branch", "--show-current") or "no branch"
            fail("other-branch", f"You are on {_show(branch)}, not on main.")
        fail(
            "hours-open",
            "hours.txt is mended in your folder, but not committed on main.",
        )
    seen = f"hours.txt on main says {_show(_line(hours, 'Sunday'))}"
    fail("hours-wrong", f"{seen}. The café closes at 17 then: 9-17.")


def _wrong_revert(work: Work) -> str:
    """Return the subject of another commit that was reverted; "" when none was."""
    subjects = _say(work, "log", "--format=%s", "origin/main..main").splitlines()
    taken = [line[8:-1] for line in subjects if line.startswith('Revert "')]
    return next((subject for subject in taken if subject != "New prices"), "")


def _wrong_culprit(work: Work, first: str, tagged: str) -> None:
    """Say on which side of the culprit the tag stands."""
    subject = _show(_say(work, "log", "-1", "--format=%s", tagged))
    if _say(work, "rev-parse", "-q", "--verify", f"{first}^") == tagged:
        seen = f"{subject} is the last good commit"
        fail("one-before", f"{seen}, one before the culprit.")
    if _holds(work, first, tagged):
        fail("too-late", f"With {subject} it is wrong already. The first was before.")
    fail("too-early", f"With {subject} the sum is still right. It broke later.")


def _repository(work: Work) -> None:
    """Fail unless the repository is there."""
    if not (work.folder / "cafe" / ".git").is_dir():
        text = "There is no repository yet. Run the first cell: `bash data/start.sh`"
        fail("not-begun", text)
    if not _say(work, "rev-parse", "--verify", "-q", "refs/heads/main"):
        text = "The branch main is gone. Begin again: `bash ../data/start.sh --again`"
        fail("no-main", text)


def _say(work: Work, *words: str) -> str:
    """Return what a git command says, without outer white space; "" when it fails."""
    code, out = work.run([*_GIT, *words], timeout=3)
    return out.strip() if code == 0 else ""


def _file(work: Work, name: str) -> str:
    """Return a file as a commit holds it, `main:menu.txt`; "" when it does not."""
    code, out = work.run([*_GIT, "show", name], timeout=3)
    return out if code == 0 else ""


def _text(work: Work, name: str) -> str:
    """Return a file of the working folder; "" when there is none that can be read."""
    path = work.folder / "cafe" / name
    try:
        if not path.is_file():
            return ""
        with path.open(errors="replace") as file:
            return file.read(100_000)
    except OSError:
        return ""


def _rebase_ended(work: Work, branch: str) -> None:
    """Fail while a rebase of a branch is going on."""
    for folder in ("rebase-merge", "rebase-apply"):
        if _text(work, f".git/{folder}/head-name").strip() == f"refs/heads/{branch}":
            fail("rebase-open", "The rebase stopped half way: `git status` says more.")


def _head_file(work: Work, name: str) -> bool:
    """Tell whether git is in the middle of something, by the file it keeps of it."""
    return (work.folder / "cafe" / ".git" / name).exists()


def _holds(work: Work, older: str, newer: str) -> bool:
    """Tell whether one commit is part of the history of another."""
    words = ("merge-base", "--is-ancestor", older, newer)
    return work.run([*_GIT, *words], timeout=3).code == 0


def _marked(text: str) -> bool:
    """Tell whether a text holds a mark of a conflict."""
    return any(line.partition(" ")[0] in _MARKS for line in text.splitlines())


def _line(text: str, begin: str) -> str:
    """Return the first line that begins with a word; "" when none does."""
    lines = map(str.strip, text.splitlines())
    return next((line for line in lines if line.startswith(begin)), "")


def _show(text: str) -> str:
    """Show what an attendee wrote, shortened, in quotation marks."""
    return repr(text[:60])
