"""The router in front of the demo's releases, as a process: proxies to the live one, measures, holds the queue.

Every number it shows is measured on requests that it really passed on.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from threading import Lock

from warroom.clock import Clock, SystemClock
from warroom.demo.child import announce_and_wait
from warroom.demo.jobs import JobQueue
from warroom.demo.meters import Sample, Totals, Window, paid
from warroom.demo.web import App, Reply, Request, Server, json_reply, parse_object, send_once


@dataclass(frozen=True)
class Upstream:
    """A release that has registered."""

    color: str
    release: str
    url: str


class Router:
    """Its own routes first; everything else goes to the live release."""

    def __init__(self, clock: Clock, live: str) -> None:
        """`live`: the colour that gets the traffic once it has registered."""
        self._clock = clock
        self._live = live
        self._upstreams: dict[str, Upstream] = {}
        self._switching = Lock()
        self._queue = JobQueue()
        self._totals = Totals()
        self._window = Window()
        self._own: dict[str, App] = {
            "GET /stats": self._stats,
            "GET /metrics": self._metrics,
            "GET /queue": self._waiting,
            "POST /queue/put": self._put,
            "POST /queue/take": self._take,
            "GET /admin/releases": self._releases,
            "POST /admin/releases": self._register,
            "POST /admin/switch": self._switch,
        }

    def answer(self, request: Request) -> Reply:
        own = self._own.get(request.route)
        if own is None:
            return self._measured(request)
        try:
            return own(request)
        except (ValueError, TypeError, KeyError) as error:
            return json_reply(400, {"error": f"not a request that {request.route} takes: {error!r}"})

    def _measured(self, request: Request) -> Reply:
        started_us = self._clock.mono_us()
        reply = self._pass_on(request)
        now_us = self._clock.mono_us()
        sample = Sample(now_us, reply.status, (now_us - started_us) / 1e6, paid(request, reply.status))
        self._totals.record(sample)
        self._window.record(sample)
        return reply

    def _pass_on(self, request: Request) -> Reply:
        upstream = self._upstreams.get(self._live)
        if upstream is None:
            return json_reply(503, {"error": f"{self._live} has not registered"})
        try:
            return send_once(upstream.url, request)
        except OSError as error:
            return json_reply(502, {"error": f"{upstream.color} does not answer: {error}"})

    def _stats(self, _: Request) -> Reply:
        upstream = self._upstreams.get(self._live)
        return json_reply(
            200,
            {
                "live": self._live,
                "release": upstream.release if upstream else None,
                **self._window.summary(self._clock.mono_us()),
                "queue_depth": self._queue.depth,
            },
        )

    def _metrics(self, _: Request) -> Reply:
        upstream = self._upstreams.get(self._live)
        release = upstream.release if upstream else ""
        return self._totals.exposition(color=self._live, release=release, queue_depth=self._queue.depth)

    def _waiting(self, _: Request) -> Reply:
        waiting = {color: self._queue.waiting(color) for color in self._upstreams}
        return json_reply(200, {"depth": self._queue.depth, "refused": self._queue.refused, "waiting": waiting})

    def _put(self, request: Request) -> Reply:
        fields = parse_object(request.body)
        return json_reply(200, {"accepted": self._queue.put(str(fields["color"]), int(fields["jobs"]))})

    def _take(self, request: Request) -> Reply:
        """Only the live release works: the other one's workers stand by, as its web servers do."""
        fields = parse_object(request.body)
        taken = self._queue.take(int(fields["limit"])) if fields["color"] == self._live else 0
        return json_reply(200, {"taken": taken, "depth": self._queue.depth})

    def _releases(self, _: Request) -> Reply:
        releases = {color: asdict(upstream) for color, upstream in self._upstreams.items()}
        return json_reply(200, {"live": self._live, "releases": releases})

    def _register(self, request: Request) -> Reply:
        upstream = Upstream(**parse_object(request.body))
        # A new dict, so that a request under way never sees one that changes.
        self._upstreams = {**self._upstreams, upstream.color: upstream}
        return json_reply(200, asdict(upstream))

    def _switch(self, request: Request) -> Reply:
        """From one request to the next. What is under way ends where it began."""
        to = parse_object(request.body)["to"]
        if to not in self._upstreams:
            return json_reply(404, {"error": f"{to} has not registered"})
        with self._switching:
            before, self._live = self._live, to
        return json_reply(200, {"from": before, "to": to})


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m warroom.demo.router", description=__doc__)
    parser.add_argument("--live", required=True, help="the colour that gets the traffic at first")
    options = parser.parse_args(argv)
    server = Server(Router(SystemClock(), options.live).answer)
    server.start()
    announce_and_wait(url=server.url)


if __name__ == "__main__":
    main()
