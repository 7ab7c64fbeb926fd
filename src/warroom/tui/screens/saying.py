"""The part of the cockpit that says something of the selected item: ticks, dispositions, figures, evidence."""

from concurrent.futures import Future
from functools import partial

from textual import on

from warroom.core import decisions
from warroom.core.events import Event
from warroom.core.wish import Wish
from warroom.tui.follow import follow
from warroom.tui.screens.acting import ActionScreen
from warroom.tui.screens.answer import AcceptAnswer
from warroom.tui.screens.evidence import EvidenceAnswer, Given
from warroom.tui.screens.more import Choice, More
from warroom.tui.widgets.editor import Asks, Editor

_LONGEST_N = 15  # digits


class SayingScreen(ActionScreen):
    """A screen with an editor."""

    def wish(self, wish: Wish) -> None:
        """Acts in the operator's name, and tells what came of it."""
        raise NotImplementedError

    def do_tick(self) -> None:
        """Asks for what the tick lacks, if it lacks anything."""
        view, said = self._frames.editor(self.item), self.query_one(Editor).shown
        if view.expect and (not said.figure or (view.expect.n and not said.cases)):
            self._ask("tick")
        else:
            self._tick()

    def _tick(self, accept: str = "") -> None:
        said = self.query_one(Editor).shown
        if said.cases and not (said.cases.isdecimal() and len(said.cases) <= _LONGEST_N):
            self.refuse("n is a whole number, such as 200")
            return
        n = int(said.cases) if said.cases else None
        tick = partial(decisions.tick, item=self.item, note=said.text, value=said.figure, n=n, accept=accept)
        self.wish(partial(tick, by=self._live.operator, seen=self._live.seen()))

    def do_accept(self) -> None:
        said, item = self.query_one(Editor).shown, self.item
        expect = self._live.plan.binding(item).expect
        if expect is None or not said.figure:
            self.refuse("there is no figure yet; v enters one")
            return
        figure = f"{said.figure}, n {said.cases}" if said.cases else said.figure

        def answer(reason: str | None) -> None:
            if reason and self.item == item:
                self._tick(reason)

        self.app.push_screen(AcceptAnswer(self._live.plan.title(item), figure, expect.words), answer)

    def do_note(self) -> None:
        self._ask("note")

    def do_skip(self) -> None:
        self._ask("skip")

    def do_fail(self) -> None:
        self._ask("fail")

    def do_figure(self) -> None:
        self.add_class("-item")
        self.query_one(Editor).ask_figure()

    def do_begin(self) -> None:
        """Leaves the draft alone: the item is only taken in hand."""
        follow(self, self._live.act(partial(decisions.begin, item=self.item)))

    def do_reopen(self) -> None:
        self.wish(partial(decisions.reopen, item=self.item, reason=""))

    def do_more(self) -> None:
        self.app.push_screen(More(self._live.plan, self._live.release, self.item), self._chosen)

    def _chosen(self, choice: Choice | None) -> None:
        match choice:
            case None:
                return
            case Choice("begin"):
                self.do_begin()
            case Choice("evidence"):
                self.do_evidence()
            case Choice("reopen"):
                self.do_reopen()
            case Choice("defer", phase):
                named = next(each for each in self._live.plan.checklist.phases if each.id == phase)
                self._ask("defer", phase, f"to {named.when or named.name}")
            case Choice("n/a"):
                self._ask("n/a")
            case Choice("block"):
                self._ask("block")

    def do_evidence(self) -> None:
        item, attaching = self.item, self._live.evidence

        def keep(given: Given) -> "Future[tuple[Event, ...]]":
            return attaching.attach(item, given.ref, note=given.note.strip(), copy=given.copy)

        self.app.push_screen(EvidenceAnswer(self._live.plan.title(item), attaching.complete, keep))

    def _ask(self, asks: Asks, about: str = "", words: str = "") -> None:
        self.add_class("-item")
        self.query_one(Editor).ask(asks, about, words)

    @on(Editor.Entered)
    def _entered(self, message: Editor.Entered) -> None:
        item, text, seen, by = self.item, message.text, self._live.seen(), self._live.operator
        wishes: dict[Asks, Wish] = {
            "note": partial(decisions.note, item=item, text=text),
            "skip": partial(decisions.skip, item=item, reason=text, by=by, seen=seen),
            "fail": partial(decisions.fail, item=item, reason=text, seen=seen),
            "n/a": partial(decisions.not_applicable, item=item, reason=text, seen=seen),
            "defer": partial(decisions.defer, item=item, phase=message.about, reason=text, seen=seen),
            "block": partial(decisions.block, item=item, reason=text),
        }
        if message.asks == "tick":
            self._tick()
        else:
            self.wish(wishes[message.asks])
