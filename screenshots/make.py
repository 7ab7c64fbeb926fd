"""Draws the pictures of this folder from the real program, with a clock that stands still: `make screenshots`.

Needs `rsvg-convert` (Debian: librsvg2-bin) for the PNGs.
"""

import asyncio
import html
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import sin
from pathlib import Path
from typing import Literal

from rich.cells import cell_len

from warroom.cli.cockpit import start_release
from warroom.core import decisions, trigger_decisions
from warroom.core.decisions import Decision, Launch, Wish
from warroom.core.definitions import Definitions
from warroom.core.events import StepFinished
from warroom.core.outcome import Outcome as Ended
from warroom.core.probe import Measurement, Outcome, ProbeSpec, Verdict, Word
from warroom.core.release import Release
from warroom.core.store import Sample
from warroom.identity import Here
from warroom.journal.store import open_journal
from warroom.opening import drive
from warroom.probing.sampling import Sampler
from warroom.room import Room
from warroom.tui.app import WarroomApp

HERE = Path(__file__).parent
ROOT = HERE.parent
T0 = 1_772_395_200_000_000  # 2026-03-01T20:00:00Z
MINUTE = 60_000_000
OPERATOR = "ops-1"
HERE_THEN = Here(user="deploy", host="prod-ops-1", pid=4711, base=Path("/srv"))
RELEASE = "shop 4.2.0"
SECOND_S = 0.2  # until a screen has drawn what was asked for


class StillClock:
    """Time as a picture needs it."""

    def __init__(self) -> None:
        self.now_us = T0

    def utc_us(self) -> int:
        return self.now_us

    def mono_us(self) -> int:
        return self.now_us


class Silent:
    """A source that never answers, so that only the kept readings are shown."""

    blames: Literal["target", "messenger"] = "messenger"

    async def measure(self) -> Measurement:
        await asyncio.Event().wait()
        raise AssertionError("the event is never set")

    async def close(self) -> None: ...


PROBES = {
    "health": ("Health", "up", "health", None, "< 5"),
    "error-rate": ("Error rate", "%", "error rate", "> 1", "> 2"),
    "payment-success": ("Payment success", "%", "payment success", "< 98.5", "< 95"),
    "queue-depth": ("Queue depth", "jobs", "queue depth", "> 200", "> 500"),
    "api-p95": ("API p95", "ms", None, "> 300", "> 800"),
    "cache-hits": ("Cache hits", "%", None, "< 80", None),
    "tls-cert": ("TLS certificate", "d", None, "< 21", "< 7"),
}

SIDE_FILE = """
[item.pay-e2e]
owner = "deploy lead"
required = true
probe = "payment-success"
guide = "Pay once by card and once by wallet, then compare with the pane."

[item.deploy]
owner = "deploy lead"
required = true
step = { argv = ["true", "switch", "--pool", "web", "--to", "green"], expected = "10s" }

[trigger.payments]
probes = ["payment-success"]
for = "2m"
decides = "deploy lead"
within = "5m"
then = ["release manager"]

[rollback]
to = "shop 4.1.7 (blue)"
verify = ["health", "error-rate", "payment-success", "queue-depth"]
does_not_undo = [
    "payments taken by green stay in the payments table; both versions read them",
    "migration 0147 (adds two columns) stays; 4.1.7 ignores them",
    "push notifications that went out stay out",
]

[[rollback.needs]]
title = "blue is kept"
after = "deploy"
lasts = "4h"

[[rollback.step]]
title = "Point traffic back to blue (4.1.7)"
where = "prod-lb-1"
argv = ["echo", "pool web: all new connections go to blue"]
expected = "10s"

[[rollback.step]]
title = "Drain and stop green workers"
where = "prod-app-g1..g4"
argv = ["sleep", "30"]
expected = "45s"

[[rollback.step]]
title = "Set feature flags to the set of 4.1.7"
where = "flagd"
argv = ["true", "flags/4.1.7.toml"]
expected = "5s"
"""


def main() -> None:
    for name, size, keys, trouble in (
        ("cockpit-120x40", (120, 40), (), False),
        ("cockpit-80x24", (80, 24), (), False),
        ("decision-120x40", (120, 40), (), True),
        ("decision-80x24", (80, 24), (), True),
        ("override-120x40", (120, 40), ("O", "", *"the bank is down, not we"), True),
        ("editor-120x40", (120, 40), ("n", *"paid by card and by wallet"), False),
        ("editor-80x24", (80, 24), ("s", *"covered by the smoke tests"), False),
        ("rollback-120x40", (120, 40), ("R", "", "", "", *"shop 4"), True),
        ("rollback-80x24", (80, 24), ("R", "", "", "", *"shop 4"), True),
        ("rollback-running-120x40", (120, 40), ("R", "", "", "", *RELEASE, "enter", *[""] * 6), True),
    ):
        with tempfile.TemporaryDirectory() as home:
            asyncio.run(draw(name, Path(home), size, keys, trouble=trouble))
        print(f"screenshots/{name}.svg and .png")


