"""What can be done in the cockpit, as one table: bindings, footer, help and "why not" all come from it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from textual.binding import Binding, BindingType

from warroom.core import decisions
from warroom.core.decisions import Launch, Refusal
from warroom.core.definitions import Definitions
from warroom.core.release import Release
from warroom.tui.widgets.keys import Key

WhyNot = Callable[[Definitions, Release, str], str]
"""Plan, state and the selected item ("" when a phase is selected) -> the reason why it is not possible now, or ""."""


def _always(_plan: Definitions, _state: Release, _item: str) -> str:
    return ""


def _of_item(decide: Callable[[Definitions, Release, str], decisions.Decision]) -> WhyNot:
    """Asks the same decision that the act itself will be put to."""

    def why_not(plan: Definitions, state: Release, item: str) -> str:
        if not item:
            return "select an item first"
        decision = decide(plan, state, item)
        return decision.reason if isinstance(decision, Refusal) else ""

    return why_not


def _rollback(plan: Definitions, _state: Release, _item: str) -> str:
    return "" if plan.bindings.rollback else "the side file has no rollback plan"


def _arming(plan: Definitions, state: Release, _item: str) -> str:
    decision = decisions.arm_rollback(plan, state, by="")
    return decision.reason if isinstance(decision, Refusal) else ""


def _gated(plan: Definitions, _state: Release, _item: str) -> str:
    return "" if plan.bindings.gate else "the side file has no gates; every phase is open"


def _hold_or_resume(state: Release) -> str:
    return "resume" if state.hold else "hold"


def _accepting(plan: Definitions, state: Release, item: str) -> str:
    if not item:
        return "select an item first"
    if plan.binding(item).expect is None:
        return "it asks for no figure"
    refusal = decisions.not_to_tick(plan, state, item)
    return refusal.reason if refusal else ""


def _asked(_plan: Definitions, state: Release, _item: str) -> str:
    return "" if state.asks else "no trigger asks for a decision"


_NOWHERE = Launch(run="", base="", host="", user="")


def _begin_or_look(plan: Definitions, state: Release, item: str) -> decisions.Decision:
    """A command that runs can be looked at, and stopped, whoever has begun it."""
    return () if item in state.running() else decisions.start_step(plan, state, item, _NOWHERE)


@dataclass(frozen=True)
class Action:
    """One thing that a key does."""

    id: str
    """Also the name of the screen's method, `do_ID`."""
    key: str
    word: str
    """For the footer; "" keeps it out of there."""
    help: str
    why_not: WhyNot = _always
    shown: str = ""
    """The key as people read it, when Textual's name for it differs."""
    word_now: Callable[[Release], str] | None = None
    """The word where it depends on the state."""

    @property
    def label(self) -> str:
        return self.shown or self.key


COCKPIT = (
    Action(
        "tick", "space", "tick", "tick the item off, with the editor's figure and note",
        _of_item(lambda plan, state, item: decisions.not_to_tick(plan, state, item) or ()),
    ),
    Action("note", "n", "note", "write a note on the item", _of_item(lambda _plan, _state, _item: ())),
    Action(
        "skip", "s", "skip", "skip the item; asks for the reason",
        _of_item(lambda plan, state, item: decisions.skip(plan, state, item, reason="…")),
    ),
    Action(
        "fail", "f", "failed", "say that the item failed; asks for the reason",
        _of_item(lambda plan, state, item: decisions.fail(plan, state, item, reason="…", seen=())),
    ),
    Action("more", "m", "more", "what else can be said: not applicable, put off, blocked", _of_item(lambda *_: ())),
    Action("begin", "d", "", "doing: you have the item in hand", _of_item(decisions.begin)),
    Action("evidence", "e", "", "evidence for the item: a link or a file", _of_item(lambda *_: ())),
    Action("accept", "a", "", "accept a figure that falls short, with a reason", _accepting),
    Action(
        "reopen", "u", "reopen", "open the item again; the journal keeps what was said",
        _of_item(lambda plan, state, item: decisions.reopen(plan, state, item, reason="")),
    ),
    Action(
        "run", "x", "run step", "run the item's command; first shows what, where, as whom",
        _of_item(_begin_or_look),
    ),
    Action("gate", "g", "gate", "what the phase waits for; go, no-go", _gated),
    Action(
        "hold", "h", "hold", "hold or resume the T-clock, or answer a trigger",
        word_now=_hold_or_resume,
    ),
    Action("override", "O", "", "answer a trigger: go on in spite of it, with a reason", _asked),
    Action("arm", "A", "", "sign to arm the rollback, as two operators do", _arming),
    Action("rollback", "R", "", "take production back; first asks for the release's name", _rollback),
    Action("seat", "o", "", "who acts here: hand over, take over, who else is here"),
    Action("figure", "v", "figure", "enter the figure that proves the item", _of_item(lambda _plan, _state, _item: ())),
    Action("find", "slash", "find", "find an item by words of its title; again for the next one", shown="/"),
    Action("journal", "l", "journal", "the journal of this release"),
    Action("down", "down,j", "", "next row", shown="↓ j"),
    Action("up", "up,k", "", "row before", shown="↑ k"),
    Action("page_down", "pagedown", "", "ten rows on"),
    Action("page_up", "pageup", "", "ten rows back"),
    Action("next_open", "full_stop", "", "next open item", shown="."),
    Action("open", "enter", "", "open or close a phase; open an item's editor"),
    Action("leave", "escape", "", "leave a field, close an opened item", shown="esc"),
    Action("quit", "q,ctrl+q,ctrl+c", "", "leave the cockpit; asks when something runs", shown="q"),
    Action("help", "question_mark", "help", "all keys", shown="?"),
)  # fmt: skip


