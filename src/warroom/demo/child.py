"""How a process of the demo lives: it says that it is ready, and ends when its parent does."""

import json
import sys


def announce_and_wait(**ready: str) -> None:
    """Prints one JSON line and returns when stdin ends.

    The parent holds the other end of the pipe. However it ends, kill -9 included, the system closes that end, so no
    child is ever left behind. All other threads of the child are daemons.
    """
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
