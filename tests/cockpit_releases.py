"""Releases for the cockpit's tests, from files on disk to a journal, and a small production for their probes to ask."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal

from http_traps import Reply, Request, serve
from warroom.cli.cockpit import start_release
from warroom.core import decisions
from warroom.core.events import Event
from warroom.core.probe import Verdict
from warroom.core.rules import parse_rule
from warroom.core.store import Sample
from warroom.journal.store import open_journal
from warroom.room import Room

RELEASE = "shop 4.2.0"
OPERATOR = "ops-1"
T0 = 1_772_395_200_000_000  # 2026-03-01T20:00:00Z

CHECKLIST = """\
# Shop release

## Before (T-1 day)

### Data
- [ ] Back up the database <!-- wr: backup -->
- [ ] Restore the backup <!-- wr: restore -->

## Deployment Day

### Switch
- [ ] Deploy to production <!-- wr: deploy -->
- [ ] Verify payments <!-- wr: payments -->
  - [ ] by card <!-- wr: card -->
  - [ ] by wallet <!-- wr: wallet -->
- [ ] Verify the search <!-- wr: search -->

## After (T+1 day)
- [ ] Read the error log <!-- wr: error-log -->
"""

SIDE_FILE = """\
[item.pay-e2e]
owner = "payments"
required = true
probe = "payment-success"
guide = "Pay once by card and once by wallet, then compare with the pane."

[item.deploy]
owner = "deploy lead"
required = true
step = { argv = ["true", "--to", "green"], expected = "10s" }

[rollback]
to = "shop 4.1.7 (blue)"
verify = ["health", "payment-success"]
does_not_undo = ["payments that green took stay in the table", "push notifications that went out stay out"]
""" + "".join(
    f"""
