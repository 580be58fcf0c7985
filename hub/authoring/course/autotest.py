"""Autotest: nbgrader's AUTOTEST lines made into tests, by nbgrader itself.

Errors:
    CourseError: they cannot be; says why.
"""

from __future__ import annotations

import logging
from copy import deepcopy
from pathlib import Path
from typing import Any

from nbgrader.preprocessors import InstantiateTests
from nbgrader.preprocessors.instantiatetests import CellExecutionError
from traitlets.config import Config

from hub.authoring.course.notes import CourseError
from hub.authoring.course.rules import Rules

SECONDS = 30
"""How long a cell of the notebook may take meanwhile."""
FILE = "autotests.yml"


class _Instantiated(InstantiateTests):
    """nbgrader's own, with an end to each cell."""

    execute_result: Any

    def _execute_code_snippet(self, code: str) -> Any:
        hook = self._execute_code_snippet_output_hook
        first = code.strip().partition("\n")[0][:60]
        try:
            self.kc.execute_interactive(
                code, output_hook=hook, allow_stdin=False, timeout=SECONDS
            )
        except TimeoutError:
            raise CourseError(f"{first!r} takes over {SECONDS} s") from None
        except CellExecutionError as error:
            # it has no text of its own: nbgrader gives it a list where one belongs
            what = f"{error.ename}: {error.evalue}".partition("\n")[0][:120]
            raise CourseError(f"{first!r} stops with {what}") from None
        result: Any = self.execute_result
        self.execute_result = None
        return result


def instantiated(notebook: Any, rules: Rules, folder: Path) -> Any:
    """Return the notebook with tests in place of its AUTOTEST lines.

    Args:
        notebook: regular, with its solutions.
        rules: what its course settles.
        folder: where its files lie; its cells run there.

    Raises:
        CourseError: there is no autotests.yml, or a cell fails or never ends.
    """
    place = next(
        (root for root in (folder, rules.root) if root and (root / FILE).is_file()),
        None,
    )
    if place is None:
        raise CourseError(
            f"there is no {FILE} beside it or in the course's folder: put "
            "nbgrader's there and import it again"
        )
    config = Config()
    config.InstantiateTests.autotest_filename = str(place.absolute() / FILE)
    work = _Instantiated(config=config)
    work.log = logging.getLogger("hub.authoring.course.nbgrader")
    work.log.disabled = True
    copied = deepcopy(notebook)
    try:
        made, _ = work.preprocess(copied, {"metadata": {"path": str(folder)}})
    except CourseError:
        raise
    except Exception as error:
        # whatever nbgrader, its templates or the kernel raise: it is said, cell by cell
        text = str(error).strip() or "nbgrader finds some outside of a test cell"
        raise CourseError(text.splitlines()[0][:120]) from None
    finally:
        if work.kc is not None:
            work.kc.stop_channels()
            work.kc.parent.shutdown_kernel(now=True)
    return made
