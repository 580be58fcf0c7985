"""A process and all it started: whoever ends meanwhile, nobody is left behind."""

from __future__ import annotations

import os
import subprocess
import sys

from checkers.engine import family

ENDS_MEANWHILE = """
import os, subprocess, time
from checkers.engine import family
family.adopt()
line = "sleep 600 & echo $!; read line"
shell = subprocess.Popen(["sh", "-c", line], stdin=-1, stdout=-1)
child = int(shell.stdout.readline())
has_ended = family._has_ended

def late(pid):
    if pid == shell.pid:
        shell.kill()
        while not has_ended(pid):
            time.sleep(0.01)
    return has_ended(pid)

family._has_ended = late
family.end_descendants(os.getpid())
print(has_ended(child))
"""
NAMED = """
import ctypes
ctypes.CDLL(None).prctl(15, b"\\xff\\xfe")
print("named", flush=True)
input()
"""


def test_a_child_whose_parent_ends_during_a_look_is_ended_too() -> None:
    """It is adopted after the adopting one was looked at."""
    words = [sys.executable, "-c", ENDS_MEANWHILE]
    assert subprocess.check_output(words, text=True) == "True\n"


def test_a_program_whose_name_is_no_text_is_found() -> None:
    """A name is cut off at fifteen bytes, so in the middle of a letter, too."""
    words = [sys.executable, "-c", NAMED]
    with subprocess.Popen(words, stdin=-1, stdout=-1) as named:
        assert named.stdout is not None
        named.stdout.readline()
        assert named.pid in family.descendants(os.getpid())
        named.kill()