async def draw(name: str, home: Path, size: tuple[int, int], keys: Sequence[str], *, trouble: bool) -> None:
    clock = StillClock()
    journal = prepare(home, clock, trouble=trouble)
    clock.now_us = T0 + (15 if trouble else 12) * MINUTE + 41_000_000
    sampler = Sampler(clock, open_source=lambda _spec: Silent())
    with drive(journal, sampler, HERE_THEN, operator=OPERATOR) as live:
        app = WarroomApp(live)
        async with app.run_test(size=size) as pilot:
            await pilot.pause(SECOND_S)
            for key in keys:
                await (pilot.press("space" if key == " " else key) if key else pilot.pause(SECOND_S))
            await pilot.pause(SECOND_S)
            save(name, app.export_screenshot(title="warroom"))
            live.stop_step()


def save(name: str, svg: str) -> None:
    """Without the web font that the export asks for: a picture must not fetch anything."""
    local = re.sub(r"@font-face\s*{[^}]*}", "", svg).replace("Fira Code", "DejaVu Sans Mono")
    path = HERE / f"{name}.svg"
    path.write_text(_RUN.sub(in_place, local), encoding="utf-8")
    subprocess.run(["rsvg-convert", "-w", "1316", "-o", str(path.with_suffix(".png")), str(path)], check=True)


_RUN = re.compile(
    r'<text class="([^"]*)" x="([\d.]*)" y="([\d.]*)" textLength="[\d.]*" clip-path="([^"]*)">([^<]*)</text>'
)
_CELL = 12.2


def in_place(run: re.Match[str]) -> str:
    """A run of text where it belongs: renderers strip leading spaces, and Braille comes from fonts of another width."""
    style, x, y, clip, escaped = run.groups()
    text = html.unescape(escaped)
    start = float(x) + _CELL * (len(text) - len(text.lstrip("\u00a0")))
    text = text.strip("\u00a0")
    pieces = re.findall(r"[\u2800-\u28ff]|[^\u2800-\u28ff]+", text)
    made = []
    for piece in pieces:
        made.append(
            f'<text class="{style}" x="{start:.1f}" y="{y}" textLength="{_CELL * cell_len(piece):.1f}" '
            f'clip-path="{clip}">{html.escape(piece)}</text>'
        )
        start += _CELL * cell_len(piece)
    return "".join(made)


def prepare(home: Path, clock: StillClock, *, trouble: bool) -> Path:
    """A release in the middle of its deployment day."""
    checklist = home / "production.md"
    checklist.write_bytes((ROOT / "checklists" / "production.md").read_bytes())
    (home / "production.toml").write_text(SIDE_FILE, encoding="utf-8")
    write_probes(home / "probes")
    journal = home / "shop.journal"
    start = partial(start_release, checklist, home / "probes", RELEASE)
    rehearsed = home / "rehearsal.journal"
    start("staging", "2026-02-27T20:00:00Z", rehearsed, OPERATOR, rehearsal=True)
    tell(rehearsed, clock, rehearsal())
    start("production", "2026-03-01T20:00:00Z", journal, OPERATOR)
    stored = open_journal(journal)
    room = Room(stored, clock, origin="cli@prod-ops-1:4711")
    tell(journal, clock, [*acts(room), *(asking() if trouble else ())])
    now_us = T0 + (15 if trouble else 12) * MINUTE + 39_000_000
    for spec in room.plan.probes:
        stored.record(samples(spec, now_us, trouble=trouble))
    stored.remember("cursor", "pay-e2e")
    stored.close()
    return journal


def tell(journal: Path, clock: StillClock, story: Sequence[tuple[float, str, Wish]]) -> None:
    """Acts at minutes of T-0."""
    stored = open_journal(journal)
    room = Room(stored, clock, origin="cli@prod-ops-1:4711")
    for minute, actor, wish in story:
        clock.now_us = T0 + round(minute * MINUTE)
        room.act(wish, actor=actor)
    stored.close()


def rehearsal() -> list[tuple[float, str, Wish]]:
    """Two days before: the rollback was armed, pulled, and took its time."""
    then, where = -2 * 24 * 60.0, Launch(run="", base="/srv", host="staging-1", user="deploy")
    story: list[tuple[float, str, Wish]] = [
        (then, by, partial(decisions.arm_rollback, by=by)) for by in ("ops-1", "sre-1")
    ]
    story.append((then, "ops-1", partial(decisions.start_rollback, typed=RELEASE, reason="", seen=(), by="ops-1")))
    for number, took_s in enumerate((8.0, 84.0, 2.0), 1):
        launch = replace(where, run=f"run-{number}")
        story.append((then, "ops-1", partial(decisions.next_rollback_step, launch=launch)))
        then += took_s / 60
        story.append((then, "ops-1", partial(_ended, number=number, took_s=took_s)))
    mono_us = T0 + round(then * MINUTE)
    return [*story, (then, "ops-1", partial(decisions.end_rollback, mono_us=mono_us))]


