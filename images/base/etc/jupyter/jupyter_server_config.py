"""The seat's server: quick, quiet and lean. Read from <prefix>/etc/jupyter.

Terminals stay, no kernel is ever culled, nothing calls home.
"""

from __future__ import annotations

import shutil
from typing import Any

from jupyter_core.paths import jupyter_runtime_dir
from jupyter_server.services.kernels.connection.channels import (
    ZMQChannelsWebsocketConnection,
)
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

SOCKET_PATH = 57
"""Longest runtime folder for which a kernel's socket paths fit the system's limit."""


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A kernel's connection to the browser that sends small messages at once.

    Without TCP_NODELAY a cell's reply waits for the acknowledgement of an earlier
    message: 48 ms a cell instead of 7 (measured in November 2026 with jupyter_server
    2.21). Not used once jupyter_server does it itself.
    """

    def connect(self) -> Any:
        """Open the connection and turn the delay off."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


def prompt_already() -> bool:
    """Say whether a method of jupyter_server's own kernel websocket sets nodelay."""
    kinds = {*ZMQChannelsWebsocketConnection.__mro__, *KernelWebsocketHandler.__mro__}
    return any(
        "set_nodelay" in code.co_names
        for kind in kinds
        if kind.__module__.startswith("jupyter_server.")
        for method in vars(kind).values()
        if (code := getattr(method, "__code__", None)) is not None
    )


c = get_config()  # noqa: F821 - given by traitlets

if not prompt_already():
    c.ServerApp.kernel_websocket_connection_class = PromptConnection
c.ServerApp.open_browser = False
c.ServerApp.log_level = "WARN"
c.ServerApp.shutdown_no_activity_timeout = 0
c.ServerApp.jpserver_extensions = {
    # its paths are those of the classic notebook, which is not here
    "notebook_shim": False,
}
# not a login shell, which would forget where the seat's own programs are
c.ServerApp.terminado_settings = {"shell_command": [shutil.which("bash") or "sh"]}
c.MappingKernelManager.cull_idle_timeout = 0
if len(jupyter_runtime_dir()) <= SOCKET_PATH:
    # sockets in a folder of the seat's user rather than ports on loopback
    c.KernelManager.transport = "ipc"

# An attendee is here for an evening: nothing to install, no news, no updates.
c.LabApp.extension_manager = "readonly"
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
