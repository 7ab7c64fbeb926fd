"""Real traffic on real balancers: a release goes bad under load, one person takes it back, the customers count."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from balancer_kit import Balancer, Start, haproxy, nginx
from cockpit_releases import begin, events
from load_kit import Asked, Count, load
from rollback_kit import open_rollback, type_name
from tmux_kit import WARROOM, Terminal, shell, terminal
from warroom.core.events import Event, StepFinished
from warroom.journal.store import open_journal

pytestmark = pytest.mark.real

SIZE = (120, 40)
SLOW_S = 90.0  # what production takes to go bad or well
BACK_S = 2.0  # the time from the end of the step that switches until nobody is answered by green

Tell = Callable[[str], None]

CHECKLIST = "# Shop release\n\n## Deployment Day\n- [ ] Deploy to production <!-- wr: deploy -->\n"

SIDE_FILE = """\
[item.deploy]
step = {{ argv = {to_green} }}

[trigger.payments]
probes = ["payments"]
for = "1s"
decides = "deploy lead"

[rollback]
to = "shop 4.1.7 (blue)"
verify = ["payments", "health"]

[[rollback.step]]
title = "Point traffic back to blue"
where = "the balancer"
argv = {to_blue}

[[rollback.step]]
title = "Confirm that blue answers"
argv = {confirm}
"""

_PROBE = 'every = "250ms"\ndeadline = "200ms"\nstale_after = "5s"\n[source]\nkind = "http"\nurl = "{url}"\n[[check]]\n'
PROBES = {
    "payments": _PROBE.replace("{url}", "{url}/stats") + 'get = "json:$.paid"\nunit = "%"\nfail = "< 95"\n',
    "health": _PROBE.replace("{url}", "{url}/api/health") + 'get = "status"\nfail = "!= 200"\n',
}


@pytest.fixture
def tell(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> Tell:
    """Says it for people who watch the tests, and for the report."""

    def told(words: str) -> None:
        record_property("load", words)
        with capsys.disabled():
            sys.stdout.write(f"\n{request.node.name}: {words}\n")

    return told


def side_file(front: Balancer) -> str:
    return SIDE_FILE.format(
        to_green=json.dumps([*front.switch, "green"]),
        to_blue=json.dumps([*front.switch, "blue"]),
        confirm=json.dumps([*front.confirm, "blue"]),
    )


@pytest.mark.parametrize("start", [haproxy, nginx], ids=["haproxy", "nginx"])
def test_one_person_takes_a_release_back_under_load(tmp_path: Path, start: Start, tell: Tell) -> None:
    with start() as front, load(front.url, tmp_path / "diary", pause_s=0.03) as customers:
        probes = {name: f'title = "{name.capitalize()}"\n{text.format(url=front.url)}' for name, text in PROBES.items()}
        journal = begin(tmp_path, CHECKLIST, side_file(front), probes)
        with terminal(*WARROOM, "run", "-j", str(journal), "--as", "ops-1", size=SIZE, cwd=tmp_path) as it:
            _goes_bad(it, journal)
            _is_taken_back(it)
            _leave(it)
        count, diary = customers.end()
    back_us = _back(journal, count, diary, tell)
    assert [each for each in diary if not each.status] == []
    assert [each for each in diary if each.failed and each.begun_us > back_us] == []
    assert _course(journal) == [
        *("trigger_armed trigger:payments", "step_started deploy", "step_finished deploy"),
        *("decision_asked trigger:payments", "decision_taken trigger:payments", "rollback_started rollback"),
        *("step_started rollback:1", "step_finished rollback:1"),
        *("step_started rollback:2", "step_finished rollback:2"),
        *("rolled_back rollback", "restored rollback"),
    ]
    assert shell("verify", "-j", str(journal)).startswith("intact")


def test_the_demo_asks_for_a_decision_and_is_taken_back_under_load(tmp_path: Path, tell: Tell) -> None:
    """Seen by customers of ours beside its own. Blue is not free of errors there either."""
    with terminal(*WARROOM, "demo", "--dir", str(tmp_path), "--as", "ops-1", size=SIZE, cwd=tmp_path) as it:
        it.shows("? help")
        journal = tmp_path / "demo.journal"
        with load(_router(journal), tmp_path / "diary", pause_s=0.2) as customers:
            it.keys("/")
            it.shows("│  find")
            it.write("Deploy to production")
            it.keys("Enter")
            it.until(lambda: any("▌" in line and "Deploy to prod" in line for line in it.text.split("\n")), "the item")
            _goes_bad(it, journal)
            _is_taken_back(it)
            count, diary = customers.end()
        _leave(it)
    back_us = _back(journal, count, diary, tell)
    assert _share_failing(diary, since_us=back_us) < 3 < 10 < _share_failing(diary, until_us=back_us)
    assert _course(journal)[-3:] == ["step_finished rollback:3", "rolled_back rollback", "restored rollback"]
    assert shell("verify", "-j", str(journal)).startswith("intact")


def _goes_bad(it: Terminal, journal: Path) -> None:
    """Green gets the traffic, and after a while the trigger asks."""
    it.until(lambda: any(event.body.kind == "trigger_armed" for event in events(journal)), "good payments", SLOW_S)
    it.keys("x")
    it.shows("RUN STEP", "nothing has run yet")
    it.keys("y")
    it.shows("✓ done")
    it.keys("Escape")
    it.shows("◆ DECIDE   payments", "R ROLL BACK", "decides deploy lead", within_s=SLOW_S)


def _is_taken_back(it: Terminal) -> None:
    open_rollback(it)
    type_name(it)
    it.keys("Enter")
    it.shows("● restored", within_s=SLOW_S)
    it.keys("Escape")
    it.shows("ROLLBACK restored")


def _leave(it: Terminal) -> None:
    it.keys("q")
    it.shows("ended with 0")


def _router(journal: Path) -> str:
    """Where the demo's customers ask, as its probes do."""
    stored = open_journal(journal, read_only=True)
    probes = {probe.id: probe for probe in stored.definitions().probes}
    stored.close()
    return str(probes["health"].source["url"]).removesuffix("/api/health")


