"""Builds what the gate screen shows of one phase's gate. Reads only."""

from collections.abc import Iterable

from warroom.core import views
from warroom.core.gates import Finding, gate, needed, standing
from warroom.core.probe import show
from warroom.live import Live
from warroom.tui.draw import Part, line
from warroom.tui.look import FINDING, HELD, ITEM, RISK, STANDING, VERDICT
from warroom.tui.widgets.gate import Found

Blocks = tuple[tuple[str, tuple[Found, ...]], ...]


class GateFrames:
    """The gate of one phase, as of the last look."""

    def __init__(self, live: Live, phase: str) -> None:
        self._live = live
        self._phase = next(each for each in live.plan.checklist.phases if each.id == phase)
        self._gate = live.plan.bindings.gate[phase]
        self.look()

    def look(self) -> None:
        """What is shown from now on is as it is now."""
        live = self._live
        self._verdicts = live.verdicts()
        self._found = gate(live.plan, live.release, self._verdicts, self._phase.id)

    @property
    def title(self) -> str:
        return self._phase.title

    @property
    def roles(self) -> tuple[str, ...]:
        return self._gate.roles

    def stopping(self) -> tuple[str, ...]:
        return tuple(finding.text for finding in self._found if finding.stops)

    def head(self) -> tuple[Part, Part]:
        """Which phase, and whether it may begin."""
        look = STANDING[standing(self._live.release, self._phase.id, self._found)]
        first = line((" ┃ GATE ", "bold $ink on $accent"), "  ", (self.title, "bold"), (f"  {self._which()}", "$quiet"))
        return first, line((f" {look.glyph} {look.word} ", f"bold $ink on {look.role}"), "  ", self._words())

    def _which(self) -> str:
        gated = [each.id for each in self._live.plan.checklist.phases if each.id in self._live.plan.bindings.gate]
        return f"{gated.index(self._phase.id) + 1} of {len(gated)}" if len(gated) > 1 else ""

    def _words(self) -> Part:
        stopping = self.stopping()
        opened = self._live.release.opened.get(self._phase.id)
        if opened:
            risk = ("  RISK ACCEPTED", "bold $warn") if opened.risk else ""
            return line(f"opened by {opened.by} at {views.clock_time(opened.at_us)[:5]} UTC", risk)
        if stopping:
            return f"it does not hold, {len(stopping)} {'thing stops' if len(stopping) == 1 else 'things stop'} it"
        return "it holds; h resumes the clock" if self._live.release.hold else "it holds; y opens the phase"

    def blocks(self) -> Blocks:
        """What stops it, what was closed without being done, what is well."""
        found, opened = self._found, self._live.release.opened.get(self._phase.id)
        risk = (Found(RISK, opened.risk),) if opened and opened.risk else ()
        hold = self._live.release.hold
        held = (Found(HELD, f"the T-clock, by {hold.by}: {hold.reason}"),) if hold else ()
        return (
            ("ACCEPTED", risk),
            (
                "NOT WELL NOW" if opened else "STOPS IT",
                (*held, *(_found(finding) for finding in found if finding.stops)),
            ),
            ("CLOSED WITHOUT BEING DONE", tuple(_found(finding) for finding in found if not finding.stops)),
            ("WELL", (*self._done(), *self._probes(), *self._votes())),
        )

    def _done(self) -> Iterable[Found]:
        release = self._live.release
        items = list(needed(self._live.plan, release, self._phase.id))
        done = sum(release.item(item.id).status == "done" and not release.item(item.id).stale for item in items)
        if done:
            yield Found(ITEM["done"], f"{done} of {len(items)} items that it wants")

    def _probes(self) -> Iterable[Found]:
        wrong = {finding.subject for finding in self._found if finding.kind in ("failing", "blind")}
        for verdict in self._verdicts:
            if verdict.probe in self._gate.probes and verdict.probe not in wrong:
                value = f"{show(verdict.value)} {verdict.unit}".strip()
                age = f", {views.age(verdict.age_s)} ago" if verdict.age_s is not None else ""
                look = VERDICT[verdict.word]
                yield Found(look, f"{self._live.plan.title(verdict.probe)} {value}{age}")

    def _votes(self) -> Iterable[Found]:
        polled = self._live.release.polls.get(self._phase.id)
        for vote in polled.votes if polled else ():
            if vote.say == "go" and vote.role in self._gate.roles:
                who = f"{vote.role}, absent; {vote.by} for it" if vote.delegate else vote.role
                yield Found(STANDING["go"], who)


def _found(finding: Finding) -> Found:
    return Found(FINDING[finding.kind], finding.text)
