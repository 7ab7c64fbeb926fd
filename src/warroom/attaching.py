"""Evidence from a cockpit. Files may be large or on a slow disk, so they are looked at in threads of their own."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from warroom.core import decisions
from warroom.core.decisions import Wish
from warroom.core.errors import WarroomError
from warroom.core.events import Event
from warroom.journal.evidence import completed, find_evidence


class Attaching:
    """Reads what is brought forward, then wishes that it be kept."""

    def __init__(self, act: "Callable[[Wish], Future[tuple[Event, ...]]]", base: Path, journal: Path) -> None:
        """Paths are taken from `base`; `act` wishes in the operator's name."""
        self._act = act
        self._base = base
        self._journal = journal

    def attach(self, item: str, ref: str, *, note: str, copy: bool) -> "Future[tuple[Event, ...]]":
        """A link, or the path of a file. Resolves once durable, or with what is wrong with it."""
        attached: Future[tuple[Event, ...]] = Future()

        def work() -> None:
            try:
                found = find_evidence(ref, self._base, self._journal, note=note, copy=copy)
                attached.set_result(self._act(partial(decisions.attach, item=item, evidence=found)).result())
            except WarroomError as error:
                attached.set_exception(error)

        threading.Thread(target=work, name="evidence", daemon=True).start()
        return attached

    def complete(self, text: str) -> str:
        """A path as far as only one file or directory fits. Looks at a disk: not for the screen's thread."""
        return completed(text, self._base)
