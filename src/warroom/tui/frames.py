"""Builds what each widget shows out of the live release. Reads only; nothing here draws or acts."""

from datetime import UTC, datetime
from shlex import join

from warroom.core import views
from warroom.core.checklist import Phase
from warroom.core.definitions import Place
from warroom.core.probe import PANES, Verdict
from warroom.core.rollback_facts import RollbackFacts, rollback_facts
from warroom.core.views import FeedLine, ProbeView
from warroom.live import Live
from warroom.tui.widgets.decision_bar import DecisionBar
from warroom.tui.widgets.feed import Feed
from warroom.tui.widgets.item import ItemPane, StepView
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
        worst = views.worst(live.verdicts())
        return Masthead.View(
            release=release.name,
            environment=release.environment,
            rehearsal=release.rehearsal,
            clock=views.t_clock(now_us, release.t0_us),
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
        lines = tuple(views.feed_line(self._live.plan, event) for event in self._live.recent(count))
        return Feed.View(lines, self._live.release.t0_us)

    def item(self, item_id: str) -> ItemPane.View:
        live = self._live
        place: Place = live.plan.places[item_id]
        state, binding = live.release.item(item_id), live.plan.binding(item_id)
        said = f"{state.by} {views.clock_time(state.at_us)[:5]}" if state.status != "open" else ""
        return ItemPane.View(
            number=place.item.number,
            section=place.section.title or place.phase.name,
            title=place.item.title,
            status=state.shown,
            said=said,
            owner=binding.owner,
            required=binding.required,
            guide=binding.guide,
            notes=place.item.notes,
            probe=self._bound_probe(binding.probe),
            step=self._step(item_id),
            history=tuple(self._history(item_id)),
        )

    def phase(self, phase: Phase) -> ItemPane.Phase:
        counts = views.counts(self._live.release, phase.walk())
        words = " · ".join(f"{count} {status}" for status, count in counts.items())
        return ItemPane.Phase(phase.title, phase.when, words, phase.notes)

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

    def _history(self, item_id: str) -> list[FeedLine]:
        """The item's own events, without its title: that stands above them."""
        return [
            views.feed_line(self._live.plan, event)._replace(text=event.body.detail)
            for event in self._live.about(item_id)
        ]


def _local(now_us: int) -> str:
    local = datetime.fromtimestamp(now_us // 1_000_000, UTC).astimezone()
    return "" if not local.utcoffset() else f"{local:%H:%M} {local.tzname()}"
