"""Go or no-go: one role after the other says it, and only the whole is a decision."""

from typing import Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from warroom.core.events import Vote
from warroom.tui.draw import Part, line
from warroom.tui.look import STANDING
from warroom.tui.widgets.field import Field
from warroom.tui.widgets.pane import Lines

Asks = Literal["say", "reason", "delegate", "all"]


class Poll(ModalScreen[tuple[Vote, ...]]):
    """Dismissed with a vote of each role, or with () when it was left, which decides nothing."""

    AUTO_FOCUS = ""  # the field is there for reasons and names only; what is pressed before are votes
    BINDINGS = [
        ("g", "say('go')", "go"),
        ("n", "say('no-go')", "no-go"),
        ("a", "absent", "absent"),
        ("u", "undo", "one back"),
        ("y", "store", "store"),
        ("escape", "back", "back"),
    ]

    def __init__(self, phase: str, roles: tuple[str, ...], operator: str) -> None:
        """`phase` is its title; `operator` takes the poll."""
        super().__init__()
        self._phase, self._roles, self._operator = phase, roles, operator
        self._votes: tuple[Vote, ...] = ()
        self._delegate = ""
        self._asks: Asks = "say"

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Lines(id="votes")
            with Horizontal(classes="field", id="poll-field"):
                yield Lines("", id="poll-label", classes="label")
                yield Field(id="answer")
            yield Lines("", "", id="poll-keys")

    def on_mount(self) -> None:
        self._ask("say")

    @property
    def _role(self) -> str:
        return self._roles[len(self._votes)]

    # what is shown

    def _ask(self, asks: Asks) -> None:
        self._asks = asks
        typing = asks in ("reason", "delegate")
        self.query_one("#poll-field").display = typing
        field = self.query_one("#answer", Field)
        if typing:
            field.value = ""
            field.placeholder = f"why {self._role} says no" if asks == "reason" else f"who speaks for {self._role}"
            self.query_one("#poll-label", Lines).show(("reason" if asks == "reason" else "name", "$quiet"))
            field.focus()
        else:
            self.set_focus(None)
        self._show()

    def _show(self, wrong: str = "") -> None:
        heading = line(("GO / NO-GO", "bold"), "  ", (self._phase, "bold"), (f"  taken by {self._operator}", "$quiet"))
        votes = (_voted(vote) for vote in self._votes)
        waiting = (line(("○ ", "$quiet"), (role, "$quiet")) for role in self._roles[len(self._votes) + 1 :])
        asked: tuple[Part, ...] = () if self._asks == "all" else (self._asked(),)
        self.query_one("#votes", Lines).show(heading, "", *votes, *asked, *waiting, "")
        self.query_one("#poll-keys", Lines).show((wrong, "$warn"), self._keys())

    def _asked(self) -> Part:
        whom = line((self._role, "bold"), f", {self._delegate} speaks for it" if self._delegate else "")
        return line(("▌ ", "$accent"), whom, "?")

    def _keys(self) -> Part:
        leave = line(("esc", "bold $accent"), " leave, nothing is decided")
        if self._asks == "all":
            held = "; the no-go holds the clock" if any(vote.say == "no-go" for vote in self._votes) else ""
            return line(
                ("y", "bold $accent"), f" store as one decision{held}   ", ("u", "bold $accent"), " one back   ", leave
            )
        if self._asks != "say":
            return line(("enter", "bold $accent"), " goes on   ", ("esc", "bold $accent"), " one back")
        keys = [("g", " GO   "), ("n", " NO-GO   ")]
        keys += [] if self._delegate else [("a", " absent   ")]
        keys += [("u", " one back   ")] if self._votes or self._delegate else []
        return line(*(line((key, "bold $accent"), word) for key, word in keys), leave)

    # keys

    def action_say(self, say: Literal["go", "no-go"]) -> None:
        if self._asks != "say":
            return
        if say == "go":
            self._vote("go")
        else:
            self._ask("reason")

    def action_absent(self) -> None:
        if self._asks == "say" and not self._delegate:
            self._ask("delegate")

    def action_undo(self) -> None:
        if self._delegate:
            self._delegate = ""
        else:
            self._votes = self._votes[:-1]
        self._ask("say")

    def action_store(self) -> None:
        if self._asks == "all":
            self.dismiss(self._votes)

    def action_back(self) -> None:
        if self._asks in ("reason", "delegate"):
            self._ask("say")
        else:
            self.dismiss(())

    @on(Input.Submitted)
    def _entered(self, message: Input.Submitted) -> None:
        text = message.value.strip()
        if not text:
            self._show("a no-go needs a reason" if self._asks == "reason" else "a delegate has a name")
        elif self._asks == "reason":
            self._vote("no-go", text)
        else:
            self._delegate = text
            self._ask("say")

    def _vote(self, say: Literal["go", "no-go"], reason: str = "") -> None:
        role, by = self._role, self._delegate or self._role
        vote = Vote(role=role, say=say, by=by, delegate=bool(self._delegate), reason=reason)
        self._votes, self._delegate = (*self._votes, vote), ""
        self._ask("all" if len(self._votes) == len(self._roles) else "say")


def _voted(vote: Vote) -> Part:
    look = STANDING[vote.say]
    by = f"  {vote.by} for it, absent" if vote.delegate else ""
    return line((f"{look.glyph} {look.word:<6}", look.role), " ", vote.role, (by, "$quiet"), f"  {vote.reason}")
