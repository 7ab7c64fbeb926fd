"""Taking production back: the plan with the typed name, then the run itself, with the four verdicts always in sight."""

from collections.abc import Callable
from shlex import join

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Input

from warroom.core import decisions
from warroom.core.release import StepState
from warroom.core.views import span
from warroom.live import Live
from warroom.tui import actions, sizes
from warroom.tui.draw import Part, line
from warroom.tui.follow import follow
from warroom.tui.frames import Frames
from warroom.tui.messages import OutputCame, ReadingTaken, RoomChanged, RunEnded, Trouble
from warroom.tui.widgets.field import Field
from warroom.tui.widgets.keys import Keys
from warroom.tui.widgets.masthead import Masthead
from warroom.tui.widgets.output import Output
from warroom.tui.widgets.pane import Lines
from warroom.tui.widgets.probes import ProbePane
from warroom.tui.widgets.prose import Prose
from warroom.tui.widgets.steps import StepLine, StepList

DEAF_S = 0.5
"""Keys pressed before this are meant for the screen before."""


class NameField(Field):
    """Takes the release's name letter by letter: no paste, and nothing at all in its first moment."""

    def __init__(self) -> None:
        super().__init__(refuse_paste=True, id="name")
        self._deaf = True

    def on_mount(self) -> None:
        self.set_timer(DEAF_S, self._listen)

    def _listen(self) -> None:
        self._deaf = False

    async def _on_key(self, event: events.Key) -> None:
        if self._deaf and event.key != "escape":
            event.prevent_default()
            event.stop()
            return
        await super()._on_key(event)


