"""The demo's customers, as a process: some twenty people who look at pages and pay, each about once a second."""

import argparse
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from threading import Thread
from time import sleep

from warroom.demo.child import announce_and_wait
from warroom.demo.faults import seeded
from warroom.demo.release import PAGES
from warroom.demo.web import Caller, Request, post

CUSTOMERS = 22
THINK_S = (0.8, 1.15)
MIX = {"page": 12, "health": 2, "payment": 8}


def next_request(random: Random) -> Request:
    """What a customer (or a load balancer, for health) asks for next."""
    kind = random.choices(tuple(MIX), tuple(MIX.values()))[0]
    if kind == "payment":
        return post("/api/payments", {"amount": random.randint(50, 5000)})
    return Request("GET", "/api/health" if kind == "health" else random.choice(PAGES))


def shop_for_ever(router: Caller, random: Random) -> None:
    sleep(random.random())
    while True:
        with suppress(OSError):  # customers come back
            router.send(next_request(random))
        sleep(random.uniform(*THINK_S))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m warroom.demo.traffic", description=__doc__)
    parser.add_argument("--router", required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    for number in range(CUSTOMERS):
        customer = (Caller(options.router, timeout_s=10), seeded(options.seed + number))
        Thread(target=shop_for_ever, args=customer, daemon=True).start()
    announce_and_wait(customers=str(CUSTOMERS))


if __name__ == "__main__":
    main()