[[rollback.step]]
title = "{title}"
where = "{where}"
argv = {argv}
expected = "{expected}"
"""
    for title, where, argv, expected in (
        ("Point traffic back to blue", "prod-lb-1", '["true", "--to", "blue"]', "10s"),
        ("Drain the green workers", "prod-app-g1..g4", '["false", "--drain", "green"]', "45s"),
        ("Set the feature flags of 4.1.7", "flagd", '["true", "flags/4.1.7.toml"]', "5s"),
        ("Warm the caches of blue", "prod-app-b1..b4", '["true", "--warm", "blue"]', "20s"),
        ("Turn the banner off", "cdn", '["true", "--banner", "off"]', "5s"),
        ("Tell the support desk", "chat", '["true", "#support"]', "2s"),
    )
)

VITALS = {"health": 6.0, "error-rate": 0.2, "payment-success": 99.4, "queue-depth": 40.0}
_RULES = {"health": "< 5", "error-rate": "> 2", "payment-success": "< 95", "queue-depth": "> 500"}


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now_us = T0

    def utc_us(self) -> int:
        return self.now_us

    def mono_us(self) -> int:
        return self.now_us

    def advance(self, seconds: float) -> None:
        self.now_us += round(seconds * 1e6)


class Shop:
    """A small production on loopback whose numbers a test sets."""

    def __init__(self) -> None:
        self.numbers: dict[str, Any] = dict(VITALS)
        self.url = ""

    def answer(self, _request: Request) -> Reply:
        return Reply(body=json.dumps(self.numbers))


@contextmanager
def shop() -> Iterator[Shop]:
    it = Shop()
    with serve(it.answer) as it.url:
        yield it


def vitals(url: str = "http://127.0.0.1:9/", *, every: str = "100ms", deadline: str = "90ms") -> dict[str, str]:
    """Probe files for the four big panes, by name."""
    return {
        name: (
            f'title = "{name.replace("-", " ").capitalize()}"\npane = "{name.replace("-", " ")}"\n'
            f'every = "{every}"\ndeadline = "{deadline}"\nstale_after = "90s"\n'
            f'[source]\nkind = "http"\nurl = "{url}"\n[[check]]\nget = "json:$[\'{name}\']"\nfail = "{rule}"\n'
        )
        for name, rule in _RULES.items()
    }


def begin(
    home: Path,
    checklist: str = CHECKLIST,
    side_file: str = "",
    probes: Mapping[str, str] | None = None,
    *,
    release: str = RELEASE,
    environment: str = "production",
    armed: bool = True,
) -> Path:
    """A release that has just been started; gives its journal. Its rollback, if it has one, is armed."""
    (home / "probes").mkdir()
    for name, text in (vitals() if probes is None else probes).items():
        (home / "probes" / f"{name}.toml").write_text(text, encoding="utf-8")
    (home / "shop.toml").write_text(side_file, encoding="utf-8")
    path, journal = home / "shop.md", home / "shop.journal"
    path.write_text(checklist, encoding="utf-8")
    plan = start_release(path, home / "probes", release, environment, "2026-03-01T20:00:00Z", journal, OPERATOR)
    if armed and plan.bindings.rollback:
        arm(journal)
    return journal


def arm(journal: Path) -> None:
    stored = open_journal(journal)
    room = Room(stored, HandClock(), origin="cli@prod-ops-1:4711")
    for operator in (OPERATOR, "sre-1"):
        room.act(partial(decisions.arm_rollback, by=operator), actor=operator)
    stored.close()


def events(journal: Path) -> list[Event]:
    """All that the journal holds, as another process reads it."""
    stored = open_journal(journal, read_only=True)
    try:
        return list(stored.read())
    finally:
        stored.close()


def half_way(home: Path, clock: HandClock, *, falling: bool = False, side_file: str = "") -> Path:
    """The shipped checklist in the middle of its deployment day, every second the same; `falling`: payments fail."""
    text = (Path(__file__).parents[1] / "checklists" / "production.md").read_text(encoding="utf-8")
    journal = begin(home, text, side_file or SIDE_FILE, vitals(every="60s", deadline="59s"))
    stored = open_journal(journal)
    room = Room(stored, clock, origin="cli@prod-ops-1:4711")
    clock.now_us = T0 - 1_200_000_000
    tick = partial(decisions.tick, note="", value="", seen=())
    for spec in room.plan.probes:
        calm = Verdict(probe=spec.id, word="ok", text="as it should be")
        room.act(partial(decisions.verdict_changed, verdict=calm), actor="warroom")
    earlier = [item for phase in room.plan.checklist.phases[:2] for item in phase.walk()]
    for item in (*(item.id for item in earlier), "tag", "go-no-go", "deploy", "services", "smoke", "api-health"):
        clock.advance(15)
        room.act(partial(tick, item=item), actor="sre-1")
    clock.now_us = T0 + 700_000_000
    room.act(partial(decisions.skip, item="auth", reason="covered by smoke suite S-14"), actor="sre-1")
    room.act(partial(decisions.note, item="pay-e2e", text="first payment by card: ok"), actor="sre-1")
    room.act(partial(decisions.fail, item="realtime", reason="websocket closed 1006", seen=()), actor="ci:1882")
    room.act(partial(decisions.note, item="", text="bKash ও Nagad দুটোই ঠিক আছে"), actor="qa-1")
    for name in VITALS:
        stored.record(_history(name, clock.now_us, falling=falling))
    stored.remember("cursor", "pay-e2e")
    stored.close()
    clock.advance(4)
    return journal


def _history(name: str, now_us: int, *, falling: bool) -> list[Sample]:
    made = []
    for n in range(40):
        value = VITALS[name] - (0.6 * max(0, n - 30) if falling and name == "payment-success" else 0)
        fails = parse_rule(_RULES[name]).holds(value)
        at_us = now_us - (39 - n) * 5_000_000
        word: Literal["ok", "fail"] = "fail" if fails else "ok"
        made.append(Sample(probe=name, at_us=at_us, mono_us=at_us, took_us=9000, outcome=word, value=value, word=word))
    return made
