"""Running one item's command: what, where and as whom before it runs; its output while it runs."""

from shlex import join

from textual import on
from textual.app import ComposeResult

from warroom.core import decisions
from warroom.core.views import span
from warroom.live import Live
from warroom.tui import actions
from warroom.tui.draw import Part, line
from warroom.tui.follow import follow
from warroom.tui.look import STEP
from warroom.tui.messages import OutputCame, RoomChanged, Trouble
from warroom.tui.screens.acting import ActionScreen
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
        self.query_one(Output).add(self._live.printed(self._item))
        self._show()
        self.set_interval(1, self._show)

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
            line(("takes    ", "$quiet"), f"about {span(command.expected)}, stopped after {span(command.timeout)}"),
            "",
        )

    def _state(self) -> Part:
        step = self._live.release.item(self._item).step
        if step is None:
            return ("nothing has run yet", "$quiet")
        look = STEP[step.phase]
        words = f"  {step.why}, {span(step.duration_s)}" if step.duration_s is not None else f"  {step.why}"
        if step.phase == "running":
            words = f"  {span(float((self._live.clock.utc_us() - step.started_us) // 1_000_000))}"
        attempt = f"attempt {step.attempt}  "
        return line((attempt, "$quiet"), (f"{look.glyph} {look.word}", f"bold {look.role}"), words)

    @on(RoomChanged)
    def _room_changed(self) -> None:
        self._show()

    @on(OutputCame)
    def _output_came(self, message: OutputCame) -> None:
        if message.part.target == self._item:
            self.query_one(Output).add(message.part.lines)

    @on(Trouble)
    def _trouble_changed(self) -> None:
        self._show()

    def do_start(self) -> None:
        self.query_one(Output).clear()
        follow(self, self._live.run_item(self._item))

    def do_stop_step(self) -> None:
        self._live.stop_step()

    def do_back(self) -> None:
        self.dismiss()
