"""Which row of the checklist is selected, and which phases are open. Knows the plan and no widget."""

from collections.abc import Callable

from warroom.core.checklist import Phase
from warroom.live import Live

_PHASE = "phase:"


class Selection:
    """A place in the checklist. The journal keeps it, so that a new start begins where the last one was left."""

    def __init__(self, live: Live) -> None:
        self._live = live
        kept = live.setting("cursor")
        self.row = kept if self._exists(kept) else self._first_open()
        """Id of the selected item, or `phase:ID`."""
        self.opened = {self.phase.id}

    @property
    def item(self) -> str:
        """The selected item, or "" when a phase is selected."""
        return "" if self.row.startswith(_PHASE) else self.row

    @property
    def phase(self) -> Phase:
        """The selected phase, or that of the selected item."""
        if self.item:
            return self._live.plan.places[self.item].phase
        return self._phase(self.row.removeprefix(_PHASE))

    def select(self, row_id: str) -> None:
        self.row = row_id
        if self.item:
            self.opened.add(self.phase.id)
        self._live.remember("cursor", row_id)

    def toggle(self) -> None:
        """Opens the selected phase, or closes it."""
        self.opened ^= {self.phase.id}

    def next_open(self) -> str:
        release = self._live.release
        return self._next(lambda item_id: release.item(item_id).status == "open")

    def next_match(self, words: str) -> str:
        """The next item with `words` in its title, or with them as its id or number."""
        places, wanted = self._live.plan.places, words.casefold()

        def fits(item_id: str) -> bool:
            item = places[item_id].item
            return wanted in item.title.casefold() or wanted in (item_id, item.number)

        return self._next(fits)

    def _next(self, fits: Callable[[str], bool]) -> str:
        """The next item after the selected row that fits, from the start again after the last; "" when there is none.

        The selected item itself comes last.
        """
        ids = list(self._live.plan.places)
        at = ids.index(self.item) + 1 if self.item else next((ids.index(item.id) for item in self.phase.walk()), 0)
        return next((item_id for item_id in ids[at:] + ids[:at] if fits(item_id)), "")

    def _first_open(self) -> str:
        """The first open item of the phase at work."""
        plan, release = self._live.plan, self._live.release
        items = list(self._phase(release.phase_id(plan)).walk())
        return next((item.id for item in items if release.item(item.id).status == "open"), items[0].id)

    def _exists(self, row_id: str) -> bool:
        plan = self._live.plan
        return row_id in plan.places or any(row_id == f"{_PHASE}{phase.id}" for phase in plan.checklist.phases)

    def _phase(self, phase_id: str) -> Phase:
        return next(phase for phase in self._live.plan.checklist.phases if phase.id == phase_id)
