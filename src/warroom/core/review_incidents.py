"""What went wrong in a release, step by step, and what was known when people decided."""

from collections.abc import Mapping
from typing import NamedTuple

from warroom.core import events as ev
from warroom.core.body import Body, Seen
from warroom.core.definitions import Definitions
from warroom.core.events import Event
from warroom.core.probe import Word
from warroom.core.review_hearing import Few, Handler
from warroom.core.review_incident import Incident, Moment, Step
from warroom.core.review_people import NOBODY
from warroom.core.review_said import seconds, shortened
from warroom.core.review_values import Decision
from warroom.core.store import Sample

GOOD_RUN = 2
"""Good readings in a row that end a run of bad ones, as they end a verdict (`track`)."""


class Onset(NamedTuple):
    """Where the first bad reading of a probe is to be looked for."""

    incident: int
    probe: str
    since_us: int
    """From when it was ok on record; 0 when it never was."""
    until_us: int
    """When its verdict became fail."""


class _Record(NamedTuple):
    """The verdict of a probe on record."""

    word: Word
    at_us: int
    seq: int
    text: str
    ok_us: int
    """When it last became ok."""
    failed: "Moment | None"
    """When it last became fail, while it has not been ok since."""


class _Open:
    """An incident that is not over."""

    def __init__(self, probes: tuple[str, ...]) -> None:
        self.probes = probes
        self.moments: list[Moment] = []
        self.triggers: set[str] = set()
        self.rolling_back = False
        self.over = False


class Incidents:
    """An incident begins when a trigger asks or a rollback is started. It is over when production is restored, or when
    nothing is being taken back and all triggers that asked are armed again, because their probes are ok.
    """

    def __init__(self, plan: Definitions) -> None:
        self._plan = plan
        self._records: dict[str, _Record] = {}
        self._found: list[_Open] = []
        self._onsets: list[Onset] = []

    def hears(self) -> Mapping[type[Body], Handler]:
        return {
            ev.VerdictChanged: self._verdict,
            ev.DecisionAsked: self._asked,
            ev.DecisionEscalated: self._escalated,
            ev.DecisionTaken: self._taken,
            ev.TriggerArmed: self._armed,
            ev.RollbackStarted: self._started,
            ev.RollbackStopped: self._stopped,
            ev.RolledBack: self._rolled_back,
            ev.Restored: self._restored,
        }

    def _verdict(self, event: Event, body: ev.VerdictChanged) -> None:
        before = self._records.get(body.probe)
        ok_us, failed = (before.ok_us, before.failed) if before else (0, None)
        if body.to == "ok":
            ok_us, failed = event.at_us, None
        elif body.to == "fail" and failed is None:
            failed = _moment("detected", event, f"{self._plan.title(body.probe)}: {body.detail}")
        self._records[body.probe] = _Record(body.to, event.at_us, event.seq, body.detail, ok_us, failed)

    def _asked(self, event: Event, body: ev.DecisionAsked) -> None:
        spec = self._plan.bindings.trigger.get(body.trigger)
        incident = self._current() or self._open(body.seen, spec.watched if spec else ())
        incident.triggers.add(body.trigger)
        incident.moments.append(_moment("asked", event, body.detail))

    def _escalated(self, event: Event, body: ev.DecisionEscalated) -> None:
        self._goes_on("overdue", event, body.detail)

    def _taken(self, event: Event, body: ev.DecisionTaken) -> None:
        self._goes_on("decided", event, body.detail)

    def _started(self, event: Event, body: ev.RollbackStarted) -> None:
        incident = self._current() or self._open(body.seen, ())
        incident.rolling_back = True
        incident.moments.append(_moment("rollback started", event, body.detail))

    def _stopped(self, event: Event, body: ev.RollbackStopped) -> None:
        self._goes_on("rollback stopped", event, body.detail)
        if incident := self._current():
            incident.rolling_back = False

    def _rolled_back(self, event: Event, body: ev.RolledBack) -> None:
        self._goes_on("rolled back", event, body.detail)

    def _restored(self, event: Event, body: ev.Restored) -> None:
        self._goes_on("restored", event, body.detail)
        if incident := self._current():
            incident.over = True

    def _armed(self, event: Event, body: ev.TriggerArmed) -> None:
        incident = self._current()
        if incident and body.trigger in incident.triggers:
            incident.triggers.discard(body.trigger)
            if not incident.triggers and not incident.rolling_back:
                incident.moments.append(_moment("well again", event, body.detail))
                incident.over = True

    def _goes_on(self, step: Step, event: Event, text: str) -> None:
        if incident := self._current():
            incident.moments.append(_moment(step, event, text))

    def _current(self) -> _Open | None:
        return self._found[-1] if self._found and not self._found[-1].over else None

    def _open(self, seen: tuple[Seen, ...], watched: tuple[str, ...]) -> _Open:
        """The probes of an incident are those that fail on record; where none does, those that were seen failing."""
        failing = [name for name, record in self._records.items() if record.failed and name in (watched or (name,))]
        incident = _Open(tuple(failing) or tuple(each.probe for each in seen if each.word == "fail"))
        number = len(self._found)
        self._found.append(incident)
        detections = [(name, self._records[name]) for name in failing]
        for name, record in detections:
            assert record.failed
            self._onsets.append(Onset(number, name, record.ok_us, record.failed.at_us))
        found = [record.failed for _, record in detections if record.failed]
        incident.moments.extend(sorted(found, key=lambda moment: moment.at_us)[:1])
        return incident

    @property
    def onsets(self) -> tuple[Onset, ...]:
        return tuple(self._onsets)

    def told(self, first_bad: Mapping[int, Moment]) -> list[Incident]:
        """With their first bad readings, by the numbers that `onsets` gives them."""
        return [
            Incident(
                probes=each.probes,
                moments=(*((first_bad[number],) if number in first_bad else ()), *each.moments),
                over=each.over,
            )
            for number, each in enumerate(self._found)
        ]


