"""Opens a cockpit on a journal: one that drives or stands by to, or one that only watches."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from warroom.desk import ONCE_S, Desk
from warroom.identity import Here
from warroom.journal.driver import DriverLock
from warroom.journal.fallback import FallbackFiles
from warroom.journal.store import open_journal
from warroom.live import Live
from warroom.presence import Clients
from warroom.probing.sampling import Sampler
from warroom.room import Onlooker, Room
from warroom.seat import OwnSeat
from warroom.unsaved import RollbackRoom


@contextmanager
def drive(
    path: Path, sampler: Sampler, here: Here, *,
    operator: str, probe_files: Path | None = None, clients: Clients | None = None,
) -> Iterator[Live]:  # fmt: skip
    """A cockpit on the journal at `path`, which drives its release or stands by to.

    While it drives, changed files in the directory `probe_files` are taken. `clients` are those of the terminal
    multiplexer around it.
    """
    desk = Desk(lambda: _rollback_room(path, sampler, here))
    lock = DriverLock(path, user=here.user, host=here.host)
    seat = OwnSeat(desk, here.origin("cockpit"), operator, clients)
    with _live(path, desk, sampler, here, lock, seat, probe_files) as live:
        yield live


def _rollback_room(path: Path, sampler: Sampler, here: Here) -> Room:
    journal = open_journal(path)
    journal.wait_at_most(ONCE_S)
    return RollbackRoom(journal, sampler.clock, FallbackFiles(journal.fallback), origin=here.origin("cockpit"))


@contextmanager
def watch(path: Path, sampler: Sampler, here: Here) -> Iterator[Live]:
    """A cockpit that can read and never write: neither an event nor a setting, nor the lock of a writer."""
    desk = Desk(lambda: Onlooker(open_journal(path, read_only=True), sampler.clock, origin=here.origin("watch")))
    with _live(path, desk, sampler, here, None, OwnSeat(desk, here.origin("watch"), here.user)) as live:
        yield live


@contextmanager
def _live(
    path: Path, desk: Desk, sampler: Sampler, here: Here, lock: DriverLock | None, seat: OwnSeat,
    probe_files: Path | None = None,
) -> Iterator[Live]:  # fmt: skip
    desk.start()
    reader = partial(open_journal, path, read_only=True)
    live = Live(desk, reader, sampler, here, lock, seat=seat, journal=path, probe_files=probe_files)
    try:
        yield live
    finally:
        live.stop()
