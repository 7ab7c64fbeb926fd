"""What the demo's commands share: their view of the router, and how they talk and fail."""

import sys
from collections.abc import Callable
from typing import Any

from warroom.core.errors import BadInput, WarroomError
from warroom.demo.web import Reply, Request, post, send_once


class RouterClient:
    """Asks the router. Each call raises `WarroomError` with one sentence when it gets no proper answer."""

    def __init__(self, url: str, timeout_s: float = 2.0) -> None:
        self._url = url
        self._timeout_s = timeout_s

    def get(self, path: str) -> dict[str, Any]:
        return self._object(Request("GET", path))

    def switch(self, to: str) -> dict[str, Any]:
        return self._object(post("/admin/switch", {"to": to}))

    def live(self) -> str:
        """The colour that gets the traffic."""
        return str(self.get("/admin/releases")["live"])

    def release(self, color: str) -> dict[str, Any]:
        """What is registered under a colour: color, release, url. Raises `BadInput` for an unknown one."""
        known = self.get("/admin/releases")["releases"]
        if color not in known:
            raise BadInput(f'the router knows no release "{color}"', hint=f"it has {', '.join(sorted(known))}")
        return dict(known[color])

    def _object(self, request: Request) -> dict[str, Any]:
        reply = fetch(self._url, "the router", request, self._timeout_s)
        if reply.status != 200:
            raise WarroomError(f"the router answers {request.route} with {reply.status}: {reply.body[:200]!r}")
        return parsed(reply, "the router")


def fetch(url: str, name: str, request: Request, timeout_s: float = 2.0) -> Reply:
    """Raises `WarroomError` saying that `name` does not answer."""
    try:
        return send_once(url, request, timeout_s)
    except OSError as error:
        raise WarroomError(f"{name} at {url} does not answer: {error}") from error


def parsed(reply: Reply, name: str) -> dict[str, Any]:
    """Raises `WarroomError` when something else than the demo answers at `name`'s address."""
    try:
        return reply.json()
    except ValueError as error:
        raise WarroomError(f"{name}'s answer is no JSON object: {reply.body[:200]!r}") from error


def say(line: str) -> None:
    """One line to stdout, at once: somebody watches."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def exit_status(command: Callable[[], None]) -> int:
    """Runs a command. What goes wrong becomes one line on stderr and the error's exit status."""
    try:
        command()
    except WarroomError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_status
    return 0
