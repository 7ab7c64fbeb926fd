"""`python -m warroom.demo.switch --router URL --to green`: points the demo's traffic to a release and proves it."""

import argparse
from collections.abc import Sequence
from time import sleep

from warroom.clock import Clock, SystemClock
from warroom.core.errors import WarroomError
from warroom.demo.console import RouterClient, exit_status, fetch, parsed, say
from warroom.demo.web import Request

REQUESTS = 5
PAUSE_S = 0.1
HEALTH = Request("GET", "/api/health")


def switch(router_url: str, to: str, clock: Clock) -> None:
    """Switches only to a release that is healthy. Raises `WarroomError` with the reason otherwise."""
    started_us = clock.mono_us()
    router = RouterClient(router_url)
    target, live = router.release(to), router.live()
    say(f"resolve  {to} is shop {target['release']} at {target['url']}; live is {live}")
    _check_health(target["url"], to)
    before = router.switch(to)["from"]
    say(f"switch   {before} -> {to}")
    confirm(router_url, to)
    say(f"done in {(clock.mono_us() - started_us) // 1000} ms")


def confirm(router_url: str, to: str) -> None:
    """Asks over new connections who answers. Raises `WarroomError` unless it is `to`, healthy, every time."""
    for _ in range(REQUESTS):
        reply = fetch(router_url, "the router", HEALTH)
        if reply.status != 200:
            raise WarroomError(f"new requests are answered with {reply.status}, not 200")
        color = parsed(reply, "the live release").get("color")
        if color != to:
            raise WarroomError(f"new requests are answered by {color}, not by {to}")
        sleep(PAUSE_S)
    say(f"verify   {REQUESTS} of {REQUESTS} new requests answered by {to}, health 200")


def _check_health(url: str, color: str) -> None:
    reply = fetch(url, color, HEALTH)
    if reply.status != 200:
        raise WarroomError(f"{color} is not healthy: /api/health answers {reply.status}", hint="nothing was switched")
    say(f"health   {color} answers 200")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m warroom.demo.switch", description=__doc__)
    parser.add_argument("--router", required=True, metavar="URL")
    parser.add_argument("--to", required=True, metavar="COLOUR")
    parser.add_argument("--check", action="store_true", help="switch nothing; confirm that the release answers")
    options = parser.parse_args(argv)
    if options.check:
        return exit_status(lambda: confirm(options.router, options.to))
    return exit_status(lambda: switch(options.router, options.to, SystemClock()))


if __name__ == "__main__":
    raise SystemExit(main())
