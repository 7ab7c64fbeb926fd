"""Taking production back: the plan with the typed name, then the run itself, with the four verdicts always in sight."""

from functools import partial
from typing import Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input

from warroom.core import decisions
from warroom.core.events import RollbackStarted
from warroom.live import Live
from warroom.tui import actions
from warroom.tui.draw import Part, line
from warroom.tui.follow import follow
from warroom.tui.messages import OutputCame, ReadingTaken, RoomChanged, RunEnded, Trouble
from warroom.tui.rollback_frames import RollbackFrames
from warroom.tui.screens.acting import ActionScreen
from warroom.tui.screens.confirm import Confirm
from warroom.tui.widgets.field import Field
from warroom.tui.widgets.keys import Keys
from warroom.tui.widgets.masthead import Masthead
from warroom.tui.widgets.name_field import NameField
from warroom.tui.widgets.output import Output
from warroom.tui.widgets.pane import Lines
from warroom.tui.widgets.probes import ProbePane
from warroom.tui.widgets.prose import Prose
from warroom.tui.widgets.steps import StepList

_TARGETS = "rollback:"

Answer = Literal["skip", "by hand"]


class RollbackScreen(ActionScreen):
    """Shows the plan until the journal holds that it was started, then the run, also when it is come back to."""

    CSS_PATH = "rollback.tcss"
    AUTO_FOCUS = ""  # Textual would take the name's field, also where it is hidden, and the answers would be text in it
    ACTIONS = actions.ROLLBACK
    BINDINGS = actions.bindings(actions.ROLLBACK)

    def __init__(self, live: Live) -> None:
        """`live` has a rollback plan."""
        super().__init__(live)
        plan = live.plan.bindings.rollback
        assert plan is not None
        self._shown = RollbackFrames(live, plan)
        self._run = live.release.rollback.status in ("running", "asking", "stopped", "recovering")
        self._answer: Answer = "skip"
        self._asked = False
        """Whether the start was asked for and has not been answered."""

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
            with Horizontal(classes="field", id="why-field"):
                yield Lines(("reason", "$quiet"), classes="label")
                yield Field(placeholder="why now; enter starts the emergency rollback", id="why")
        with Vertical(id="progress"):
            yield Lines("", "", id="progress-lines")
            with Horizontal(classes="field", id="reason-field"):
                yield Lines(("reason", "$quiet"), classes="label")
                yield Field(id="reason")
        yield Keys(id="keys")

    def on_mount(self) -> None:
        self.app.clear_notifications()  # whoever comes here has heard them
        self.query_one("#reason-field").display = False
        self.query_one("#why-field").display = False
        name = self._live.release.name
        self.query_one("#arm-title", Lines).show(
            line("Type the name of the release to start: ", (name, "bold"), ("    then Enter", "$quiet"))
        )
        self.query_one(Output).add(self._live.printed(_TARGETS), self._live.growing(_TARGETS))
        self._show_all()
        self._hint("")
        if not self._run:
            self.query_one(NameField).focus()
        self.set_interval(1, self._show_all)

    # what is shown

    def _show_all(self) -> None:
        self.set_class(self._run, "-running")
        self.set_class(not self._run, "-plan")
        self.query_one(Masthead).view = self._frames.masthead()
        self.query_one("#title", Lines).show(*self._shown.title(run=self._run), "")
        steps = self.query_one(StepList)
        steps.live = self._run
        steps.steps = self._shown.steps(run=self._run)
        self.query_one(Prose).sentences = self._shown.sentences()
        self._show_probes()
        if self._run:
            self.query_one("#progress-lines", Lines).show(*self._shown.progress())
        self._show_keys()

    def _show_keys(self) -> None:
        """Only those that do something now: there are few, and an answer may be urgent."""
        table = actions.ROLLBACK if self._run else actions.ROLLBACK_PLAN
        keys = actions.footer(table, self._live.plan, self._live.release, "")
        self.query_one(Keys).keys = tuple(key for key in keys if key.possible)

    def _show_probes(self) -> None:
        big, _ = self._frames.big_and_other()
        for pane, view in zip(self.query(ProbePane), big, strict=True):
            pane.probe = view

    # news from other threads

    @on(RoomChanged)
    def _room_changed(self, message: RoomChanged) -> None:
        if any(isinstance(event.body, RollbackStarted) for event in message.update.events):
            self._run = True
            self.set_focus(None)
        self._show_all()

    @on(RunEnded)
    def _run_ended(self) -> None:
        """The app tells why, when it was refused."""
        self._asked = False

    @on(ReadingTaken)
    def _reading_taken(self) -> None:
        self._show_probes()

    @on(OutputCame)
    def _output_came(self, message: OutputCame) -> None:
        if message.part.target.startswith(_TARGETS):
            self.query_one(Output).take(message.part)

    @on(Trouble)
    def _trouble_changed(self) -> None:
        self._show_all()

    # keys

    def action_do(self, name: str) -> None:
        """In its first moment the screen is deaf: those keys were meant for the one before."""
        if name == "back" or not self.query_one(NameField).deaf:
            super().action_do(name)

    def do_retry(self) -> None:
        follow(self, self._live.retry_step())

    def do_skip_step(self) -> None:
        self._ask_for("skip", "why this step is skipped; enter skips it")

    def do_by_hand(self) -> None:
        self._ask_for("by hand", "what was done by hand; enter goes on with the next step")

    def _ask_for(self, answer: Answer, words: str) -> None:
        self._answer = answer
        self.query_one("#reason-field").display = True
        reason = self.query_one("#reason", Field)
        reason.placeholder = words
        reason.focus()

    def do_stop_rollback(self) -> None:
        follow(self, self._live.act(partial(decisions.stop_rollback, reason="")))

    def do_stop_step(self) -> None:
        ask = Confirm("End the command that runs now? Production may be left in between.", key="y", word="end it")
        self.app.push_screen(ask, lambda yes: self._live.stop_step() if yes else None)

    def do_again(self) -> None:
        self._run = False
        self.query_one(NameField).value = ""
        self._show_all()
        self.query_one(NameField).focus()

    def do_down(self) -> None:
        self.query_one(StepList).scroll_steps(1)

    def do_up(self) -> None:
        self.query_one(StepList).scroll_steps(-1)

    def do_back(self) -> None:
        reason, why = self.query_one("#reason-field"), self.query_one("#why-field")
        if why.display:
            why.display = False
            self.query_one(NameField).focus()
        elif reason.display:
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
        why = decisions.emergency(self._live.plan, self._live.release, self._live.operator)
        if typed == name and why:
            words: Part = ("Enter asks for the reason", "bold $fail")
        elif typed == name:
            words = ("Enter starts the rollback", "bold $fail")
        elif not name.startswith(typed):
            words = ("that is not the name", "$warn")
        else:
            words = (f"{left} more characters · paste is ignored", "$quiet")
        self.query_one("#hint", Lines).show(words)

    @on(Input.Submitted, "#name")
    def _named(self, message: Input.Submitted) -> None:
        """Inert until the name is complete."""
        if message.value != self._live.release.name:
            return
        if decisions.emergency(self._live.plan, self._live.release, self._live.operator):
            self.query_one("#why-field").display = True
            self.query_one("#why", Field).focus()
        else:
            self._start("")

    @on(Input.Submitted, "#why")
    def _reasoned(self, message: Input.Submitted) -> None:
        if message.value.strip():
            self._start(message.value)
        else:
            self.refuse("an emergency rollback needs a reason")

    def _start(self, reason: str) -> None:
        """Inert after it was asked for."""
        if not self._asked:
            self._asked = True
            follow(self, self._live.roll_back(typed=self.query_one(NameField).value, reason=reason))

    @on(Input.Submitted, "#reason")
    def _answered(self, message: Input.Submitted) -> None:
        if not message.value.strip():
            self.refuse("it needs a reason")
            return
        self.do_back()
        go_on = self._live.skip_step if self._answer == "skip" else self._live.step_by_hand
        follow(self, go_on(reason=message.value))
