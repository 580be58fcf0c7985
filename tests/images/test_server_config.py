"""The seat's server configuration, read as the server reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jupyter_server.services.kernels.connection.channels import (
    ZMQChannelsWebsocketConnection,
)
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from traitlets.config.loader import PyFileConfigLoader

FOLDER = Path(__file__).parents[2] / "images/base/etc/jupyter"


def configuration() -> Any:
    """Return what the file sets."""
    return PyFileConfigLoader("jupyter_server_config.py", str(FOLDER)).load_config()


def sets_nodelay(self: Any) -> None:
    """Do what a later jupyter_server may do in any of its methods."""
    self.set_nodelay(True)


def test_small_messages_go_out_at_once() -> None:
    """The jupyter_server of today leaves the delay on, so ours turns it off."""
    chosen = configuration().ServerApp.kernel_websocket_connection_class
    assert chosen.__name__ == "PromptConnection"


@pytest.mark.parametrize(
    ("kind", "method"),
    [(ZMQChannelsWebsocketConnection, "connect"), (KernelWebsocketHandler, "open")],
)
def test_our_connection_steps_back_once_upstream_is_prompt(
    kind: type, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connection or handler: wherever jupyter_server sets it, ours is not used."""
    monkeypatch.setattr(kind, method, sets_nodelay)
    assert "kernel_websocket_connection_class" not in configuration().ServerApp