def _ended(_plan: Definitions, state: Release, *, number: int, took_s: float) -> Decision:
    """The rollback step that runs ends well."""
    step = state.rollback.steps[number - 1]
    assert step
    outcome = Ended(
        ended="done", exit_status=0, duration_s=took_s, output="", output_bytes=0, output_sha256="", why="exit status 0"
    )
    return (StepFinished(run=step.run, target=f"rollback:{number}", title=step.title, outcome=outcome),)


def asking() -> list[tuple[float, str, Wish]]:
    """Payments fail, and the trigger asks."""
    failing = Verdict(
        probe="payment-success", word="fail", value=90.6, unit="%", text="90.6 % < 95 %, 4 of 5, prom-a, 4 s old"
    )
    ask = partial(trigger_decisions.ask, name="payments", broke=(f"Payment success: {failing.text}",), seen=())
    return [(13.5, "warroom", partial(decisions.verdict_changed, verdict=failing)), (15.5, "warroom", ask)]


def acts(room: Room) -> list[tuple[float, str, Wish]]:
    before = [item for phase in room.plan.checklist.phases[:2] for item in phase.walk()]
    tick = partial(decisions.tick, note="", value="", seen=())
    calm = [Verdict(probe=spec.id, word="ok", text="as it should be") for spec in room.plan.probes]
    return [
        *((-30, "warroom", partial(decisions.verdict_changed, verdict=verdict)) for verdict in calm),
        (-29, "warroom", partial(trigger_decisions.arm, name="payments")),
        *((-25, by, partial(decisions.arm_rollback, by=by)) for by in ("ops-1", "sre-1")),
        *((-20, "sre-1", partial(tick, item=item.id)) for item in before),
        (-19, "ops-1", partial(tick, item="tag")),
        (-8, "ops-1", partial(tick, item="go-no-go")),
        (3, "ops-1", partial(tick, item="deploy")),
        (5, "sre-1", partial(tick, item="services")),
        (7, "qa-1", partial(tick, item="smoke")),
        (8, "sre-1", partial(tick, item="api-health")),
        (8, "sre-1", partial(decisions.skip, item="auth", reason="covered by smoke suite S-14")),
        (9, "sre-1", partial(decisions.note, item="pay-e2e", text="first payment by card: ok")),
        (11, "ci:1882", partial(decisions.fail, item="realtime", reason="websocket closed 1006", seen=())),
        (12, "qa-1", partial(decisions.note, item="", text="bKash ও Nagad দুটোই ঠিক আছে")),
    ]


def write_probes(directory: Path) -> None:
    directory.mkdir()
    for name, (title, unit, pane, warn, fail) in PROBES.items():
        rules = "".join(f'{key} = "{rule}"\n' for key, rule in (("warn", warn), ("fail", fail)) if rule)
        place = f'pane = "{pane}"\n' if pane else ""
        source = '[source]\nkind = "http"\nurl = "http://127.0.0.1:9/"\n'
        check = f'[[check]]\nget = "json:$.{name.replace("-", "_")}"\nunit = "{unit}"\n{rules}'
        text = f'title = "{title}"\nevery = "60s"\ndeadline = "59s"\nstale_after = "90s"\n{place}{source}{check}'
        (directory / f"{name}.toml").write_text(text, encoding="utf-8")


def samples(spec: ProbeSpec, now_us: int, *, trouble: bool) -> list[Sample]:
    """The last 96 readings, 5 s apart."""
    made = []
    for n in range(96):
        at_us = now_us - (95 - n) * 5_000_000 - (110_000_000 if spec.id == "cache-hits" else 0)
        value = value_of(spec.id, n, trouble=trouble)
        outcome: Outcome = "ok"
        for word in ("warn", "fail"):
            rule = getattr(spec.check[0], word)
            if rule and rule_holds(rule, value):
                outcome = word
        word_now: Word = outcome if outcome in ("ok", "warn", "fail") else "unknown"
        made.append(
            Sample(
                probe=spec.id, at_us=at_us, mono_us=at_us, took_us=9000, outcome=outcome, value=value,
                text=f"{value:g} {spec.check[0].unit}", word=word_now,
            )
        )  # fmt: skip
    return made


def rule_holds(rule: str, value: float) -> bool:
    from warroom.core.rules import parse_rule

    return parse_rule(rule).holds(value)


def value_of(probe: str, n: int, *, trouble: bool) -> float:
    falling = max(0, n - 80) if trouble else 0
    return {
        "health": 6.0,
        "error-rate": round(0.25 + 0.06 * sin(n / 3) + 0.09 * falling, 2),
        "payment-success": round(99.2 + 0.2 * sin(n / 5) - 0.55 * falling, 1),
        "queue-depth": float(round(38 + 8 * sin(n / 4) + 9 * falling)),
        "api-p95": float(round(184 + 9 * sin(n))),
        "cache-hits": 94.0,
        "tls-cert": 61.0,
    }[probe]


if __name__ == "__main__":
    main()
