"""The one screen of a release: checklist, item, probes, feed, rollback."""

from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from warroom.core.checklist import Phase
from warroom.core.decisions import Wish
from warroom.core.tree import progress, tree
from warroom.live import Live
from warroom.tui import actions
from warroom.tui.follow import follow
from warroom.tui.messages import Acted, ReadingTaken, RoomChanged, Trouble
from warroom.tui.screens.confirm import Confirm
from warroom.tui.screens.find import Find
from warroom.tui.screens.going import GoingScreen
from warroom.tui.screens.help import Help
from warroom.tui.screens.journal import JournalScreen
from warroom.tui.screens.rollback import RollbackScreen
from warroom.tui.screens.saying import SayingScreen
from warroom.tui.screens.seat import SeatedScreen
from warroom.tui.screens.step import StepScreen
from warroom.tui.selection import Selection
from warroom.tui.widgets.checklist import ChecklistPane
from warroom.tui.widgets.decision_bar import DecisionBar
from warroom.tui.widgets.editor import Draft, Editor
from warroom.tui.widgets.feed import Feed
from warroom.tui.widgets.field import Field
from warroom.tui.widgets.item import ItemPane
from warroom.tui.widgets.keys import Keys
from warroom.tui.widgets.masthead import Masthead
from warroom.tui.widgets.probes import ProbeList, ProbePane
from warroom.tui.widgets.rollback_bar import RollbackBar

SLOW_S = 0.15


