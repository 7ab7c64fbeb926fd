"""The one screen of a release: checklist, item, probes, feed, rollback."""

from asyncio import wrap_future
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from warroom.core import decisions, views
from warroom.core.checklist import Phase
from warroom.core.decisions import Wish
from warroom.core.errors import WarroomError
from warroom.core.events import Event
from warroom.live import Live
from warroom.tui import actions, sizes
from warroom.tui.frames import Frames
from warroom.tui.messages import ReadingTaken, RoomChanged, RunEnded, Trouble
from warroom.tui.screens.confirm import Confirm
from warroom.tui.screens.find import Find
from warroom.tui.screens.help import Help
from warroom.tui.screens.journal import JournalScreen
from warroom.tui.screens.rollback import RollbackScreen
from warroom.tui.screens.step import StepScreen
from warroom.tui.widgets.checklist import ChecklistPane
from warroom.tui.widgets.editor import Asks, Draft, Editor
from warroom.tui.widgets.feed import Feed
from warroom.tui.widgets.item import ItemPane
from warroom.tui.widgets.keys import Key, Keys
from warroom.tui.widgets.masthead import Masthead
from warroom.tui.widgets.probes import ProbeList, ProbePane
from warroom.tui.widgets.rollback_bar import RollbackBar

_PHASE = "phase:"


