"""What a person does to start a rollback in a real terminal, with the keys that it takes."""

from cockpit_releases import RELEASE
from tmux_kit import PATIENCE_S, Terminal


def open_rollback(it: Terminal, *, within_s: float = PATIENCE_S) -> None:
    """Its screen, past the first moment, in which it is deaf."""
    it.keys("R")
    it.shows("Type the name of the release", within_s=within_s)
    hears(it, RELEASE[0], within_s=within_s)
    empty_the_field(it, within_s=within_s)


def hears(it: Terminal, key: str, *, within_s: float = PATIENCE_S) -> None:
    """Presses a key, as one that is held down does, until the screen shows that it was heard."""

    def heard() -> bool:
        it.keys(key)
        return "10 more characters" not in it.text

    it.until(heard, "a field that listens", within_s)


def empty_the_field(it: Terminal, *, within_s: float = PATIENCE_S) -> None:
    it.keys("End", "C-u")
    it.shows("10 more characters", within_s=within_s)


def type_name(it: Terminal, *, within_s: float = PATIENCE_S) -> None:
    it.write(RELEASE)
    it.shows("Enter starts the rollback", within_s=within_s)


def start_rollback(it: Terminal) -> None:
    it.shows("? help")
    open_rollback(it)
    type_name(it)
    it.keys("Enter")