class RollbackScreen(Screen[None]):
    CSS_PATH = "rollback.tcss"
    HORIZONTAL_BREAKPOINTS = sizes.HORIZONTAL
    VERTICAL_BREAKPOINTS = sizes.VERTICAL
    BINDINGS = actions.bindings(actions.ROLLBACK)

    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live
        self._frames = Frames(live)
        self._trouble = ""
        self._under_way = live.release.rollback.status in ("running", "asking", "stopped")

    def compose(self) -> ComposeResult:
        yield Masthead(id="masthead")
        yield Lines("", "", "", id="title")
        with Horizontal(id="main"):
            yield StepList(id="steps")
            with VerticalScroll(id="plan", can_focus=False):
                yield Prose(id="prose")
            with Vertical(id="run"):
                yield Lines(("OUTPUT", "$quiet"), "")
                yield Output(id="output")
        with Horizontal(id="vitals"):
            for _ in range(4):
                yield ProbePane()
        with Vertical(id="arm"):
            yield Lines("", id="arm-title")
            with Horizontal(classes="field"):
                yield Lines(("›", "bold $fail"), classes="prompt")
                yield NameField()
                yield Lines("", id="hint")
        with Vertical(id="progress"):
            yield Lines("", "", id="progress-lines")
            with Horizontal(classes="field", id="reason-field"):
                yield Lines(("reason", "$quiet"), classes="label")
                yield Field(placeholder="why this step is skipped; enter skips it", id="reason")
        yield Keys(id="keys")

    def on_mount(self) -> None:
        self.query_one("#reason-field").display = False
        name = self._live.release.name
        self.query_one("#arm-title", Lines).show(
            line("Type the name of the release to start: ", (name, "bold"), ("    then Enter", "$quiet"))
        )
        self._show_all()
        self._hint("")
        if not self._under_way:
            self.query_one(NameField).focus()
        self.set_interval(1, self._show_all)

    # what is shown

    def _show_all(self) -> None:
        self.set_class(self._under_way, "-running")
        self.set_class(not self._under_way, "-plan")
        self.query_one(Masthead).view = self._frames.masthead(self._trouble)
        self.query_one("#title", Lines).show(*self._title())
        steps = self.query_one(StepList)
        steps.live = self._under_way
        steps.steps = self._steps()
        self.query_one(Prose).sentences = self._plan_sentences()
        self._show_probes()
        self.query_one("#progress-lines", Lines).show(*self._progress())
        self.query_one("#keys", Keys).keys = actions.footer(
            actions.ROLLBACK if self._under_way else actions.ROLLBACK_PLAN, self._live.plan, self._live.release, ""
        )

    def _show_probes(self) -> None:
        big, _ = self._frames.big_and_other()
        for pane, view in zip(self.query(ProbePane), big, strict=True):
            pane.probe = view

    def _title(self) -> tuple[Part, ...]:
        live, plan = self._live, self._live.plan.bindings.rollback
        assert plan is not None
        where = live.launch()
        words = " ↶ ROLLING BACK " if self._under_way else " ↶ ROLL BACK "
        first = line(
            (words, "bold $ink on $fail"), "  ", (live.release.environment, "bold"), f" from {live.release.name} to ",
            (plan.to or "the release before", "bold"),
        )  # fmt: skip
        by = live.release.rollback.by if self._under_way else live.operator
        return (first, (f"by {by}  ·  commands run as {where.user}@{where.host} in {where.base}", "$quiet"), "")

    def _steps(self) -> tuple[StepLine, ...]:
        plan, states = self._live.plan.bindings.rollback, self._live.release.rollback.steps
        assert plan is not None
        known: list[StepState | None] = [*states] if self._under_way else [None] * len(plan.step)
        return tuple(
            StepLine(
                title=step.title,
                where=step.where,
                command=join(step.argv),
                expected_s=step.expected,
                took_s=self._took(state) if state else None,
                phase=state.phase if state else "waiting",
                why=state.why if state and state.phase != "done" else "",
            )
            for step, state in zip(plan.step, known, strict=True)
        )

    def _took(self, state: StepState) -> float | None:
        if state.phase != "running":
            return state.duration_s
        return float((self._live.clock.utc_us() - state.started_us) // 1_000_000)

    def _plan_sentences(self) -> tuple[tuple[str, str], ...]:
        """Heading or glyph, and text."""
        plan = self._live.plan.bindings.rollback
        assert plan is not None
        titles = ", ".join(self._live.plan.title(probe) for probe in plan.verify)
        return (
            ("WHAT IT DOES NOT UNDO", ""),
            *(("·", text) for text in plan.does_not_undo or ("the plan's author wrote nothing here",)),
            ("RESTORED MEANS", ""),
            ("·", f"ok again, by readings after the last step: {titles}"),
        )

    def _progress(self) -> tuple[Part, Part]:
        rollback, plan = self._live.release.rollback, self._live.plan.bindings.rollback
        assert plan is not None
        if not self._under_way:
            return "", ""
        total = len(rollback.steps)
        if rollback.status in ("recovering", "restored"):
            done = line(("✓ rolled back", "bold $ok"), (f" in {span(rollback.took_s)}", "$quiet"))
            if rollback.status == "restored":
                after = f" {span(rollback.restored_s)} after the last step"
                return done, line(("● restored", "bold $ok"), (after, "$quiet"))
            return done, line(("↶ recovering", "bold $warn"), ("  until every verify probe is ok again", "$quiet"))
        number = (rollback.current if rollback.current is not None else total - 1) + 1
        elapsed = span(float((self._live.clock.utc_us() - rollback.started_us) // 1_000_000))
        head = line(
            (elapsed, "bold"), (f" of about {span(plan.expected)}  ·  step {number} of {total}", "$quiet"),
        )  # fmt: skip
        if rollback.status == "running":
            return head, ""
        step = rollback.steps[number - 1]
        why = f"step {number}: {step.why}" if step else f"step {number} has not run"
        word = "stopped half-way" if rollback.status == "stopped" else "waits for your answer"
        return head, line((f" ✗ {word} ", "bold $ink on $fail"), f"  {why}")

    # news from other threads

    @on(RoomChanged)
    def _room_changed(self) -> None:
        if self._live.release.rollback.status in ("running", "asking", "stopped"):
            self._under_way = True
        self._show_all()

    @on(ReadingTaken)
    def _reading_taken(self) -> None:
        self._show_probes()

    @on(OutputCame)
    def _output_came(self, message: OutputCame) -> None:
        self.query_one(Output).add(message.part.lines)

    @on(Trouble)
    def _trouble_changed(self, message: Trouble) -> None:
        self._trouble = message.text
        self._show_all()

    @on(RunEnded)
    def _run_ended(self, message: RunEnded) -> None:
        if message.error:
            self.app.notify(message.error, title="refused", severity="warning", markup=False)

    # keys

    def action_do(self, name: str) -> None:
        action = next(each for each in actions.ROLLBACK if each.id == name)
        reason = action.why_not(self._live.plan, self._live.release, "")
        if reason:
            self.app.notify(reason, title="refused", severity="warning", markup=False)
            return
        perform: Callable[[], None] = getattr(self, f"do_{name}")
        perform()

    def do_retry(self) -> None:
        follow(self, self._live.retry_step())

    def do_skip_step(self) -> None:
        self.query_one("#reason-field").display = True
        self.query_one("#reason", Field).focus()

    def do_stop_rollback(self) -> None:
        follow(self, self._live.act(lambda plan, state: decisions.stop_rollback(plan, state, reason="")))

    def do_stop_step(self) -> None:
        self._live.stop_step()

    def do_back(self) -> None:
        reason = self.query_one("#reason-field")
        if reason.display:
            reason.display = False
            self.set_focus(None)
        else:
            self.dismiss()

    @on(Input.Changed, "#name")
    def _hint_changed(self, message: Input.Changed) -> None:
        self._hint(message.value)

    def _hint(self, typed: str) -> None:
        name = self._live.release.name
        left = len(name) - len(typed)
        if typed == name:
            words: Part = ("Enter starts the rollback", "bold $fail")
        elif not name.startswith(typed):
            words = ("that is not the name", "$warn")
        else:
            words = (f"{left} more characters · paste is ignored", "$quiet")
        self.query_one("#hint", Lines).show(words)

    @on(Input.Submitted, "#name")
    def _start(self, message: Input.Submitted) -> None:
        """Inert until the name is complete."""
        if message.value == self._live.release.name and not self._under_way:
            self._under_way = True
            self.set_focus(None)
            follow(self, self._live.roll_back(typed=message.value, reason=""))
            self._show_all()

    @on(Input.Submitted, "#reason")
    def _skip(self, message: Input.Submitted) -> None:
        if message.value.strip():
            self.do_back()
            follow(self, self._live.skip_step(reason=message.value))