class CockpitScreen(Screen[None]):
    """Shows what the release is, and turns keys into wishes."""

    CSS_PATH = "cockpit.tcss"
    HORIZONTAL_BREAKPOINTS = sizes.HORIZONTAL
    VERTICAL_BREAKPOINTS = sizes.VERTICAL
    BINDINGS = actions.bindings(actions.COCKPIT)

    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live
        self._frames = Frames(live)
        self._trouble = ""
        self._drafts: dict[str, Draft] = {}
        self._found = ""
        self._cursor = live.setting("cursor") or self._first()
        self._opened = {self._phase_of(self._cursor)}

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
        yield RollbackBar(id="rollback")
        yield Keys(id="keys")

    def on_mount(self) -> None:
        self.query_one(ChecklistPane).focus()
        self.show_all()
        self.set_interval(1, self._second)

    # what is shown

    def show_all(self) -> None:
        """Every widget's value as of now. Equal values repaint nothing."""
        self._show_release()
        self._show_probes()

    def _second(self) -> None:
        self._show_masthead()
        self._show_probes()

    def _show_masthead(self) -> None:
        self.query_one(Masthead).view = self._frames.masthead(self._trouble)

    def _show_release(self) -> None:
        self._show_masthead()
        self._show_checklist()
        self._show_item()
        self.query_one(Feed).view = self._frames.feed()
        self.query_one(RollbackBar).facts = views.rollback_facts(self._live.plan, self._live.release)

    def _show_checklist(self) -> None:
        plan, release = self._live.plan, self._live.release
        pane = self.query_one(ChecklistPane)
        pane.rows = views.tree(plan, release, frozenset(self._opened))
        pane.done = views.progress(release, plan.checklist.walk())
        pane.cursor = self._cursor

    def _show_item(self) -> None:
        plan, release, item = self._live.plan, self._live.release, self._item
        facts = self.query_one(ItemPane)
        if item:
            facts.view = self._frames.item(item)
        else:
            facts.view = self._frames.phase(self._phase(self._cursor))
        keys = {action.id: action for action in actions.COCKPIT}
        mine = (keys[name] for name in actions.EDITOR)
        self.query_one(Editor).rest(
            self._live.operator,
            tuple(Key(a.label, a.word, not a.why_not(plan, release, item)) for a in mine),
        )
        self.query_one("#keys", Keys).keys = actions.footer(actions.COCKPIT, plan, release, item)

    def _show_probes(self) -> None:
        big, others = self._frames.big_and_other()
        for pane, view in zip(self.query(ProbePane), big, strict=True):
            pane.probe = view
        self.query_one(ProbeList).probes = others
        if self._item:
            self.query_one(ItemPane).view = self._frames.item(self._item)

    # news from other threads

    @on(RoomChanged)
    def _room_changed(self) -> None:
        self._show_release()

    @on(ReadingTaken)
    def _reading_taken(self) -> None:
        self._show_probes()

    @on(Trouble)
    def _trouble_changed(self, message: Trouble) -> None:
        self._trouble = message.text
        self._show_masthead()
        if message.text:
            self.app.notify(message.text, title="not saved", severity="error", markup=False, timeout=15)

    @on(RunEnded)
    def _run_ended(self, message: RunEnded) -> None:
        if message.error:
            self._refuse(message.error)

    # keys

    def action_do(self, name: str) -> None:
        """Does what the action table says, or tells why not."""
        action = next(each for each in actions.COCKPIT if each.id == name)
        reason = action.why_not(self._live.plan, self._live.release, self._item)
        if reason:
            self._refuse(reason)
        else:
            perform: Callable[[], None] = getattr(self, f"do_{name}")
            perform()

    def do_tick(self) -> None:
        draft = self.query_one(Editor).draft
        seen = self._live.seen()
        self._wish(partial(decisions.tick, item=self._item, note=draft.text, value=draft.figure, seen=seen))

    def do_note(self) -> None:
        self._ask("note")

    def do_skip(self) -> None:
        self._ask("skip")

    def do_fail(self) -> None:
        self._ask("fail")

    def do_figure(self) -> None:
        self.add_class("-item")
        self.query_one(Editor).ask_figure()

    def do_reopen(self) -> None:
        self._wish(partial(decisions.reopen, item=self._item, reason=""))

    def do_run(self) -> None:
        self.app.push_screen(StepScreen(self._live, self._item))

    def do_rollback(self) -> None:
        self.app.push_screen(RollbackScreen(self._live))

    def do_journal(self) -> None:
        self.app.push_screen(JournalScreen(self._frames))

    def do_help(self) -> None:
        self.app.push_screen(Help())

    def do_find(self) -> None:
        self.app.push_screen(Find(self._found), self._go_to_match)

    def do_down(self) -> None:
        self._select(self.query_one(ChecklistPane).move(1))

    def do_up(self) -> None:
        self._select(self.query_one(ChecklistPane).move(-1))

    def do_page_down(self) -> None:
        self._select(self.query_one(ChecklistPane).move(10))

    def do_page_up(self) -> None:
        self._select(self.query_one(ChecklistPane).move(-10))

    def do_next_open(self) -> None:
        release = self._live.release
        self._go_to(lambda item_id: release.item(item_id).status == "open")

    def do_open(self) -> None:
        if self._item:
            self._ask("note")
            return
        self._opened ^= {self._cursor.removeprefix(_PHASE)}
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
        ask = Confirm(f'"{title}" is still running. Leaving stops it.', key="y", word="stop it and leave")
        self.app.push_screen(ask, lambda yes: self.app.exit() if yes else None)

    # messages of the widgets

    @on(Editor.Entered)
    def _entered(self, message: Editor.Entered) -> None:
        item, text = self._item, message.text
        wishes: dict[str, Wish] = {
            "note": partial(decisions.note, item=item, text=text),
            "skip": partial(decisions.skip, item=item, reason=text),
            "fail": partial(decisions.fail, item=item, reason=text, seen=self._live.seen()),
        }
        self._wish(wishes[message.asks])

    @on(ChecklistPane.Picked)
    def _picked(self, message: ChecklistPane.Picked) -> None:
        again = message.row_id == self._cursor
        self._select(message.row_id)
        if again:
            self.do_open()

    @on(RollbackBar.Asked)
    def _rollback_clicked(self) -> None:
        self.action_do("rollback")

    # helpers

    @property
    def _item(self) -> str:
        """The selected item, or "" when a phase is selected."""
        return "" if self._cursor.startswith(_PHASE) else self._cursor

    def _ask(self, asks: Asks) -> None:
        self.add_class("-item")
        self.query_one(Editor).ask(asks)

    def _wish(self, wish: Wish) -> None:
        """Acts, and clears the draft once that is on disk."""
        item = self._item
        answer = self._live.act(wish)
        self.run_worker(self._answer(answer, item), group="acts", exit_on_error=False)

    async def _answer(self, answer: "Future[tuple[Event, ...]]", item: str) -> None:
        try:
            await wrap_future(answer)
        except WarroomError as error:
            self._refuse(str(error))
            return
        self._drafts.pop(item, None)
        if item == self._item:
            self.query_one(Editor).draft = Draft()
            self.do_leave()

    def _refuse(self, reason: str) -> None:
        self.query_one(Editor).refuse(reason)
        self.app.notify(reason, title="refused", severity="warning", markup=False)

    def _select(self, row_id: str) -> None:
        if not row_id or row_id == self._cursor:
            return
        editor = self.query_one(Editor)
        if self._item:
            self._drafts[self._item] = editor.draft
        self._cursor = row_id
        if self._item:
            self._opened.add(self._phase_of(row_id))
        editor.draft = self._drafts.get(row_id, Draft())
        self._live.remember("cursor", row_id)
        self._show_checklist()
        self._show_item()

    def _go_to_match(self, words: str | None) -> None:
        if not words:
            return
        self._found = words
        places, wanted = self._live.plan.places, words.casefold()
        self._go_to(lambda item_id: wanted in places[item_id].item.title.casefold() or wanted == item_id)

    def _go_to(self, fits: Callable[[str], bool]) -> None:
        """Selects the next item after the cursor that fits, from the start again after the last."""
        ids = list(self._live.plan.places)
        at = ids.index(self._item) + 1 if self._item else 0
        found = next((item_id for item_id in ids[at:] + ids[:at] if fits(item_id)), None)
        if found is None:
            self.app.notify("no such item", severity="warning", markup=False)
        else:
            self._select(found)

    def _first(self) -> str:
        """The first open item of the phase at work."""
        plan, release = self._live.plan, self._live.release
        phase = self._phase(release.phase_id(plan))
        items = list(phase.walk())
        return next((item.id for item in items if release.item(item.id).status == "open"), items[0].id)

    def _phase(self, phase_id: str) -> Phase:
        wanted = phase_id.removeprefix(_PHASE)
        return next(phase for phase in self._live.plan.checklist.phases if phase.id == wanted)

    def _phase_of(self, row_id: str) -> str:
        place = self._live.plan.places.get(row_id)
        return place.phase.id if place else row_id.removeprefix(_PHASE)
