"""What screens and reports show, derived from plan and state. Pure: a moment is an argument, text comes out plain."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from warroom.core.bindings import ALWAYS_PASSED, Command
from warroom.core.checklist import Item
from warroom.core.definitions import Definitions
from warroom.core.events import Event, Seen, Tone
from warroom.core.probe import Outcome, ProbeSpec, Verdict, Word, show
from warroom.core.release import Release
from warroom.core.rules import Value, parse_rule
from warroom.core.store import Sample


class FeedLine(NamedTuple):
    """One event in the timeline."""

    seq: int
    at_us: int
    who: str
    tone: Tone
    word: str
    text: str


class ProbeView(NamedTuple):
    """A probe as a pane shows it."""

    id: str
    title: str
    word: Word
    mark: str
    value: str
    unit: str
    age: str
    rules: str
    fail_rule: str
    text: str
    """Why the verdict is what it is."""
    limit: float | None
    """Where the plot has its dashes."""
    samples: tuple[float | None, ...]
    outcomes: tuple[Outcome, ...]
    config_error: str = ""
    """Why its file cannot be used as it is now, while it is measured as before."""


def counts(state: Release, items: Iterable[Item]) -> dict[str, int]:
    """How many items have each shown status."""
    return dict(Counter(state.item(item.id).shown for item in items))


def feed_line(plan: Definitions, event: Event) -> FeedLine:
    """An event for the timeline: the title of what it is about, then its own detail."""
    body = event.body
    title = plan.title(body.subject) if body.subject and body.tone in _NAMED else ""
    text = f"{title}: {body.detail}" if title and body.detail else title or body.detail
    word = getattr(body, "to", body.word)
    return FeedLine(event.seq, event.at_us, event.actor, body.tone, word, text)


_NAMED: tuple[Tone, ...] = ("tick", "skip", "fail", "reopen", "note", "verdict", "evidence")
"""Events whose detail does not say by itself what they are about."""


def probe_view(
    spec: ProbeSpec, verdict: Verdict, points: Sequence[tuple[float | None, Outcome]], config_error: str = ""
) -> ProbeView:
    """`points` are the values and outcomes of the last readings, oldest first."""
    check = spec.check[0]
    fail = f"fail {check.fail}" if check.fail else f"warn {check.warn}"
    rule = parse_rule(check.fail or check.warn or "")
    limit = None if rule.op in ("==", "!=") else rule.number()
    return ProbeView(
        id=spec.id,
        title=spec.title,
        word=verdict.word,
        mark="config error" if config_error else verdict.mark,
        value=show(verdict.value),
        unit=verdict.unit,
        age=age(verdict.age_s) if verdict.age_s is not None else "",
        rules=f"warn {check.warn} · fail {check.fail}" if check.warn and check.fail else fail,
        fail_rule=fail,
        text=config_error or verdict.text,
        limit=limit,
        samples=tuple(value for value, _ in points),
        outcomes=tuple(outcome for _, outcome in points),
        config_error=config_error,
    )


def observer_view(verdict: Verdict) -> ProbeView:
    """The observer among the probes. It has neither limits nor a history."""
    return ProbeView(
        id=verdict.probe,
        title=verdict.probe,
        word=verdict.word,
        mark="",
        value=show(verdict.value),
        unit=verdict.unit,
        age=age(verdict.age_s) if verdict.age_s is not None else "",
        rules="",
        fail_rule="",
        text=verdict.text,
        limit=None,
        samples=(),
        outcomes=(),
    )


def stored_verdict(spec: ProbeSpec, samples: Sequence[Sample], now_us: int) -> Verdict:
    """A probe by its last readings in the journal, oldest first; ages by the wall clock, the only one they share."""
    if not samples:
        return Verdict(probe=spec.id, word="pending", text="no reading yet")
    last = samples[-1]
    valued = next((sample for sample in reversed(samples) if sample.value is not None), last)
    old = (now_us - last.at_us) / 1e6 > spec.freshness
    return Verdict(
        probe=spec.id,
        word="stale" if old else last.word,
        value=valued.value,
        unit=spec.check[0].unit,
        age_s=max(0.0, (now_us - valued.at_us) / 1e6),
        text=last.text,
    )


def counted(state: Release, probe: str, samples: Sequence[Sample]) -> Sequence[Sample]:
    """Those that are about what the probe measures now."""
    revision = state.revised.get(probe)
    return [sample for sample in samples if sample.at_us >= revision.since_us] if revision else samples


ENOUGH = 20
"""Kept readings among which one with a value should be, when it comes to what a probe says."""


def plotted(value: Value) -> float | None:
    """A value for a plot; texts have none."""
    return None if value is None or isinstance(value, str) else float(value)


def seen(verdicts: Iterable[Verdict]) -> tuple[Seen, ...]:
    """Verdicts as an event keeps them: what the operator could see."""
    return tuple(
        Seen(
            probe=v.probe, word=v.word, value=v.value, unit=v.unit, age_s=None if v.age_s is None else round(v.age_s, 1)
        )
        for v in verdicts
    )


def words_of(plan: Definitions, verdicts: Iterable[Verdict], probes: Sequence[str]) -> str:
    """What some probes say, in one line: `Payment success fail 91.2 %, Health ok 6 up`."""
    told = (v for v in verdicts if v.probe in probes)
    return ", ".join(f"{plan.title(v.probe)} {v.word} {show(v.value)} {v.unit}".rstrip() for v in told)


def worst(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The verdict that asks most for attention."""
    return max(verdicts, key=lambda verdict: _RANK.index(verdict.word), default=None)


