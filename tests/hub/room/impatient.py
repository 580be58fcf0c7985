"""The room service, giving projectors a second and little room to take a message.

Run instead of `python -m hub.room`, so that a test need not wait for long.
"""

from __future__ import annotations

import sys

from hub.room import board, projector_api
from hub.room.__main__ import main

if __name__ == "__main__":
    projector_api.PATIENCE = 1.0
    projector_api.PAUSE = 0.01
    board.SEND_BUFFER = 4096
    sys.exit(main())
