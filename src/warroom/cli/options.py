"""Options that several commands share, and what they open."""

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from warroom.core.errors import BadInput, reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from warroom.core.decisions import Wish
    from warroom.core.events import Event
    from warroom.journal.store import SqliteJournal
    from warroom.room import Room

F = TypeVar("F", bound=Callable[..., object])

PATH = click.Path(path_type=Path, readable=False)
"""A file or directory. Whether it can be read is told by whoever reads it, in the same words everywhere."""

JOURNAL_HELP = "The release's journal file. [env: WARROOM_JOURNAL]"


def journal_option(command: F) -> F:
    """`-j FILE`; the journal must exist."""
    option = click.option("-j", "--journal", envvar="WARROOM_JOURNAL", type=PATH, help=JOURNAL_HELP)
    return option(command)


def operator_option(command: F) -> F:
    """`--as NAME`."""
    option = click.option(
        "--as", "operator", envvar="WARROOM_OPERATOR", help="Who acts. [env: WARROOM_OPERATOR; else the login name]"
    )
    return option(command)


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def key_option(command: F) -> F:
    """`--key KEY`."""
    option = click.option("--key", help="For retries: under one key the act happens once, and is answered again.")
    return option(command)


def act_once(
    room: "Room", wish: "Wish", actor: str, key: str | None, kinds: tuple[str, ...], said: "Mapping[str, object]"
) -> "Event":
    """Acts, under a key if there is one, and gives the act's own event, which is one of `kinds`.

    `said` are the fields of that event that make it another act. Raises what `Room.act` does.
    """
    from warroom.core.once import LONGEST_KEY, Once, is_key

    if key is not None and not is_key(key):
        raise BadInput(f"a key is 1 to {LONGEST_KEY} printable characters", "name the job and the act with it")
    plain = {name: each.strip() if isinstance(each, str) else each for name, each in said.items()}
    events = room.act(wish, actor=actor, once=Once(key, kinds, plain) if key is not None else None)
    return next(event for event in events if event.body.kind in kinds)


def operator_name(given: str | None) -> str:
    """The acting operator. Raises `BadInput` when the name would make events unreadable."""
    from warroom.core.seat_decisions import NO_NAME, is_name
    from warroom.identity import login_name

    name = login_name() if given is None else given.strip()
    if not is_name(name):
        raise BadInput(NO_NAME, "give one with --as NAME")
    return name


def t0_of(written: str) -> int:
    """Microseconds UTC of what `--at` says. Raises `BadInput`."""
    from warroom.clock import SystemClock
    from warroom.core.schedule import parse_t0

    try:
        return parse_t0(written, SystemClock().utc_us())
    except ValueError as error:
        raise BadInput(str(error)) from None


def needed(journal: Path | None) -> Path:
    """Raises `BadInput` when no journal was named."""
    if journal is None:
        raise BadInput("no journal was named", "give it with -j FILE or in WARROOM_JOURNAL")
    return journal


def must_have_begun(journal: "SqliteJournal") -> None:
    """Raises `BadInput` for a journal whose start was killed between the file and its first event."""
    if not journal.head().seq:
        raise BadInput(f"{journal.path} holds no release", "remove it and start again: its start was cut off")


@contextmanager
def reading_journal(path: Path | None) -> "Iterator[SqliteJournal]":
    """A journal opened read-only. Nothing is folded yet."""
    from warroom.journal.store import open_journal

    journal = open_journal(needed(path), read_only=True)
    try:
        must_have_begun(journal)
        yield journal
    finally:
        journal.close()


@contextmanager
def reading(path: Path | None) -> "Iterator[tuple[SqliteJournal, Room]]":
    """A journal opened read-only, with the room that it adds up to."""
    with reading_journal(path) as journal:
        yield journal, room_of(journal)


def room_of(journal: "SqliteJournal") -> "Room":
    """The room that an open journal adds up to."""
    from warroom.clock import SystemClock
    from warroom.identity import here
    from warroom.room import Room

    return Room(journal, SystemClock(), origin=here().origin("cli"))


@contextmanager
def writing(path: Path | None) -> "Iterator[Room]":
    """A room that can act."""
    from warroom.journal.store import open_journal

    journal = open_journal(needed(path))
    try:
        must_have_begun(journal)
        yield room_of(journal)
    finally:
        journal.close()


def text_of(path: Path) -> str:
    """The text of a small file. Raises `BadInput` when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {reason(error)}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not UTF-8 text", "give a checkpoint or a JSONL export") from None
