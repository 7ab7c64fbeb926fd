"""A small release as pure values: a checklist with nested items, a step, a rollback plan, and a story to tell of it."""

from collections.abc import Callable

from warroom.core import decisions
from warroom.core import events as ev
from warroom.core.bindings import Bindings, Command, ItemBinding, RollbackPlan, RollbackStep
from warroom.core.checklist import Checklist, Item, Phase, Section
from warroom.core.decisions import Decision, Launch, Refusal, Wish
from warroom.core.definitions import Definitions
from warroom.core.fold import fold
from warroom.core.outcome import Ended, Outcome
from warroom.core.probe import Check, ProbeSpec, Verdict, Word
from warroom.core.release import Release
from warroom.core.trigger import TriggerSpec

NAME = "shop 4.2"
LAUNCH = Launch(run="run-1", base="/srv", host="tower", user="ada")


def item(name: str, *children: Item) -> Item:
    return Item(id=name, text=name, title=name.capitalize(), number="1.1.1", line=1, children=children)


def phase(name: str, *items: Item) -> Phase:
    return Phase(
        id=name, title=name, name=name, when="", kind="plain", sections=(Section(title="", line=1, items=items),)
    )


def plan() -> Definitions:
    """Two phases; `pay` has two items under it; `deploy` has a step; the rollback has two steps and one probe."""
    health = ProbeSpec(
        id="health",
        title="Health",
        every=5,
        deadline=2,
        source={"kind": "http", "url": "http://127.0.0.1/"},
        check=(Check(fail="> 1"),),
    )
    steps = (
        RollbackStep(title="Switch back", argv=("switch", "blue")),
        RollbackStep(title="Drain", argv=("drain", "green")),
    )
    return Definitions(
        checklist=Checklist(
            title="Shop",
            phases=(
                phase("before", item("backup")),
                phase("day", item("deploy"), item("pay", item("card"), item("cash"))),
            ),
        ),
        bindings=Bindings(
            item={"deploy": ItemBinding(step=Command(argv=("switch", "green"), cwd="shop"))},
            rollback=RollbackPlan(step=steps, verify=("health",)),
            trigger={"sick": TriggerSpec(probes=("health",), then=("cto",))},
        ),
        probes=(health,),
    )


def verdict(word: Word, age_s: float | None = 0.5) -> Verdict:
    return Verdict(probe="health", word=word, age_s=age_s)


def outcome(ended: Ended = "done") -> Outcome:
    return Outcome(
        ended=ended, exit_status=0, duration_s=1.5, output="", output_bytes=0, output_sha256="", why="exit status 0"
    )


class Story:
    """A release as it unfolds, one wish after the other. Its clock goes on a second with each event."""

    def __init__(self, *, arm: bool = False) -> None:
        """`arm`: two operators have armed the rollback."""
        self.plan = plan()
        self.state = Release()
        self.events: list[ev.Event] = []
        self.does(lambda plan, state: decisions.start(plan, state, release=NAME, environment="production", t0_us=0))
        for by in ("ada", "ben") if arm else ():
            self.does(arm_rollback(by), by)

    @property
    def mono_us(self) -> int:
        return len(self.events) * 1_000_000

    def wish(self, wish: Wish, actor: str = "ada") -> Decision:
        """Decides, and folds what was decided."""
        decision = wish(self.plan, self.state)
        if not isinstance(decision, Refusal):
            for body in decision:
                self._fold(body, actor)
        return decision

    def does(self, wish: Wish, actor: str = "ada") -> ev.Event:
        """A wish that must be accepted; gives its last event."""
        decision = self.wish(wish, actor)
        assert not isinstance(decision, Refusal), decision.reason
        return self.events[-1]

    def refuses(self, wish: Wish) -> str:
        """A wish that must be refused, and change nothing; gives the reason."""
        before = self.state
        decision = self.wish(wish)
        assert isinstance(decision, Refusal), decision
        assert self.state == before
        return decision.reason

    def runs(self, wish: Wish, ended: Ended = "done") -> None:
        """Starts a command, and ends it."""
        started = self.does(wish).body
        assert isinstance(started, ev.StepStarted)
        self.does(finish(started, ended))

    def rolls_back(self) -> None:
        """Starts the rollback; its first step is next."""
        self.does(start_rollback())

    def count(self, kind: type[ev.Body]) -> int:
        return sum(isinstance(event.body, kind) for event in self.events)

    def _fold(self, body: ev.Body, actor: str) -> None:
        seq = len(self.events) + 1
        at_us = 1_750_000_000_000_000 + self.mono_us
        event = ev.Event(
            seq=seq,
            id=str(seq),
            at_us=at_us,
            mono_us=self.mono_us,
            actor=actor,
            origin="test",
            body=body,
            hash=str(seq),
        )
        self.events.append(event)
        self.state = fold(self.state, event)


def arm_rollback(by: str) -> Wish:
    return lambda plan, state: decisions.arm_rollback(plan, state, by=by)


def tick(name: str, note: str = "", value: str = "") -> Wish:
    return lambda plan, state: decisions.tick(plan, state, name, note=note, value=value, seen=())


def skip(name: str, reason: str = "not today") -> Wish:
    return lambda plan, state: decisions.skip(plan, state, name, reason=reason)


def fail(name: str, reason: str = "it broke") -> Wish:
    return lambda plan, state: decisions.fail(plan, state, name, reason=reason, seen=())


def reopen(name: str, reason: str = "") -> Wish:
    return lambda plan, state: decisions.reopen(plan, state, name, reason=reason)


def note(text: str, name: str = "") -> Wish:
    return lambda plan, state: decisions.note(plan, state, name, text=text)


def start_step(name: str, run: str = "run-1") -> Wish:
    launch = Launch(run=run, base="/srv", host="tower", user="ada")
    return lambda plan, state: decisions.start_step(plan, state, name, launch)


def finish(started: ev.StepStarted, ended: Ended = "done") -> Wish:
    return lambda plan, state: decisions.finish_step(plan, state, started, outcome(ended))


def start_rollback(typed: str = NAME, reason: str = "errors") -> Wish:
    return lambda plan, state: decisions.start_rollback(plan, state, typed=typed, reason=reason, seen=())


def next_step(run: str = "run-1") -> Wish:
    return _launching(decisions.next_rollback_step, run)


def retry_step(run: str = "run-1") -> Wish:
    return _launching(decisions.retry_rollback_step, run)


def skip_step(reason: str = "by hand") -> Wish:
    return lambda plan, state: decisions.skip_rollback_step(plan, state, reason=reason)


def stop_rollback() -> Wish:
    return lambda plan, state: decisions.stop_rollback(plan, state, reason="")


def end_rollback(mono_us: int) -> Wish:
    return lambda plan, state: decisions.end_rollback(plan, state, mono_us=mono_us)


def restored(*verdicts: Verdict, mono_us: int) -> Wish:
    return lambda plan, state: decisions.restored(plan, state, verdicts=verdicts, seen=(), mono_us=mono_us)


def changed(to: Verdict) -> Wish:
    return lambda plan, state: decisions.verdict_changed(plan, state, to)


def _launching(decide: Callable[[Definitions, Release, Launch], Decision], run: str) -> Wish:
    launch = Launch(run=run, base="/srv", host="tower", user="ada")
    return lambda plan, state: decide(plan, state, launch)
