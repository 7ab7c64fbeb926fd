"""Builds what each widget shows out of the live release. Reads only; nothing here draws or acts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from shlex import join

from warroom.core import views
from warroom.core.checklist import Phase
from warroom.core.definitions import Place
from warroom.core.due import Due, item_due, phase_due
from warroom.core.events import Event
from warroom.core.item_views import Fact, facts, proposed, sensed
from warroom.core.probe import PANES, Verdict
from warroom.core.rapid import rapid_events
from warroom.core.rollback_facts import RollbackFacts, rollback_facts
from warroom.core.tree import standing
from warroom.core.views import FeedLine, ProbeView
from warroom.live import Live
from warroom.tui import actions
from warroom.tui.widgets.decision_bar import DecisionBar
from warroom.tui.widgets.editor import Editor
from warroom.tui.widgets.feed import Feed
from warroom.tui.widgets.item import ItemPane, StepView
from warroom.tui.widgets.keys import Key
from warroom.tui.widgets.masthead import Masthead

POINTS = 96  # readings a plot can show at most

_STATE = {
    "running": "rollback",
    "asking": "rollback",
    "stopped": "rollback",
    "recovering": "recovering",
    "restored": "restored",
}


class Frames:
    """The cockpit's values as of now."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def masthead(self) -> Masthead.View:
        live, release = self._live, self._live.release
        now_us = live.clock.utc_us()
        worst, seat = views.worst(live.verdicts()), live.seat.state
        return Masthead.View(
            release=release.name,
            environment=release.environment,
            rehearsal=release.rehearsal,
            clock=views.release_clock(release, now_us),
            held=views.age((now_us - release.hold.at_us) / 1e6) if release.hold else "",
            state=self._state(worst),
            utc=views.clock_time(now_us),
            local=_local(now_us),
            operator=live.operator,
            saved=release.hash[:8],
            unsaved=live.unsaved,
            role=live.role,
            driver=release.driver,
            trouble=live.trouble,
            worst=worst.word if worst else "pending",
            claimed=bool(seat and seat.claimed),
            offered=seat.offered_to if seat else "",
            types=release.other_login(live.seat.origin),
        )

    def _state(self, worst: Verdict | None) -> str:
        release = self._live.release
        if release.asks:
            return "decide"
        return _STATE.get(release.rollback.status, "failing" if worst and worst.word == "fail" else "go")

    def decision(self) -> DecisionBar.View | None:
        """What is to be decided first, or None."""
        live, asks = self._live, self._live.release.asks
        if not asks:
            return None
        name, ask = next(iter(asks.items()))
        spec = live.plan.bindings.trigger[name]
        left_s = (ask.deadline_us - live.clock.utc_us()) / 1e6
        return DecisionBar.View(
            trigger=name,
            rule=ask.rule,
            broke=ask.broke,
            now=views.words_of(live.plan, live.verdicts(), spec.watched),
            role=ask.role,
            by=views.clock_time(ask.deadline_us),
            left=views.span(float(int(left_s))) if left_s > 0 else "",
            then=spec.roles[ask.roles_asked :],
            more=len(asks) - 1,
            rollback=self._rollback_in_short(),
        )

    def rollback(self) -> RollbackFacts:
        live = self._live
        return rollback_facts(live.plan, live.release, live.verdicts(), live.clock.utc_us())

    def _rollback_in_short(self) -> str:
        plan = self._live.plan.bindings.rollback
        if plan is None:
            return "no plan"
        return f"{len(plan.step)} steps, ~{views.span(self._live.plan.expected_rollback_s)}"

    def half_way(self) -> str:
        """What a rollback waits for that an earlier cockpit left half-way, or ""."""
        rollback = self._live.release.rollback
        if rollback.status not in ("asking", "stopped") or rollback.current is None:
            return ""
        number, step = rollback.current + 1, rollback.steps[rollback.current]
        title = self._live.plan.title(f"rollback:{number}")
        how = f"{step.phase}: {step.why}" if step else "has not run"
        return f'production is half-way back: step {number}, "{title}", {how}; R shows the choices'

    def probes(self) -> tuple[ProbeView, ...]:
        live = self._live
        verdicts: dict[str, Verdict] = {verdict.probe: verdict for verdict in live.verdicts()}
        wrong = live.release.config_errors
        return tuple(
            views.probe_view(spec, verdicts[spec.id], live.points(spec.id, POINTS), wrong.get(spec.id, ""))
            for spec in live.plan.probes
        )

    def big_and_other(self) -> tuple[tuple[ProbeView | None, ...], tuple[ProbeView, ...]]:
        """The four big panes in their fixed order (None where no probe is meant for one), and all other probes."""
        shown = self.probes()
        by_pane = {spec.pane: view for spec, view in zip(self._live.plan.probes, shown, strict=True) if spec.pane}
        others = tuple(view for spec, view in zip(self._live.plan.probes, shown, strict=True) if not spec.pane)
        observer = self._live.observer()
        if observer:
            others = (*others, views.observer_view(observer))
        return tuple(by_pane.get(pane) for pane in PANES), others

    def feed(self, count: int = 100) -> Feed.View:
        lines, release = self._lines(self._live.recent(count)), self._live.release
        return Feed.View(lines, release.t0_us, release.hold.at_us if release.hold else None)

    def item(self, item_id: str) -> ItemPane.View:
        live = self._live
        place: Place = live.plan.places[item_id]
        state, binding = live.release.item(item_id), live.plan.binding(item_id)
        now_us, events = live.clock.utc_us(), tuple(e for e in live.about(item_id) if not e.body.quiet)
        at = views.clock_time(state.at_us)[:5]
        said = f"{state.by} {at}" if state.status != "open" else ""
        since = Fact("since", f"{at}, for {views.age((now_us - state.at_us) / 1e6)}")
        lines = self._lines(events, titled=False)
        return ItemPane.View(
            number=place.item.number,
            section=place.section.title or place.phase.name,
            title=place.item.title,
            status=standing(state, proposed=item_id in self.proposed()),
            said=state.by if state.status == "doing" or state.stale else said,
            due="" if state.is_closed else _due(item_due(live.plan, live.release, item_id, now_us)),
            facts=((since,) if state.status == "doing" else ()) + facts(live.plan, live.release, item_id),
            owner=binding.owner,
            required=binding.required,
            guide=binding.guide,
            notes=place.item.notes,
            probe=self._bound_probe(binding.probe),
            step=self._step(item_id),
            evidence=tuple(each for each in lines if each.tone == "evidence"),
            history=tuple(each for each in lines if each.tone != "evidence"),
        )

    def proposed(self) -> frozenset[str]:
        """The open items that their probes would tick."""
        return proposed(self._live.plan, self._live.release, self._live.verdicts())

    def editor(self, item: str) -> Editor.View:
        """Of "", while a phase is selected, only who would sign. The second of two people confirms a figure, and is
        asked for none.
        """
        live, binding = self._live, self._live.plan.binding(item)
        first = live.release.item(item).signed
        expect = None if first or live.release.item(item).status == "done" else binding.expect
        verdict = next((each for each in live.verdicts() if each.probe == binding.probe), None)
        signs = f", {'2' if first else '1'} of 2" if binding.signers == 2 else ""
        keys = {action.id: action for action in actions.COCKPIT}
        mine = (keys[name] for name in (actions.EDITOR_FIGURE if expect else actions.EDITOR))
        return Editor.View(
            who=live.operator + signs,
            keys=tuple(Key(a.label, a.word or a.id, not a.why_not(live.plan, live.release, item)) for a in mine),
            expect=expect,
            sensed=sensed(live.plan, item, verdict) if expect else None,
        )

    def phase(self, phase: Phase) -> ItemPane.Phase:
        counts = views.counts(self._live.release, phase.walk())
        words = " · ".join(f"{count} {status}" for status, count in counts.items())
        due = _due(phase_due(self._live.release, phase, self._live.clock.utc_us()))
        return ItemPane.Phase(phase.title, phase.when, due, words, phase.notes)

    def _bound_probe(self, probe: str) -> ProbeView | None:
        spec = self._live.plan.probes_by_id.get(probe)
        if spec is None:
            return None
        verdict = next(verdict for verdict in self._live.verdicts() if verdict.probe == probe)
        return views.probe_view(spec, verdict, (), self._live.release.config_errors.get(probe, ""))

    def _step(self, item_id: str) -> StepView | None:
        command, state = self._live.plan.binding(item_id).step, self._live.release.item(item_id).step
        if command is None:
            return None
        return StepView(join(command.argv), state.phase if state else "waiting", state.why if state else "")

    def _lines(self, events: Sequence[Event], *, titled: bool = True) -> tuple[FeedLine, ...]:
        """Events for the timeline; in an item's own pane its title stands above them already."""
        fast = rapid_events(events)
        lines: list[FeedLine] = []
        for event in events:
            each = views.feed_line(self._live.plan, event)
            lines.append(
                each._replace(
                    text=each.text if titled else event.body.detail,
                    word=f"rapid {each.word}" if event.seq in fast else each.word,
                )
            )
        return tuple(lines)


def _due(due: Due | None) -> str:
    """`late by 12 m`, or when it is due, UTC: `02-28 20:00`."""
    if due is None:
        return ""
    minutes = int(due.late_s // 60)
    if not minutes:
        return views.utc(due.at_us)[5:16].replace("T", " ")
    return f"late by {minutes} m" if minutes < 120 else f"late by {views.span(due.late_s)}"


def _local(now_us: int) -> str:
    local = datetime.fromtimestamp(now_us // 1_000_000, UTC).astimezone()
    return "" if not local.utcoffset() else f"{local:%H:%M} {local.tzname()}"
