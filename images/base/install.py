"""Finish a seat's virtual environment: run by its own Python, after pip.

    <prefix>/bin/python install.py [--own]

Puts the lean server and the configuration that lies beside this file in place; without
`--own` it also removes what no seat uses and compiles everything. Checkers come later,
to <prefix>/own.
"""

from __future__ import annotations

import compileall
import json
import shutil
import sys
import sysconfig
from pathlib import Path
from py_compile import PycInvalidationMode

HERE = Path(__file__).resolve().parent
PREFIX = Path(sys.prefix)
PACKAGES = Path(sysconfig.get_path("purelib"))
OWN = PREFIX / "own"
"""Folder of our own packages; a .pth file puts it on the path."""
PANEL = PREFIX / "share" / "jupyter" / "labextensions" / "airlift-panel"
"""Where JupyterLab and Notebook look for the side panel."""

UNUSED = (
    "lib/python*/site-packages/_distutils_hack",
    "lib/python*/site-packages/distutils-precedence.pth",
    "lib/python*/site-packages/jedi/third_party/django-stubs",
    "lib/python*/site-packages/matplotlib/tests",
    "lib/python*/site-packages/mpl_toolkits/*/tests",
    "lib/python*/site-packages/numpy/**/tests",
    "lib/python*/site-packages/pandas/tests",
    "lib/python*/site-packages/pip",
    "lib/python*/site-packages/pip-*",
    "lib/python*/site-packages/pkg_resources",
    "lib/python*/site-packages/setuptools",
    "lib/python*/site-packages/setuptools-*",
    "bin/pip*",
    "share/jupyterhub",
)
"""Tests of packages, pages of the Hub, and what installs packages."""
COMMANDS = {
    "answer": "checkers.engine.answers",
    "services": "checkers.engine.services",
}
"""Commands for terminals and bash cells, and the modules that they are."""


def remove_unused() -> None:
    """Remove what no seat uses: two fifths of the whole."""
    for pattern in UNUSED:
        for path in list(PREFIX.glob(pattern)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def put_own() -> None:
    """Put server, configuration, panel and the path of our own packages in place."""
    server = PREFIX / "bin" / "jupyterhub-singleuser"
    text = (HERE / "singleuser.py").read_text(encoding="utf-8")
    server.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    server.chmod(0o755)
    shutil.copytree(HERE / "etc", PREFIX / "etc", dirs_exist_ok=True)
    OWN.mkdir(exist_ok=True)
    (PACKAGES / "airlift.pth").write_text(f"{OWN}\n", encoding="utf-8")
    # A link, so that the panel comes with the checkers, in the last and thin layer.
    PANEL.parent.mkdir(parents=True, exist_ok=True)
    PANEL.unlink(missing_ok=True)
    PANEL.symlink_to(Path("../../../own/checkers/panel"))


def put_commands() -> None:
    """Put the commands that attendees type in place, and the kernel for bash."""
    for name, module in COMMANDS.items():
        program = PREFIX / "bin" / name
        text = f"import runpy\n\nrunpy.run_module({module!r}, run_name='__main__')\n"
        program.write_text(f"#!{sys.executable} -P\n{text}", encoding="utf-8")
        program.chmod(0o755)
    kernel = PREFIX / "share" / "jupyter" / "kernels" / "bash" / "kernel.json"
    kernel.parent.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-P",
        "-m",
        "checkers.engine.bash",
        "-f",
        "{connection_file}",
    ]
    kind = {"argv": command, "display_name": "Bash", "language": "bash"}
    kernel.write_text(json.dumps(kind, indent=1) + "\n", encoding="utf-8")


def compile_all() -> None:
    """Compile every module; sources are not looked at again, nobody writes here."""
    compileall.compile_dir(
        PACKAGES,
        quiet=2,
        workers=0,
        force=True,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )


def main() -> None:
    """Finish the environment this Python belongs to."""
    put_own()
    put_commands()
    if sys.argv[1:] != ["--own"]:
        remove_unused()
        compile_all()


if __name__ == "__main__":
    main()
