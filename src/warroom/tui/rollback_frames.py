"""Builds what the rollback screen shows, out of the plan and of how far it has been run. Reads only."""

from shlex import join

from warroom.core import decisions
from warroom.core.bindings import RollbackPlan
from warroom.core.states import RollbackState, StepState
from warroom.core.views import span
from warroom.live import Live
from warroom.tui.draw import Part, line
from warroom.tui.widgets.steps import StepLine

_BADGE = "bold $ink on $fail"


class RollbackFrames:
    """The plan before it runs (`run` False), or the run itself."""

    def __init__(self, live: Live, plan: RollbackPlan) -> None:
        self._live = live
        self._plan = plan

    def title(self, *, run: bool) -> tuple[Part, Part]:
        """What goes back to what, and where and as whom the commands run."""
        live = self._live
        where = live.launch()
        words = " ↶ ROLLING BACK " if run else " ↶ ROLL BACK "
        first = line(
            (words, _BADGE), "  ", (live.release.environment, "bold"), f" from {live.release.name} to ",
            (self._plan.to or "the release before", "bold"),
        )  # fmt: skip
        if run and live.trouble:
            return first, line((" ✗ NOT SAVED ", _BADGE), f"  {live.trouble}")
        by = live.release.rollback.by if run else live.operator
        as_whom = (f"by {by}  ·  commands run as {where.user}@{where.host} in {where.base}", "$quiet")
        return first, line(self._armed(run=run), "  ·  ", as_whom)

    def _armed(self, *, run: bool) -> Part:
        release, live = self._live.release, self._live
        if run:
            return ("EMERGENCY", "bold $fail") if release.rollback.emergency else ("armed", "$quiet")
        why = decisions.emergency(live.plan, release, live.operator)
        return (f"EMERGENCY, {why}", "bold $fail") if why else ("armed by two operators", "$ok")

    def steps(self, *, run: bool) -> tuple[StepLine, ...]:
        states: tuple[StepState | None, ...] = (None,) * len(self._plan.step)
        if run:
            states = self._live.release.rollback.steps
        return tuple(
            StepLine(
                title=step.title,
                where=step.where,
                command=join(step.argv),
                expected_s=self._live.plan.expected_s(f"rollback:{number}", step.expected),
                took_s=self._took(state) if state else None,
                phase=state.phase if state else "waiting",
                why=state.why if state and state.phase != "done" else "",
            )
            for number, (step, state) in enumerate(zip(self._plan.step, states, strict=True), 1)
        )

    def sentences(self) -> tuple[tuple[str, str], ...]:
        """Glyph and text, or a heading alone."""
        titles = ", ".join(self._live.plan.title(probe) for probe in self._plan.verify)
        return (
            ("WHAT IT DOES NOT UNDO", ""),
            *(("·", text) for text in self._plan.does_not_undo or ("the plan's author wrote nothing here",)),
            ("RESTORED MEANS", ""),
            ("·", f"ok again, by readings after the last step: {titles}"),
        )

    def progress(self) -> tuple[Part, Part]:
        """How long it has been running, and what it waits for."""
        rollback = self._live.release.rollback
        if rollback.status in ("recovering", "restored"):
            return self._after(rollback)
        index = rollback.current if rollback.current is not None else len(rollback.steps) - 1
        words = f" of about {span(self._live.plan.expected_rollback_s)}  ·  step {index + 1} of {len(rollback.steps)}"
        head = line((self._since(rollback.started_us), "bold"), (words, "$quiet"))
        if rollback.status == "running":
            return head, ""
        step = rollback.steps[index]
        why = f"step {index + 1}: {step.phase}, {step.why}" if step else f"step {index + 1} has not run"
        word = "stopped half-way" if rollback.status == "stopped" else "waits for your answer"
        return head, line((f" ✗ {word} ", _BADGE), f"  {why}")

    @staticmethod
    def _after(rollback: RollbackState) -> tuple[Part, Part]:
        done = line(("✓ rolled back", "bold $ok"), (f" in {span(rollback.took_s)}", "$quiet"))
        if rollback.status == "restored":
            after = f" {span(rollback.restored_s)} after the last step"
            return done, line(("● restored", "bold $ok"), (after, "$quiet"))
        return done, line(("↶ recovering", "bold $warn"), ("  until every verify probe is ok again", "$quiet"))

    def _took(self, state: StepState) -> float | None:
        return self._elapsed_s(state.started_us) if state.phase == "running" else state.duration_s

    def _since(self, started_us: int) -> str:
        return span(self._elapsed_s(started_us))

    def _elapsed_s(self, started_us: int) -> float:
        return float((self._live.clock.utc_us() - started_us) // 1_000_000)
