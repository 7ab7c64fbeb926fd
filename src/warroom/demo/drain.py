"""`python -m warroom.demo.drain --router URL --release green`: waits until that release's jobs are worked off."""

import argparse
from collections.abc import Sequence
from time import sleep

from warroom.clock import Clock, SystemClock
from warroom.core.errors import Refused, WarroomError
from warroom.demo.console import RouterClient, exit_status, say

LOOK_S = 0.5


def drain(router_url: str, color: str, timeout_s: float, clock: Clock) -> None:
    """The live release's workers do the work: the queue is shared.

    Raises `Refused` while the release itself is live, and `WarroomError` when jobs are left after `timeout_s`.
    """
    router = RouterClient(router_url)
    router.release(color)
    live = router.live()
    if live == color:
        raise Refused(f"{color} takes the traffic, so its jobs never end", hint="switch to another release first")
    started_us = clock.mono_us()
    while waiting := int(router.get("/queue")["waiting"][color]):
        say(f"{waiting:,} of {color}'s jobs wait; {live} works them off")
        if clock.mono_us() - started_us > timeout_s * 1e6:
            raise WarroomError(f"{waiting:,} of {color}'s jobs still wait after {timeout_s:g} s")
        sleep(LOOK_S)
    say(f"no job of {color} waits any more, after {(clock.mono_us() - started_us) / 1e6:.1f} s")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m warroom.demo.drain", description=__doc__)
    parser.add_argument("--router", required=True, metavar="URL")
    parser.add_argument("--release", required=True, metavar="COLOUR")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS")
    options = parser.parse_args(argv)
    return exit_status(lambda: drain(options.router, options.release, options.timeout, SystemClock()))


if __name__ == "__main__":
    raise SystemExit(main())
