"""An author writes checks; mistakes are refused with a sentence."""

from __future__ import annotations

import contextlib
from types import ModuleType

import pytest

from checkers import check, fail
from checkers.engine.check import CheckError, Failed, checker_for

GOOD = """
from checkers import Work, check, fail

@check("first")
def first(work: Work) -> None:
    pass

@check("second", limit=5)
def second(work: Work) -> None:
    pass
"""


def module(source: str, name: str) -> ModuleType:
    """Return a module made of `source`."""
    made = ModuleType(name)
    exec(source, made.__dict__)
    return made


def test_checks_come_in_the_order_of_the_module() -> None:
    """A checker lists its steps in order and finds one by id."""
    checker = checker_for(module(GOOD, "checkers.good_lab"))
    assert checker.lab == "good_lab"
    assert checker.steps == ("first", "second")
    assert checker["second"].limit == 5


def test_a_step_without_check_is_an_error_that_names_the_others() -> None:
    """Asking for an unknown step names the known ones."""
    checker = checker_for(module(GOOD, "checkers.good_lab"))
    with pytest.raises(CheckError, match=r"expected a check for step 'third'.*first"):
        checker["third"]


def test_loading_a_module_again_replaces_its_checks() -> None:
    """The same function for the same step is a reload and no duplicate."""
    made = module(GOOD, "checkers.again")
    exec(GOOD, made.__dict__)
    assert checker_for(made).steps == ("first", "second")


def test_two_checks_for_one_step_are_refused() -> None:
    """A second function for the same step is a mistake."""
    source = GOOD + "\n@check('first')\ndef third(work): pass\n"
    with pytest.raises(CheckError, match=r"one check for step 'first'.*beside first"):
        module(source, "checkers.twice")


def test_two_functions_of_one_name_are_refused() -> None:
    """A copied function whose name was not changed would hide the other."""
    source = GOOD + "\n@check('third')\ndef first(work): pass\n"
    made = module(source, "checkers.same_name")
    with pytest.raises(CheckError, match="one function named first, got two"):
        checker_for(made)


@pytest.mark.parametrize("step", ["", "Load", "load_data", "-x", 3, None, "a" * 65])
def test_a_bad_step_id_is_refused(step: object) -> None:
    """Ids are a-z, 0-9 and dashes."""
    with pytest.raises(CheckError, match="expected an id"):
        check(step)(lambda work: None)  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [0, -1, 61, "1", None])
def test_a_bad_limit_is_refused(limit: object) -> None:
    """A limit is a number of seconds up to a minute."""
    with pytest.raises(CheckError, match="limit: expected"):
        check("step", limit=limit)(lambda work: None)  # type: ignore[arg-type]


def test_fail_passes_an_except_exception() -> None:
    """An attendee's `except Exception` cannot swallow a verdict."""

    def careless() -> None:
        with contextlib.suppress(Exception):
            fail("rows-lost", "Some rows are lost.")

    with pytest.raises(Failed) as caught:
        careless()
    assert (caught.value.reason, caught.value.hint) == (
        "rows-lost",
        "Some rows are lost.",
    )


@pytest.mark.parametrize(
    ("reason", "hint"), [("Rows lost", "x"), ("", "x"), (1, "x"), ("ok", ""), ("ok", 1)]
)
def test_a_bad_reason_or_hint_is_the_authors_mistake(
    reason: object, hint: object
) -> None:
    """A verdict nobody can be grouped by is refused."""
    with pytest.raises(CheckError):
        fail(reason, hint)  # type: ignore[arg-type]


def test_a_module_without_checks_is_refused() -> None:
    """A checker without a check is a mistake."""
    with pytest.raises(CheckError, match="at least one @check"):
        checker_for(ModuleType("checkers.empty"))