class CockpitScreen(GoingScreen, SayingScreen, SeatedScreen):
    """Shows what the release is, and turns keys into wishes."""

    CSS_PATH = "cockpit.tcss"
    ACTIONS = actions.COCKPIT
    BINDINGS = actions.bindings(actions.COCKPIT)

    def __init__(self, live: Live) -> None:
        super().__init__(live)
        self._selection = Selection(live)
        self._drafts: dict[str, Draft] = {}
        self._found = ""
        self._proposed: frozenset[str] = frozenset()
        """Items that their probes would tick."""

    def compose(self) -> ComposeResult:
        yield Masthead(id="masthead")
        with Horizontal(id="main"):
            yield ChecklistPane(id="checklist")
            with Vertical(id="item"):
                yield ItemPane(id="facts")
                yield Editor(id="editor")
            with Vertical(id="probes"):
                for _ in range(4):
                    yield ProbePane()
                yield ProbeList(id="others")
        yield Feed(id="feed")
        yield DecisionBar(id="decision")
        yield RollbackBar(id="rollback")
        yield Keys(id="keys")

    def on_mount(self) -> None:
        self.query_one(ChecklistPane).focus()
        self._show_release()
        self._show_probes()
        self.set_interval(1, self._second)
        self._tell_of_rollback()

    @property
    def item(self) -> str:
        return self._selection.item

    @property
    def phase(self) -> Phase:
        return self._selection.phase

    # what is shown; equal values repaint nothing

    def _second(self) -> None:
        self._show_masthead()
        self.query_one(RollbackBar).facts = self._frames.rollback()
        self.show_decision()
        self._show_probes()

    def _show_masthead(self) -> None:
        self.query_one(Masthead).view = self._frames.masthead()

    def _show_release(self) -> None:
        self._show_masthead()
        self._show_checklist()
        self._show_item()
        self.show_decision()
        self.query_one(Feed).view = self._frames.feed()
        self.query_one(RollbackBar).facts = self._frames.rollback()

    def _show_checklist(self) -> None:
        plan, release = self._live.plan, self._live.release
        pane = self.query_one(ChecklistPane)
        self._proposed = self._frames.proposed()
        pane.rows = tree(plan, release, frozenset(self._selection.opened), self._proposed)
        pane.done = progress(release, plan.checklist.walk())
        pane.cursor = self._selection.row

    def _show_item(self) -> None:
        plan, release, item = self._live.plan, self._live.release, self.item
        facts = self.query_one(ItemPane)
        facts.view = self._frames.item(item) if item else self._frames.phase(self._selection.phase)
        self.query_one(Editor).rest(self._frames.editor(item))
        self.query_one("#keys", Keys).keys = actions.footer(actions.COCKPIT, plan, release, item)

    def _show_probes(self) -> None:
        big, others = self._frames.big_and_other()
        for pane, view in zip(self.query(ProbePane), big, strict=True):
            pane.probe = view
        self.query_one(ProbeList).probes = others
        if self.item:
            self.query_one(ItemPane).view = self._frames.item(self.item)
            self.query_one(Editor).rest(self._frames.editor(self.item))
        if self._frames.proposed() != self._proposed:
            self._show_checklist()

    def _tell_of_rollback(self) -> None:
        """If an earlier cockpit left one half-way, that is the first thing to know."""
        if words := self._frames.half_way():
            self.notify(words, title="rollback", severity="error", markup=False, timeout=30)

    # news from other threads

    @on(RoomChanged)
    def _room_changed(self, message: RoomChanged) -> None:
        self._show_release()
        self.tell_of_windows(message.update.events)

    @on(ReadingTaken)
    def _reading_taken(self) -> None:
        self._show_probes()

    @on(Trouble)
    def _trouble_changed(self, message: Trouble) -> None:
        self._show_masthead()
        if message.text:
            self.notify(message.text, title="not saved", severity="error", markup=False, timeout=15)

    # keys

    def do_run(self) -> None:
        self.app.push_screen(StepScreen(self._live, self.item))

    def do_rollback(self) -> None:
        self.app.push_screen(RollbackScreen(self._live))

    def do_journal(self) -> None:
        self.app.push_screen(JournalScreen(self._frames))

    def do_help(self) -> None:
        self.app.push_screen(Help())

    def do_find(self) -> None:
        self.app.push_screen(Find(self._found), self._go_to_match)

    def do_down(self) -> None:
        self._move(1)

    def do_up(self) -> None:
        self._move(-1)

    def do_page_down(self) -> None:
        self._move(10)

    def do_page_up(self) -> None:
        self._move(-10)

    def do_next_open(self) -> None:
        self._go_to(self._selection.next_open())

    def do_open(self) -> None:
        if self.item:
            self._ask("note")
            return
        self._selection.toggle()
        self._show_checklist()

    def do_leave(self) -> None:
        self.remove_class("-item")
        self.query_one(ChecklistPane).focus()
        self._show_item()

    def do_quit(self) -> None:
        running = self._live.release.running()
        if not running:
            self.app.exit()
            return
        title = next(iter(running.values())).title
        what, word = ("It goes on", "leave") if self._live.goes_on else ("Leaving stops it", "stop it and leave")
        ask = Confirm(f'"{title}" is still running. {what}.', key="y", word=word)
        self.app.push_screen(ask, lambda yes: self.app.exit() if yes else None)

    # messages of the widgets

    @on(ChecklistPane.Picked)
    def _picked(self, message: ChecklistPane.Picked) -> None:
        again = message.row_id == self._selection.row
        self._select(message.row_id)
        if again:
            self.do_open()

    @on(RollbackBar.Asked)
    def _rollback_clicked(self) -> None:
        self.action_do("rollback")

    # helpers

    def wish(self, wish: Wish) -> None:
        follow(self, self._live.act(wish), partial(Acted, self.item))
        self.set_timer(SLOW_S, self._show_masthead)  # which says so when the disk takes its time

    @on(Acted)
    def _acted(self, message: Acted) -> None:
        """Clears the draft once what it said is on disk."""
        if message.error:
            self.refuse(message.error)
            return
        self._drafts.pop(message.item, None)
        if message.item == self.item:
            self.query_one(Editor).draft = Draft()
            self.do_leave()

    def refuse(self, reason: str) -> None:
        self.query_one(Editor).refuse(reason)
        if reason != self._live.trouble:  # that was told when it began, and stands in the masthead
            super().refuse(reason)

    def _move(self, by: int) -> None:
        """In a field an arrow does nothing: else what is typed next would be said of another item."""
        if not isinstance(self.focused, Field):
            self._select(self.query_one(ChecklistPane).move(by))

    def _select(self, row_id: str) -> None:
        if not row_id or row_id == self._selection.row:
            return
        editor = self.query_one(Editor)
        if self.item:
            self._drafts[self.item] = editor.draft
        self._selection.select(row_id)
        editor.draft = self._drafts.get(row_id, Draft())
        self._show_checklist()
        self._show_item()

    def _go_to_match(self, words: str | None) -> None:
        if words:
            self._found = words
            self._go_to(self._selection.next_match(words))

    def _go_to(self, item_id: str) -> None:
        if item_id:
            self._select(item_id)
        else:
            self.refuse("no such item")
