"""What does not fit together in a release, as its events tell it. `review_notes` finds what explains it."""

from collections import deque
from collections.abc import Mapping, Sequence

from warroom.core import events as ev
from warroom.core.body import Body
from warroom.core.definitions import Definitions
from warroom.core.events import Event
from warroom.core.probe import Word
from warroom.core.review_departures import Signatures
from warroom.core.review_hearing import Few, Handler
from warroom.core.review_people import Places
from warroom.core.review_standing import Standing
from warroom.core.review_values import Contradiction, Fault

RAPID = 3
RAPID_US = 10_000_000
"""So many ticks of one operator within so long were hardly looked at one by one."""

_NAMED = 5  # so many of a list are named


class _Ticks:
    """The ticks of one operator that follow each other fast."""

    def __init__(self) -> None:
        self.last = deque[Event](maxlen=RAPID)
        self.run: list[str] = []
        self.first: Event | None = None
        self.end: Event | None = None
        self.count = 0


class Contradictions:
    """Hears what was said of items and commands, and holds it against what is known."""

    def __init__(self, plan: Definitions, standing: Standing, signatures: Signatures, places: Places) -> None:
        """The other three hear each event before it does."""
        self._plan = plan
        self._standing = standing
        self._signatures = signatures
        self._places = places
        self.found = Few[Contradiction]()
        self._words: dict[str, Word] = {}
        self._begun: set[str] = set()
        self._ticks: dict[str, _Ticks] = {}
        self._interrupted: dict[str, Event] = {}

    def hears(self) -> Mapping[type[Body], Handler]:
        return {
            ev.VerdictChanged: self._verdict,
            ev.GatePassed: self._passes,
            ev.ItemDone: self._done,
            ev.ItemSkipped: self._skipped,
            ev.PointCrossed: self._confirmed,
            ev.RollbackArmed: self._confirmed,
            ev.ItemNotApplicable: self._verified,
            ev.ItemFailed: self._verified,
            ev.StepInterrupted: self._interrupts,
            ev.StepFinished: self._finishes,
            ev.RollbackStepByHand: self._verified,
            ev.RollbackStepSkipped: self._verified,
        }

    def told(self) -> tuple[list[Contradiction], int]:
        """In the order of their events, and how many more there were."""
        for ticks in self._ticks.values():
            self._end_run(ticks)
        for target, event in self._interrupted.items():
            title = self._plan.title(target)
            text = f"{title} was interrupted, and nobody said since how it had ended"
            self._add("interrupted and not verified", event, (target,), text)
        return self.found.kept, self.found.more

    def _add(self, fault: Fault, event: Event, subjects: Sequence[str], text: str, last: Event | None = None) -> None:
        self.found.add(
            Contradiction(
                fault=fault,
                seq=event.seq,
                at_us=event.at_us,
                who=event.actor,
                subjects=tuple(subjects),
                text=text,
                last_seq=(last or event).seq,
            )
        )

    def _verdict(self, _event: Event, body: ev.VerdictChanged) -> None:
        self._words[body.probe] = body.to

    def _done(self, event: Event, body: ev.ItemDone) -> None:
        self._against_its_probe(event, body)
        self._before_its_parts(event, body.item)
        self._before_its_phase(event, body.item)
        self._fast(event)
        self._skipped(event, body)

    def _skipped(self, event: Event, body: Body) -> None:
        self._confirmed(event, body)
        self._verified(event, body)

    def _against_its_probe(self, event: Event, body: ev.ItemDone) -> None:
        """By what the operator saw; where nothing was seen, by the verdict on record."""
        probe = self._plan.binding(body.item).probe
        seen = next((each.word for each in body.seen if each.probe == probe), None)
        word = seen or self._words.get(probe, "pending")
        if probe and word not in ("ok", "warn"):
            titles = f"{self._plan.title(body.item)} was ticked while {self._plan.title(probe)}"
            said = "had not been read" if word == "pending" else f"was {word}"
            self._add("done against its probe", event, (body.item, probe), f"{titles} {said}")

    def _before_its_parts(self, event: Event, item: str) -> None:
        place = self._plan.places.get(item)
        parts = [each.id for child in place.item.children for each in child.walk()] if place else []
        if left := [part for part in parts if not self._standing.is_closed(part)]:
            text = f"{self._plan.title(item)} was ticked while {self._listed(left)} under it {_was(left)} open"
            self._add("closed before its parts", event, (item, *left), text)

    def _passes(self, _event: Event, body: ev.GatePassed) -> None:
        """Whoever passed a gate that did not hold has said why."""
        if body.risk:
            self._begun.add(body.phase)

    def _before_its_phase(self, event: Event, item: str) -> None:
        """Told once for each phase."""
        phase = self._standing.phase_of(item)
        place = self._plan.places.get(item)
        if place is None or phase in self._begun or place.phase.kind not in ("timed", "plain"):
            return
        self._begun.add(phase)
        late = list(self._standing.left_before(phase))
        if late:
            left = [part for _, parts in late for part in parts]
            before = ", ".join(name for name, _ in late)
            text = f"{place.phase.name} began while {self._listed(left)} of {before} {_was(left)} open"
            self._add("begun before the phase before", event, (item, *left), text)

    def _listed(self, items: Sequence[str]) -> str:
        more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
        return ", ".join(map(self._plan.title, items[:_NAMED])) + more

    def _fast(self, event: Event) -> None:
        ticks = self._ticks.setdefault(event.actor, _Ticks())
        ticks.last.append(event)
        if len(ticks.last) < RAPID or not 0 <= event.at_us - ticks.last[0].at_us <= RAPID_US:
            return
        if ticks.end is None or ticks.end.seq < ticks.last[0].seq:
            self._end_run(ticks)
            ticks.first, ticks.count, ticks.run = ticks.last[0], RAPID, [each.body.subject for each in ticks.last]
        else:
            new = [each for each in ticks.last if each.seq > ticks.end.seq]
            ticks.count += len(new)
            ticks.run.extend(each.body.subject for each in new if len(ticks.run) < 100)
        ticks.end = event

    def _end_run(self, ticks: _Ticks) -> None:
        if ticks.first and ticks.end:
            took_s = (ticks.end.at_us - ticks.first.at_us) / 1e6
            text = f"{ticks.first.actor} ticked {ticks.count} items within {took_s:.1f} s"
            self._add("rapid ticks", ticks.first, ticks.run, text, ticks.end)
        ticks.first = ticks.end = None

    def _confirmed(self, event: Event, body: Body) -> None:
        first, _ = self._signatures.pairs.get(event.seq, (None, None))
        if first and self._places.same(first.origin, event.origin):
            what = "the rollback" if body.subject == "rollback" else self._plan.title(body.subject)
            text = f"{first.actor} and {event.actor} signed {what}, both from {self._places.of(event.origin)}"
            self._add("both signatures from one place", event, (body.subject,), text)

    def _interrupts(self, event: Event, body: ev.StepInterrupted) -> None:
        self._interrupted[body.target] = event

    def _finishes(self, event: Event, body: ev.StepFinished) -> None:
        if body.outcome.ended == "done":
            self._verified(event, body)

    def _verified(self, _event: Event, body: Body) -> None:
        self._interrupted.pop(body.subject, None)


def _was(items: Sequence[str]) -> str:
    return "was" if len(items) == 1 else "were"
