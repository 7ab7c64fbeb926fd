"""One release of the demo's shop, as a process: pages, payments, a worker on the shared queue, metrics.

Its `/api/health` always says ok, whatever else is wrong. That is the point of the demo.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from random import Random
from threading import Thread
from time import sleep

from warroom.clock import Clock, SystemClock
from warroom.demo.child import announce_and_wait
from warroom.demo.faults import FAULTS, RAMP_S, Behaviour, GrowingFault, Share, seeded
from warroom.demo.meters import Sample, Totals, paid
from warroom.demo.web import Caller, Reply, Request, Server, json_reply, parse_object, post
from warroom.demo.worker import Worker

PAGES = ("/", "/products", "/cart")
JOBS_PER_PAYMENT = 5  # ledger, receipt, SMS, push, analytics; a refused payment is told and booked as well
OWN_FAULT = 1 / 3  # of the payments that fail: our own error. The others are refused by the gateway


@dataclass(frozen=True)
class Identity:
    color: str
    release: str


class Shop:
    """Answers customers, as well or as badly as its fault has it by now."""

    def __init__(self, identity: Identity, fault: GrowingFault, broker: Caller, random: Random, clock: Clock) -> None:
        self._identity = identity
        self._fault = fault
        self._random = random
        self._clock = clock
        self._totals = Totals()
        self._page_errors = Share()
        self._failing_payments = Share()
        self._own_faults = Share()
        self.worker = Worker(identity.color, broker, lambda: fault.behaviour().job_s)

    def answer(self, request: Request) -> Reply:
        started_us = self._clock.mono_us()
        reply = self._serve(request)
        now_us = self._clock.mono_us()
        took_s = (now_us - started_us) / 1e6
        self._totals.record(Sample(now_us, reply.status, took_s, paid(request, reply.status)))
        return reply

    def _serve(self, request: Request) -> Reply:
        match request.route.split(" "):
            case ["GET", "/api/health"]:
                return json_reply(200, {"status": "ok", **vars(self._identity)})
            case ["GET", "/metrics"]:
                return self._totals.exposition(**vars(self._identity), queue_depth=self.worker.depth)
            case ["GET", path] if path in PAGES:
                return self._page(path)
            case ["POST", "/api/payments"]:
                return self._payment(request.body)
        return json_reply(404, {"error": "no such page"})

    def _page(self, path: str) -> Reply:
        behaviour = self._work()
        if self._page_errors.happens(behaviour.page_errors):
            return json_reply(500, {"error": "template error"})
        text = f"<h1>shop {self._identity.release} ({self._identity.color})</h1><p>{path}</p>\n"
        return Reply(200, text.encode(), "text/html; charset=utf-8")

    def _payment(self, body: bytes) -> Reply:
        if not _names_an_amount(body):
            return json_reply(400, {"error": 'a payment is {"amount": NUMBER above 0}'})
        behaviour = self._work()
        self.worker.feed(JOBS_PER_PAYMENT)
        if not self._failing_payments.happens(behaviour.payment_failures):
            return json_reply(200, {"status": "paid"})
        if self._own_faults.happens(OWN_FAULT):
            return json_reply(500, {"status": "error", "error": "no connection to the gateway left"})
        return json_reply(402, {"status": "refused"})

    def _work(self) -> Behaviour:
        """Takes a customer's request on: as long as it takes by now."""
        self._fault.use()
        behaviour = self._fault.behaviour()
        sleep(self._random.lognormvariate(log(behaviour.latency_s), 0.4))
        return behaviour


def _names_an_amount(body: bytes) -> bool:
    try:
        amount = parse_object(body).get("amount")
    except ValueError:
        return False
    return isinstance(amount, int | float) and amount > 0


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m warroom.demo.release", description=__doc__)
    parser.add_argument("--color", required=True)
    parser.add_argument("--release", required=True, help="the version")
    parser.add_argument("--router", required=True, help="the router to register with; it holds the queue, too")
    parser.add_argument("--fault", choices=FAULTS, default="none")
    parser.add_argument("--ramp", type=float, default=RAMP_S, help="seconds of use until the fault is full")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)

    clock = SystemClock()
    identity = Identity(options.color, options.release)
    fault = GrowingFault(FAULTS[options.fault], options.ramp, clock)
    router = Caller(options.router)
    shop = Shop(identity, fault, router, seeded(options.seed), clock)
    server = Server(shop.answer)
    server.start()
    router.send(post("/admin/releases", {**vars(identity), "url": server.url}))
    Thread(target=shop.worker.run, daemon=True).start()
    announce_and_wait(url=server.url)


if __name__ == "__main__":
    main()
