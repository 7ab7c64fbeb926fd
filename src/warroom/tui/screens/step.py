"""Running one item's command: what, where and as whom before it runs; its output while it runs."""

from shlex import join

from textual import on
from textual.app import ComposeResult

from warroom.core import decisions
from warroom.core.events import Body, StepFinished, StepInterrupted, StepOutput
from warroom.core.views import clock_time, environment_words, span, time_words
from warroom.live import Live
from warroom.tui import actions
from warroom.tui.draw import Part, line
from warroom.tui.follow import follow
from warroom.tui.look import STEP
from warroom.tui.messages import OutputCame, RoomChanged, Trouble
from warroom.tui.screens.acting import ActionScreen
from warroom.tui.screens.confirm import ConfirmName
from warroom.tui.widgets.keys import Keys
from warroom.tui.widgets.masthead import Masthead
from warroom.tui.widgets.output import Output
from warroom.tui.widgets.pane import Lines


class StepScreen(ActionScreen):
    CSS_PATH = "step.tcss"
    ACTIONS = actions.STEP
    BINDINGS = actions.bindings(actions.STEP)

    def __init__(self, live: Live, item: str) -> None:
        super().__init__(live)
        self._item = item

    @property
    def item(self) -> str:
        return self._item

    def compose(self) -> ComposeResult:
        yield Masthead(id="masthead")
        yield Lines("", id="what")
        yield Output(id="output")
        yield Lines("", id="state")
        yield Keys(id="keys")

    def on_mount(self) -> None:
        self.query_one(Output).add(self._live.printed(self._item) or self._kept(), self._live.growing(self._item))
        self._show()
        self.set_interval(1, self._show)

    def _kept(self) -> list[str]:
        """What the journal has of the last run's output: it ran elsewhere, or before this cockpit was opened."""
        step = self._live.release.item(self._item).step
        pieces = (event.body for event in self._live.about(self._item) if isinstance(event.body, StepOutput))
        return [line for piece in pieces if step and piece.run == step.run for line in piece.text.splitlines()]

    def _show(self) -> None:
        self.query_one(Masthead).view = self._frames.masthead()
        self.query_one("#what", Lines).show(*self._what())
        self.query_one("#state", Lines).show(self._state())
        self.query_one("#keys", Keys).keys = actions.footer(
            actions.STEP, self._live.plan, self._live.release, self._item
        )

    def _what(self) -> tuple[Part, ...]:
        command = decisions.command_of(self._live.plan, self._item)
        assert command is not None
        where = self._live.launch()
        return (
            line((" $ RUN STEP ", "bold $ink on $accent"), "  ", (self._live.plan.title(self._item), "bold")),
            "",
            line(("command  ", "$quiet"), join(command.argv)),
            line(("runs as  ", "$quiet"), f"{where.user}@{where.host} in {where.cwd(command)}"),
            line(("gets     ", "$quiet"), environment_words(command)),
            line(("takes    ", "$quiet"), time_words(self._live.plan, self._item, command)),
            *self._attempts(),
            "",
        )

    @property
    def _expected_s(self) -> float:
        plan = self._live.plan
        command = decisions.command_of(plan, self._item)
        return plan.expected_s(self._item, command.expected) if command else 0.0

    def _attempts(self) -> tuple[Part, ...]:
        """How earlier runs ended, beside each other."""
        ends = [e for e in self._live.about(self._item) if isinstance(e.body, StepFinished | StepInterrupted)]
        unsure = bool(ends) and isinstance(ends[-1].body, StepInterrupted)
        warn = (("  its outcome is unknown: verify by hand before you run it again", "bold $unsure"),) if unsure else ()
        words = [
            f"{n} {_ending(event.body)}, {event.actor} {clock_time(event.at_us)[:5]}" for n, event in enumerate(ends, 1)
        ]
        return (line(("before   ", "$quiet"), "   ".join(words[-3:]), *warn),) if words else ()

    def _state(self) -> Part:
        step = self._live.release.item(self._item).step
        if step is None:
            return ("nothing has run yet", "$quiet")
        look = STEP[step.phase]
        words = f"  {step.why}, {span(step.duration_s)}" if step.duration_s is not None else f"  {step.why}"
        if step.phase == "running":
            elapsed_s = float((self._live.clock.utc_us() - step.started_us) // 1_000_000)
            words = f"  {span(elapsed_s)} of about {span(self._expected_s)}"
        attempt = f"attempt {step.attempt}  "
        return line((attempt, "$quiet"), (f"{look.glyph} {look.word}", f"bold {look.role}"), words)

    @on(RoomChanged)
    def _room_changed(self, message: RoomChanged) -> None:
        self._show()
        if self._live.role != "drives":  # else the output has come by itself already
            for body in (event.body for event in message.update.events):
                if isinstance(body, StepOutput) and body.target == self._item:
                    self.query_one(Output).add(body.text.splitlines())

    @on(OutputCame)
    def _output_came(self, message: OutputCame) -> None:
        if message.part.target == self._item:
            self.query_one(Output).take(message.part)

    @on(Trouble)
    def _trouble_changed(self) -> None:
        self._show()

    def do_start(self) -> None:
        command = decisions.command_of(self._live.plan, self._item)
        if command and command.changes_production:
            environment = self._live.release.environment
            question = f"This step changes {environment}."
            self.app.push_screen(ConfirmName(question, environment), lambda yes: self._run() if yes else None)
        else:
            self._run()

    def _run(self) -> None:
        self.query_one(Output).clear()
        follow(self, self._live.run_item(self._item))

    def do_stop_step(self) -> None:
        self._live.stop_step()

    def do_back(self) -> None:
        self.dismiss()


def _ending(body: Body) -> str:
    if isinstance(body, StepFinished):
        return f"{body.outcome.ended} {body.outcome.why}, {span(body.outcome.duration_s)}"
    return "interrupted"