class FirstBad:
    """Finds the first reading of each run of bad ones that led to a verdict: two good ones in a row end a run."""

    def __init__(self, plan: Definitions, onsets: tuple[Onset, ...]) -> None:
        self._plan = plan
        self._onsets: dict[str, list[Onset]] = {}
        for onset in onsets:
            self._onsets.setdefault(onset.probe, []).append(onset)
        self._runs: dict[Onset, Sample] = {}
        self._good: dict[Onset, int] = {}

    def hear(self, reading: Sample) -> None:
        for onset in self._onsets.get(reading.probe, ()):
            if onset.since_us <= reading.at_us <= onset.until_us:
                self._follow(onset, reading)

    def _follow(self, onset: Onset, reading: Sample) -> None:
        if reading.outcome == "fail":
            self._runs.setdefault(onset, reading)
        self._good[onset] = self._good.get(onset, 0) + 1 if reading.outcome == "ok" else 0
        if self._good[onset] >= GOOD_RUN:
            self._runs.pop(onset, None)

    def told(self) -> dict[int, Moment]:
        """The earliest of each incident."""
        found: dict[int, Moment] = {}
        for onset, reading in sorted(self._runs.items(), key=lambda each: each[1].at_us):
            text = f"{self._plan.title(reading.probe)}: {shortened(reading.text)}"
            found.setdefault(
                onset.incident, Moment(step="first bad reading", at_us=reading.at_us, who=NOBODY, text=text)
            )
        return found


class Decisions:
    """What was asked and what was decided, with what could be seen."""

    def __init__(self) -> None:
        self.decisions = Few[Decision]()
        self._asked_us: dict[str, int] = {}

    def hears(self) -> Mapping[type[Body], Handler]:
        """By tone, so that kinds of decisions that come later are not passed over."""
        kinds = [kind for kind in ev.KINDS.values() if kind.tone == "decide"]
        return dict.fromkeys((*kinds, ev.RollbackStarted, ev.PointCrossed, ev.GatePassed), self._decides)

    def _decides(self, event: Event, body: Body) -> None:
        seen: tuple[Seen, ...] = getattr(body, "seen", ())
        if isinstance(body, ev.GatePassed) and not body.risk:
            return
        if isinstance(body, ev.DecisionAsked):
            self._asked_us[body.trigger] = event.at_us
        waited_us = self._asked_us.pop(body.trigger, None) if isinstance(body, ev.DecisionTaken) else None
        self.decisions.add(
            Decision(
                seq=event.seq,
                at_us=event.at_us,
                who=event.actor,
                word=body.word,
                subject=body.subject,
                text=shortened(body.detail),
                seen=seen,
                waited_s=None if waited_us is None else seconds(waited_us, event.at_us),
            )
        )


def _moment(step: Step, event: Event, text: str) -> Moment:
    return Moment(step=step, at_us=event.at_us, seq=event.seq, who=event.actor, text=shortened(text))