def _back(journal: Path, count: Count, diary: list[Asked], tell: Tell) -> int:
    """When nobody was answered by green any more and blue answered; tells of it, and that it was soon enough."""
    (switched,) = [event for event in events(journal) if _is_the_switch(event)]
    last_green_us = max(each.ended_us for each in diary if each.by == "green")
    first_blue_us = min(each.ended_us for each in diary if each.by == "blue" and each.begun_us > switched.mono_us)
    back_us = max(last_green_us, first_blue_us)
    after_s = (back_us - switched.mono_us) / 1e6
    words = f"{count.answered} requests answered, {count.failed} failed; blue again {after_s:.3f} s after the switch"
    tell(words)
    assert (count.answered + count.failed, count.failed) == (len(diary), sum(each.failed for each in diary))
    assert count.failed > 0
    assert after_s < BACK_S
    return back_us


def _is_the_switch(event: Event) -> bool:
    return isinstance(event.body, StepFinished) and event.body.target == "rollback:1"


def _share_failing(diary: list[Asked], *, since_us: int = 0, until_us: int | None = None) -> float:
    """In per cent, of what was asked in this time by those who pay: every second request."""
    asked = [each for each in diary if since_us < each.begun_us and (until_us is None or each.begun_us < until_us)]
    return 200 * sum(each.failed for each in asked) / len(asked)


_TOLD = ("trigger_", "decision_", "step_started", "step_finished", "roll", "restored")  # the rest is bookkeeping


def _course(journal: Path) -> list[str]:
    """What happened, in order, after the rollback was armed."""
    told = [event.body for event in events(journal) if event.body.kind.startswith(_TOLD)]
    return [f"{body.kind} {body.subject}" for body in told if body.kind not in ("rollback_armed", "rollback_window")]