def _waits(_plan: Definitions, state: Release, _item: str) -> str:
    return "" if state.rollback.status in ("asking", "stopped") else "no step waits for an answer"


def _asks(_plan: Definitions, state: Release, _item: str) -> str:
    return "" if state.rollback.status == "asking" else "no step waits for an answer"


def _runs(_plan: Definitions, state: Release, _item: str) -> str:
    return "" if state.running() else "nothing is running"


def _over(_plan: Definitions, state: Release, _item: str) -> str:
    over = state.rollback.status in ("stopped", "recovering", "restored")
    return "" if over else "the rollback is not over"


_BACK = Action("back", "escape", "back", "back to the cockpit", shown="esc")

ROLLBACK = (
    Action("retry", "r", "retry", "run the step again that waits for an answer", _waits),
    Action("skip_step", "k", "skip", "go on without the step that waits for an answer", _waits),
    Action("by_hand", "m", "by hand", "say what was done by hand instead of the step, and go on", _waits),
    Action("stop_rollback", "S", "stop here", "leave production as it is, between two steps", _asks),
    Action("stop_step", "X", "end this command", "end the running command: TERM, a grace, KILL", _runs),
    Action("again", "a", "roll back again", "show the plan, to start it from its first step", _over),
    Action("down", "down", "", "further steps", shown="↓"),
    Action("up", "up", "", "steps before", shown="↑"),
    replace(_BACK, word="cockpit"),
)
ROLLBACK_PLAN = (replace(_BACK, word="back, nothing has happened"),)

STEP = (
    Action(
        "start", "y", "run it", "run the command that is shown",
        _of_item(lambda plan, state, item: decisions.start_step(plan, state, item, _NOWHERE)),
    ),
    Action("stop_step", "k", "stop it", "end the running command: TERM, a grace, KILL", _runs),
    _BACK,
)  # fmt: skip

GATE = (
    Action("open_phase", "y,enter", "open", "open the phase, when its gate holds", shown="y"),
    Action("poll", "G", "poll", "ask each role for go or no-go"),
    Action("risk", "O", "accept the risk", "open the phase although its gate does not hold"),
    Action("hold", "h", "hold", "hold or resume the T-clock", word_now=_hold_or_resume),
    Action("other", "left,right", "next gate", "the next gate", shown="→"),
    Action("down", "down,j", "", "further down", shown="↓"),
    Action("up", "up,k", "", "further up", shown="↑"),
    _BACK,
)


def _offered(_plan: Definitions, state: Release, origin: str) -> str:
    seat = state.seats.get(origin)
    return "" if seat and seat.offered_to else "nobody hands it over; who acts here does that first"


SEAT = (
    Action("take", "o", "I have it", "take the seat that was handed over", _offered),
    Action("offer", "enter", "hand over", "hand over to the selected operator, who then takes it"),
    Action("claim", "C", "claim it", "act as the selected operator, without a handover; all screens say so"),
    Action("name", "n", "another name", "name somebody who is not in the list"),
    Action("down", "down,j", "", "next name", shown="↓ j"),
    Action("up", "up,k", "", "name before", shown="↑ k"),
    _BACK,
)
"""Of the seat at a cockpit, which stands for the item."""

EDITOR = ("tick", "fail", "skip", "reopen")
"""What the editor's own keys show, two a row."""
EDITOR_FIGURE = ("tick", "fail", "skip", "accept")
"""The same for an item that asks for a figure."""


def bindings(actions: tuple[Action, ...]) -> list[BindingType]:
    """The bindings of a screen; each calls `action_do` with the action's id, and can be moved by that id."""
    return [
        Binding(action.key, f"do('{action.id}')", action.word or action.id, show=False, id=f"warroom.{action.id}")
        for action in actions
    ]


def footer(actions: tuple[Action, ...], plan: Definitions, state: Release, item: str) -> tuple[Key, ...]:
    """The keys with a word, and whether each is possible now."""
    return tuple(
        Key(
            action.label,
            action.word_now(state) if action.word_now else action.word,
            not action.why_not(plan, state, item),
        )
        for action in actions
        if action.word
    )