_RANK = ("ok", "pending", "stale", "unknown", "warn", "fail")


def utc(at_us: int) -> str:
    """RFC 3339 with microseconds, UTC."""
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_us % 1_000_000:06d}Z"


def environment_words(command: Command) -> str:
    """Which environment variables a command gets, by name; never a value."""
    if command.env is None:
        return "the whole environment of warroom"
    return f"of the environment {', '.join((*command.env, *ALWAYS_PASSED))}"


def time_words(plan: Definitions, target: str, command: Command) -> str:
    """How long a command takes, and what ends it."""
    goes_on = "; goes on without this terminal" if command.detach else ""
    return f"{_expected_words(plan, target, command.expected)}, stopped after {span(command.timeout)}{goes_on}"


def _expected_words(plan: Definitions, target: str, written_s: float) -> str:
    """`about 8 s`, and once several runs are known `about 8 s, P90 12 s of 5 runs`."""
    learned = plan.learned.get(target)
    about = f"about {span(plan.expected_s(target, written_s))}"
    return f"{about}, P90 {span(learned.p90_s)} of {learned.n} runs" if learned and learned.n > 1 else about


def clock_time(at_us: int) -> str:
    """`20:12:41`, UTC."""
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%H:%M:%S")


def release_clock(state: Release, at_us: int) -> str:
    """The T-clock at a moment, counted from the T-0 that holds now. While it is held it stands still."""
    return t_clock(state.clock_us(at_us), state.t0_us)


def t_clock(at_us: int, t0_us: int) -> str:
    """Time to or since T-0: `T-6d 23:59:10`, `T+00:12:41`. The last second before T-0 is `T-00:00:01`."""
    delta = at_us // 1_000_000 - t0_us // 1_000_000
    days, rest = divmod(abs(delta), 86_400)
    hours, rest = divmod(rest, 3600)
    day = f"{days}d " if days else ""
    return f"T{'-' if delta < 0 else '+'}{day}{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"


def span(seconds: float | None) -> str:
    """A duration for people: `0.4 s`, `42 s`, `1m40s`, `4 m`, `3 h`, `61 d`."""
    if seconds is None:
        return "–"
    if seconds < 10 and not float(seconds).is_integer():
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return f"{whole // 60}m{whole % 60:02d}s"
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m")):
        if whole >= 2 * size or unit == "m":
            return f"{whole // size} {unit}"
    raise AssertionError("the last unit takes every length")


def age(seconds: float | None) -> str:
    """An age for people, in whole seconds below a minute, so that it changes once a second."""
    return "–" if seconds is None else span(float(int(seconds)))
