"""The kernel for bash, without a pause of 50 ms before each line that bash is given.

``python -P -m checkers.engine.bash -f <connection file>``

pexpect makes it for programs that ask for a password in a moment. bash has said that it
is ready for a line, and a kernel starts with dozens of them.
"""

from __future__ import annotations

import pexpect
from bash_kernel.kernel import BashKernel
from ipykernel.kernelapp import IPKernelApp


def main() -> None:
    """Be a kernel until told to end."""
    pexpect.spawn.delaybeforesend = property(lambda _: None, lambda _, _pause: None)
    IPKernelApp.launch_instance(kernel_class=BashKernel)


if __name__ == "__main__":
    main()
