"""The gate of a phase: what stands in the way, go and no-go, and the one key that opens it."""

from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input

from warroom.core import decisions
from warroom.core.events import Vote
from warroom.core.gate_decisions import LEAST_RISK
from warroom.live import Live
from warroom.tui import actions
from warroom.tui.draw import line
from warroom.tui.follow import follow
from warroom.tui.gate_frames import GateFrames
from warroom.tui.messages import ReadingTaken, RoomChanged, Trouble
from warroom.tui.screens.clock import ClockScreen
from warroom.tui.screens.polling import Poll
from warroom.tui.widgets.gate import Findings
from warroom.tui.widgets.keys import Keys
from warroom.tui.widgets.masthead import Masthead
from warroom.tui.widgets.name_field import NameField
from warroom.tui.widgets.pane import Lines

_SHOWN = 8  # of what does not hold, in the question


class AcceptRisk(ModalScreen[str]):
    """Dismissed with why the risk is accepted, or with "". Enter does nothing until that is said."""

    BINDINGS = [("escape", "dismiss('')", "back")]

    def __init__(self, phase: str, stopping: tuple[str, ...], operator: str) -> None:
        super().__init__()
        self._phase, self._stopping, self._operator = phase, stopping, operator

    def compose(self) -> ComposeResult:
        more = len(self._stopping) - _SHOWN
        with Vertical(classes="box"):
            yield Lines(
                line(("ACCEPT THE RISK", "bold $fail"), "  open ", (self._phase, "bold"), " although"),
                *(f"  {text}" for text in self._stopping[:_SHOWN]),
                *((f"  and {more} more",) if more > 0 else ()),
                "",
                line((self._operator, "bold"), " accepts it. Name, reason and all of this go into the journal."),
                "",
            )
            with Horizontal(classes="field"):
                yield Lines(("reason", "$quiet"), classes="label")
                yield NameField()
            yield Lines("", id="why")
            yield Lines(
                line(("enter", "bold $fail"), " opens it   ", ("esc", "bold $accent"), " back, nothing happens")
            )

    def on_mount(self) -> None:
        self._hint("")

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        self._hint(message.value)

    def _hint(self, typed: str) -> None:
        missing = LEAST_RISK - len(typed.strip())
        words = f"{missing} more characters · paste is ignored" if missing > 0 else "Enter opens the phase"
        self.query_one("#why", Lines).show((words, "$quiet" if missing > 0 else "bold $fail"))

    @on(Input.Submitted)
    def _entered(self, message: Input.Submitted) -> None:
        if len(message.value.strip()) >= LEAST_RISK:
            self.dismiss(message.value.strip())


class GateScreen(ClockScreen):
    CSS_PATH = "gate.tcss"
    AUTO_FOCUS = ""  # the list takes it, so that arrows scroll
    ACTIONS = actions.GATE
    BINDINGS = actions.bindings(actions.GATE)

    def __init__(self, live: Live, phase: str) -> None:
        """`phase` has a gate."""
        super().__init__(live)
        self._phase = phase
        self._shown = GateFrames(live, phase)

    def compose(self) -> ComposeResult:
        yield Masthead(id="masthead")
        yield Lines("", "", "", id="head")
        with VerticalScroll(id="found", can_focus=False):
            yield Findings()
        yield Keys(id="keys")

    def on_mount(self) -> None:
        self._show()
        self.set_interval(1, self._show)

    def _show(self) -> None:
        self._shown.look()
        self.query_one(Masthead).view = self._frames.masthead()
        self.query_one("#head", Lines).show(*self._shown.head(), "")
        self.query_one(Findings).blocks = self._shown.blocks()
        why_not = {"open_phase": self._why_closed(), "poll": self._why_no_poll(), "risk": self._why_no_risk()}
        live = self._live
        keys = actions.footer(actions.GATE, live.plan, live.release, "")
        shown = [action for action in actions.GATE if action.word]
        self.query_one(Keys).keys = tuple(
            key._replace(possible=not why_not.get(action.id)) for action, key in zip(shown, keys, strict=True)
        )

    @on(RoomChanged)
    def _room_changed(self) -> None:
        self._show()

    @on(ReadingTaken)
    def _reading_taken(self) -> None:
        self._show()

    @on(Trouble)
    def _trouble_changed(self) -> None:
        self._show()

    # why a key does nothing now

    def _why_closed(self) -> str:
        release = self._live.release
        if opened := release.opened.get(self._phase):
            return f"it was opened by {opened.by}"
        stopping = self._shown.stopping()
        if stopping:
            more = f" and {len(stopping) - 1} more" if len(stopping) > 1 else ""
            return f"{stopping[0]}{more}"
        return f"the clock is held by {release.hold.by}: {release.hold.reason}" if release.hold else ""

    def _why_no_risk(self) -> str:
        if opened := self._live.release.opened.get(self._phase):
            return f"it was opened by {opened.by}"
        return "" if self._shown.stopping() else "it holds; there is no risk to accept"

    def _why_no_poll(self) -> str:
        return "" if self._shown.roles else "no roles are polled for this phase"

    # keys

    def do_open_phase(self) -> None:
        if why := self._why_closed():
            self.refuse(why)
        else:
            self._open("")

    def do_risk(self) -> None:
        if why := self._why_no_risk():
            self.refuse(why)
            return

        def answer(risk: str | None) -> None:
            if risk:
                self._open(risk)

        self.app.push_screen(AcceptRisk(self._shown.title, self._shown.stopping(), self._live.operator), answer)

    def _open(self, risk: str) -> None:
        live = self._live
        wish = partial(decisions.open_gate, phase=self._phase, verdicts=live.verdicts(), risk=risk, by=live.operator)
        follow(self, live.act(wish))

    def do_poll(self) -> None:
        if why := self._why_no_poll():
            self.refuse(why)
            return

        def answer(votes: tuple[Vote, ...] | None) -> None:
            if votes:
                live = self._live
                wish = partial(decisions.poll, phase=self._phase, votes=votes, seen=live.seen(), by=live.operator)
                follow(self, live.act(wish))

        self.app.push_screen(Poll(self._shown.title, self._shown.roles, self._live.operator), answer)

    def do_other(self) -> None:
        gates = [each.id for each in self._live.plan.checklist.phases if each.id in self._live.plan.bindings.gate]
        self._phase = gates[(gates.index(self._phase) + 1) % len(gates)]
        self._shown = GateFrames(self._live, self._phase)
        self._show()

    def do_down(self) -> None:
        self.query_one("#found", VerticalScroll).scroll_relative(y=1, animate=False)

    def do_up(self) -> None:
        self.query_one("#found", VerticalScroll).scroll_relative(y=-1, animate=False)

    def do_back(self) -> None:
        self.dismiss()
