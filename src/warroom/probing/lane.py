"""One probe in the engine: its readings so far, and what of them stands while the fault may be ours."""

from dataclasses import dataclass, field, replace

from warroom.core.network import Hearing, Network
from warroom.core.observer import BAD, Facts, disbelieved, doubted
from warroom.core.probe import ProbeSpec, Reading, Track, Verdict, advance, judge
from warroom.core.series import Series
from warroom.core.track import TROUBLES


@dataclass
class Lane:
    """What changes about one probe. Written by the engine's thread only; verdicts are read by any."""

    spec: ProbeSpec
    track: Track = field(default_factory=Track)
    series: Series = field(default_factory=Series)
    missed: int = 0
    """Slots that passed without a reading."""
    late_us: int = 0
    """How late the last reading began, ..."""
    latest_us: int = 0
    """... and the one that was latest of all."""
    hearing: Hearing | None = None
    """None for a probe that asks no host."""
    _before: Track | None = None
    """As it was before the host fell silent, while it is."""

    def revised(self, spec: ProbeSpec) -> "Lane":
        """The lane of the same probe as its file says now. What it knows stays, if it is about the same thing."""
        return replace(self, spec=spec) if spec.measures_as(self.spec) else Lane(spec)

    def ask(self, hearing: Hearing | None) -> None:
        """Whom it asks from now on. What was heard from there before still holds."""
        known = self.hearing
        self.hearing = known._replace(part=hearing.part) if known and hearing else hearing

    def hear(self, reading: Reading, *, ended_us: int, address: str) -> bool:
        """Notes whether the host answered. True when that is news."""
        if self.hearing is None:
            return False
        before = self.hearing
        answered = reading.answered and not (before.part == "messenger" and reading.outcome == "error")
        after = before.after(answered=answered, began_us=reading.mono_us, ended_us=ended_us)
        self.hearing = after._replace(host=address)
        return (before.silent_us is None) != (after.silent_us is None) or before.host != address

    def take(self, reading: Reading, facts: Facts) -> Reading:
        """One more reading; returns it as it is to be kept.

        What silence has said so far stays apart until it is known whose it was.
        """
        network = facts.network
        if network.state == "ours" and self.hearing is None and reading.outcome in BAD:
            reading = disbelieved(reading, network.fault)
        if reading.answered:
            self._before = None
        elif self._before is None:
            self._before = self.track
        self.track = advance(self.track, reading)
        doubt = self.doubt(facts)
        return disbelieved(reading, doubt) if doubt and not reading.answered and reading.outcome in BAD else reading

    def forget_silence(self, network: Network) -> None:
        """Goes back to before the silence that `network` is about: it was ours, and it is over."""
        if self._before is None or self.hearing is None or not network.concerns(self.hearing):
            return
        last = self.track.last and disbelieved(self.track.last, network.fault)
        self.track = self._before.model_copy(update={"troubles": TROUBLES, "last": last})
        self._before = None
        self.hearing = self.hearing._replace(silent_us=None)

    def believe_silence(self) -> None:
        """The silence is the host's own."""
        self._before = None

    def doubt(self, facts: Facts) -> str:
        """Why the verdict cannot be believed now, or ""."""
        network, before, hearing = facts.network, self._before, self.hearing  # once: another thread may change them
        if facts.fault or network.state != "asking" or before is None or hearing is None:
            return facts.fault
        worse = self.track.level == "fail" and before.level != "fail"
        return "it is being seen whether other hosts answer" if worse and network.concerns(hearing) else ""

    def verdict(self, mono_us: int, facts: Facts) -> Verdict:
        """As of now. From any thread."""
        verdict = judge(self.spec, self.track, mono_us=mono_us)
        if self.missed:
            text = f"{verdict.text}, {self.missed} {'slot' if self.missed == 1 else 'slots'} missed"
            verdict = verdict.model_copy(update={"missed": self.missed, "text": text})
        doubt = self.doubt(facts)
        return doubted(verdict, doubt) if doubt else verdict
