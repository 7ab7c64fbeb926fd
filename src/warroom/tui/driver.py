"""Textual's driver for real terminals, with three guards: against text that terminals measure differently than we do,
against input that is no UTF-8, and against a terminal that goes away. It knows nothing of what is shown.
"""

import codecs
import re
from collections.abc import Callable
from functools import partial
from io import TextIOWrapper
from typing import Any, TextIO, cast

from rich.cells import cell_len
from textual.app import App
from textual.drivers import linux_driver

# Terminals disagree about the width of Indic vowel signs, joined emoji, variation selectors and the like, each in its
# own way. Everything that is drawn with letters of this program's own is left out, which is nearly all.
_DOUBTFUL = "[\u00ad\u0300-\u200f\u2028-\u202f\u2060-\u206f\u20d0-\u20ff\u2c00-\U0010ffff]"
_SHOWN = r"[^\x00-\x1f\x7f]"
_COLOUR = r"\x1b\[[0-9;]*m"
_RUN = re.compile(
    r"\x1b\[[0-?]*[@-~]|"  # sequences are passed over whole, lest their last letter be taken for text
    rf"(?P<text>{_SHOWN}?{_DOUBTFUL}(?:{_SHOWN}*{_DOUBTFUL})?)(?P<after>(?:(?:{_COLOUR})* )*)"
)

_SAVE, _RESTORE = "\x1b7", "\x1b8"


class SteadyDriver(linux_driver.LinuxDriver):
    """Keeps every column where it belongs, whatever the terminal makes of the text left of it."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        assert self._file is not None
        self._file = cast("TextIOWrapper", Lasting(self._file))

    def write(self, data: str) -> None:
        super().write(steady(data))


class Lasting:
    """A terminal that may go away; what is written after that is lost.

    Else Textual's writing thread would end with an error, nobody would empty its queue, and whoever writes next, such
    as the end of the program, would wait for ever: a process without a terminal that keeps the journal's driver lock.
    """

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._gone = False

    def write(self, text: str) -> None:
        self._unless_gone(lambda: self._terminal.write(text))

    def flush(self) -> None:
        self._unless_gone(self._terminal.flush)

    def fileno(self) -> int:
        return self._terminal.fileno()

    def _unless_gone(self, act: Callable[[], object]) -> None:
        if self._gone:
            return
        try:
            act()
        except OSError:
            self._gone = True


def steady(data: str) -> str:
    """`data` with each run of doubtful text drawn over blanks, after which the cursor goes to where it is expected.

    The blanks after a run are drawn before it, so that a terminal that needs more cells than expected finds them there.
    """
    return _RUN.sub(_drawn, data)


def _drawn(run: re.Match[str]) -> str:
    text, after = run.group("text", "after")
    if text is None:
        return run[0]
    cells = cell_len(text)
    end = cells + after.count(" ")
    return f"{_SAVE}{' ' * cells}{after}{_RESTORE}{text}{_RESTORE}\x1b[{end}C{''.join(re.findall(_COLOUR, after))}"


def _lenient(encoding: str) -> "partial[codecs.IncrementalDecoder]":
    return partial(codecs.getincrementaldecoder(encoding), errors="replace")


# A terminal that is attached anew may send mouse positions as raw bytes; Textual 8.2.8 decodes strictly, and its input
# thread would end there (Textualize/textual#6668). There is no setting for it, hence the replaced name.
linux_driver.getincrementaldecoder = _lenient  # type: ignore[attr-defined, assignment]  # see above
