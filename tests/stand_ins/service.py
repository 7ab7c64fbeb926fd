"""What all stand-ins share: the modes, and the order in which a service looks at a request."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Literal, get_args
from urllib.parse import parse_qs, urlsplit

from http_traps import Reply, Request

Mode = Literal["ok", "degraded", "down", "unauthorised"]
MODES: tuple[Mode, ...] = get_args(Mode)


class Service(ABC):
    """A third party. It keeps what it was asked, so that a test can see what would have happened at the real one.

    `degraded` is what the service's own documents call less than well, `down` its outage, and `unauthorised` the state
    after somebody took our credentials away.
    """

    def __init__(self, mode: Mode = "ok") -> None:
        self.mode: Mode = mode
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        if self.mode == "down":
            return self.outage()
        if self.mode == "unauthorised" or not self.admits(request):
            return self.refusal(request)
        return self.answer(request)

    @staticmethod
    @abstractmethod
    def environ(url: str) -> Mapping[str, str]:
        """The variables with which a probe finds the service at `url`, and is let in."""

    @abstractmethod
    def admits(self, request: Request) -> bool:
        """Whether the credentials of the request are right."""

    @abstractmethod
    def answer(self, request: Request) -> Reply:
        """To a request that was let in, by the mode."""

    @abstractmethod
    def refusal(self, request: Request) -> Reply:
        """To one that was not."""

    def outage(self) -> Reply:
        return Reply(503, "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>")


def as_json(document: Any, status: int = 200) -> Reply:  # Any: what JSON can hold
    return Reply(status, json.dumps(document), {"Content-Type": "application/json"})


def header(request: Request, name: str) -> str:
    """A header's value, in whichever case its name was sent; "" without one."""
    return next((value for key, value in request.headers.items() if key.lower() == name.lower()), "")


def path(request: Request) -> str:
    return urlsplit(request.path).path


def query(request: Request) -> dict[str, str]:
    """The parameters behind the path, the last of each name."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(request.path).query).items()}


def form(request: Request) -> dict[str, str]:
    """The fields of a form, the last of each name."""
    return {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}


def not_found() -> Reply:
    return Reply(404, "")
