"""The demo's router and commands, with releases made for the test; and the parts that the releases are made of."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from warroom.clock import SystemClock
from warroom.demo import drain, switch
from warroom.demo.console import RouterClient
from warroom.demo.faults import FAULTS, GOOD, GrowingFault, Share
from warroom.demo.jobs import JobQueue
from warroom.demo.router import Router
from warroom.demo.web import App, Reply, Request, Server, json_reply, post, send_once

HEALTH = Request("GET", "/api/health")
PAYMENT = post("/api/payments", {"amount": 100})


@contextmanager
def serving(app: App) -> Iterator[str]:
    with Server(app) as server:
        server.start()
        yield server.url
        server.shutdown()


@pytest.fixture
def router() -> Iterator[str]:
    """A router of its own, without traffic; blue is live as soon as it has registered."""
    with serving(Router(SystemClock(), "blue").answer) as url:
        yield url


def register(router: str, color: str, url: str) -> None:
    send_once(router, post("/admin/releases", {"color": color, "release": "1.0", "url": url}))


def always(status: int, color: str = "blue") -> App:
    return lambda _: json_reply(status, {"color": color})


def switch_to(color: str, router: str) -> int:
    return switch.main(["--router", router, "--to", color])


def test_what_was_not_measured_is_null(router: str) -> None:
    stats = RouterClient(router).get("/stats")
    assert (stats["requests"], stats["payments"]) == (0, 0)
    assert (stats["error_rate"], stats["payment_success"], stats["p95_ms"]) == (None, None, None)


def test_numbers_are_counted_on_what_was_passed_on(router: str) -> None:
    statuses = iter([200, 200, 402, 500])
    with serving(lambda _: json_reply(next(statuses), {})) as url:
        register(router, "blue", url)
        send_once(router, HEALTH)
        for _ in range(3):
            send_once(router, PAYMENT)
    stats = RouterClient(router).get("/stats")
    assert (stats["requests"], stats["error_rate"]) == (4, 0.25)
    assert (stats["payments"], stats["payment_success"]) == (3, round(1 / 3, 4))

    metrics = send_once(router, Request("GET", "/metrics"))
    assert metrics.content_type.startswith("text/plain; version=0.0.4")
    series = dict(line.rsplit(" ", 1) for line in metrics.body.decode().splitlines() if not line.startswith("#"))
    assert series['http_requests_total{code="500"}'] == "1"
    assert series['payments_total{result="ok"}'] == "1"
    assert series['payments_total{result="failed"}'] == "2"
    assert series["request_duration_seconds_count"] == "4"
    assert float(series["request_duration_seconds_sum"]) > 0
    assert series["queue_depth"] == "0"


def test_a_live_release_that_is_gone_counts_as_errors(router: str) -> None:
    with serving(always(200)) as url:
        register(router, "blue", url)
    assert send_once(router, HEALTH).status == 502
    assert RouterClient(router).get("/stats")["error_rate"] == 1


def test_a_body_that_is_none_of_ours_is_answered_with_400(router: str) -> None:
    for body in (b"", b"[]", b"{}", b'{"to": '):
        assert send_once(router, Request("POST", "/admin/switch", body)).status == 400


def test_an_unhealthy_release_gets_no_traffic(router: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(always(200)) as blue, serving(always(503, "green")) as green:
        register(router, "blue", blue)
        register(router, "green", green)
        assert switch_to("green", router) == 1
        assert "green is not healthy: /api/health answers 503; nothing was switched" in capsys.readouterr().err
        assert RouterClient(router).live() == "blue"


def test_a_dead_release_gets_no_traffic(router: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(always(200)) as blue:
        register(router, "blue", blue)
        with serving(always(200, "green")) as green:
            register(router, "green", green)
        assert switch_to("green", router) == 1
        assert f"green at {green} does not answer" in capsys.readouterr().err
        assert RouterClient(router).live() == "blue"


def test_the_check_switches_nothing(router: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(always(200)) as blue, serving(always(200, "green")) as green:
        register(router, "blue", blue)
        register(router, "green", green)
        assert switch.main(["--router", router, "--to", "green", "--check"]) == 1
        assert "new requests are answered by blue, not by green" in capsys.readouterr().err
        assert RouterClient(router).live() == "blue"


def test_commands_name_what_they_cannot_find(router: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(always(200)) as url:
        register(router, "blue", url)
    assert switch_to("red", router) == 2
    assert 'the router knows no release "red"; it has blue' in capsys.readouterr().err
    assert switch_to("blue", url) == 1
    assert f"the router at {url} does not answer" in capsys.readouterr().err


def test_a_stranger_at_the_routers_address_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(lambda _: Reply(200, b"<h1>it works</h1>")) as url:
        assert switch_to("blue", url) == 1
    assert "the router's answer is no JSON object: b'<h1>it works</h1>'" in capsys.readouterr().err


def test_the_live_release_is_not_drained(router: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(always(200)) as url:
        register(router, "blue", url)
    assert drain.main(["--router", router, "--release", "blue"]) == 64
    assert "blue takes the traffic" in capsys.readouterr().err


def test_jobs_that_nobody_works_off_end_the_drain(router: str, capsys: pytest.CaptureFixture[str]) -> None:
    register(router, "green", "http://127.0.0.1:1")
    send_once(router, post("/queue/put", {"color": "green", "jobs": 3}))
    assert drain.main(["--router", router, "--release", "green", "--timeout", "0"]) == 1
    assert "3 of green's jobs still wait" in capsys.readouterr().err


def test_only_the_live_release_gets_jobs(router: str) -> None:
    send_once(router, post("/queue/put", {"color": "blue", "jobs": 3}))

    def take(color: str) -> Reply:
        return send_once(router, post("/queue/take", {"color": color, "limit": 2}))

    assert take("green").json() == {"taken": 0, "depth": 3}
    assert take("blue").json() == {"taken": 2, "depth": 1}


# Its parts


def test_the_queue_is_fair_and_full_at_its_capacity() -> None:
    jobs = JobQueue(capacity=5)
    assert (jobs.put("green", 3), jobs.put("blue", 4)) == (3, 2)
    assert (jobs.depth, jobs.refused) == (5, 2)
    assert jobs.take(4) == 4
    assert (jobs.waiting("green"), jobs.waiting("blue")) == (0, 1)
    assert jobs.take(4) == 1


def test_rare_events_are_spread_evenly() -> None:
    share = Share()
    happened = [number for number in range(1000) if share.happens(0.005)]
    assert len(happened) == 5
    assert {after - before for before, after in pairwise(happened)} <= {199, 200, 201}


class FakeClock:
    now_us = 0

    def utc_us(self) -> int:
        return self.now_us

    def mono_us(self) -> int:
        return self.now_us


def test_a_fault_hides_grows_and_recovers_when_idle() -> None:
    clock = FakeClock()
    fault = GrowingFault(FAULTS["payments"], 30, clock)

    def failures_at(seconds: int) -> float:
        clock.now_us = seconds * 1_000_000
        return fault.behaviour().payment_failures

    assert failures_at(500) == GOOD.payment_failures, "nobody has used it"
    for second in range(500, 541):
        clock.now_us = second * 1_000_000
        fault.use()
    assert failures_at(541) == FAULTS["payments"].payment_failures
    assert failures_at(600) == FAULTS["payments"].payment_failures
    fault.use()
    assert failures_at(609) == GOOD.payment_failures
    assert GOOD.payment_failures < failures_at(620) < FAULTS["payments"].payment_failures
