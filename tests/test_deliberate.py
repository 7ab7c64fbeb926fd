"""No accident of hands or of terminals starts a rollback, and one person who wants it has it in ten seconds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit_releases import RELEASE, begin, events, vitals
from rollback_kit import empty_the_field, hears, open_rollback, type_name
from tmux_kit import WARROOM, Terminal, terminal

pytestmark = pytest.mark.real

WITHIN_S = 10.0
SIDE_FILE = """
[rollback]
to = "shop 4.1.7"
verify = ["health"]
[[rollback.step]]
title = "Point traffic back"
argv = ["touch", "pulled"]
"""
SIZES = pytest.mark.parametrize("size", [(120, 40)], ids=["120x40"])


def paste(it: Terminal, text: str) -> None:
    """As terminals send it to a program that asked them to mark it, as this one does."""
    it.raw(b"\x1b[200~" + text.encode() + b"\x1b[201~")


def hold(it: Terminal, key: str) -> None:
    """What a key sends that is held down for a second or so."""
    it.keys("-N", "40", key)


def click_everywhere(it: Terminal, size: tuple[int, int]) -> None:
    """Twice each, row by row."""
    columns, rows = size
    for row in range(1, rows + 1):
        places = (f"{column};{row}" for column in range(2, columns + 1, 6))
        it.raw("".join(f"\x1b[<0;{place}{end}" for place in places for end in "MmMm").encode())


# --- accidents, with the cockpit shown at first; each ends on the rollback screen, whose field is then empty again


def enter_pressed_twice(it: Terminal, _size: tuple[int, int]) -> None:
    it.keys("R", "Enter", "Enter")
    it.shows("10 more characters")
    hears(it, RELEASE[0])
    it.keys("Enter", "Enter")


def a_pasted_name(it: Terminal, _size: tuple[int, int]) -> None:
    paste(it, RELEASE)
    it.keys("R")
    it.shows("paste is ignored")
    paste(it, RELEASE)
    it.keys("Escape")
    it.shows("? help")
    open_rollback(it)
    for text in (RELEASE, f"{RELEASE}\r", f"{RELEASE}\n"):
        paste(it, text)
        it.keys("C-v", "Enter")


def all_but_one_letter_pasted(it: Terminal, _size: tuple[int, int]) -> None:
    open_rollback(it)
    it.write(RELEASE[0])
    it.shows("9 more characters")
    paste(it, RELEASE[1:])
    it.keys("Enter")


def r_held(it: Terminal, _size: tuple[int, int]) -> None:
    hold(it, "R")
    it.shows("Type the name of the release")
    hears(it, "R")
    hold(it, "R")
    it.keys("Enter")
    it.shows("that is not the name")


def enter_held(it: Terminal, _size: tuple[int, int]) -> None:
    it.keys("R")
    hold(it, "Enter")
    it.shows("10 more characters")
    hears(it, RELEASE[0])
    hold(it, "Enter")


def letters_held(it: Terminal, _size: tuple[int, int]) -> None:
    it.keys("R")
    it.shows("10 more characters")
    hears(it, RELEASE[0])
    for letter in RELEASE:
        hold(it, "Space" if letter == " " else letter)
        it.keys("Enter")
    it.shows("that is not the name")


def clicks_alone(it: Terminal, size: tuple[int, int]) -> None:
    columns, rows = size
    it.raw(f"\x1b[<0;{columns - 5};{rows - 1}M\x1b[<0;{columns - 5};{rows - 1}m".encode())  # the button
    it.shows("Type the name of the release")
    click_everywhere(it, size)
    hears(it, RELEASE[0])
    click_everywhere(it, size)


ACCIDENTS = (
    enter_pressed_twice, a_pasted_name, all_but_one_letter_pasted, r_held, enter_held, letters_held, clicks_alone,
)  # fmt: skip


@SIZES
@pytest.mark.parametrize("accident", ACCIDENTS, ids=lambda accident: accident.__name__)
def test_an_accident_starts_nothing(
    tmp_path: Path, size: tuple[int, int], accident: Callable[[Terminal, tuple[int, int]], None]
) -> None:
    journal = begin(tmp_path, side_file=SIDE_FILE, probes=vitals(every="60s", deadline="59s"))
    with terminal(*WARROOM, "run", "-j", str(journal), "--as", "ops-1", size=size, cwd=tmp_path) as it:
        it.shows("? help")
        accident(it, size)
        _it_is_still_the_plan(it)
        assert not _pulled(tmp_path, journal)
        type_name(it)
        it.keys("Enter")
        it.until(lambda: _pulled(tmp_path, journal), "a rollback that is wanted")


@SIZES
def test_with_the_name_typed_clicks_and_paste_start_nothing(tmp_path: Path, size: tuple[int, int]) -> None:
    journal = begin(tmp_path, side_file=SIDE_FILE, probes=vitals(every="60s", deadline="59s"))
    with terminal(*WARROOM, "run", "-j", str(journal), "--as", "ops-1", size=size, cwd=tmp_path) as it:
        it.shows("? help")
        open_rollback(it)
        type_name(it)
        click_everywhere(it, size)
        paste(it, "\r")
        paste(it, f"{RELEASE}\r\n")
        _it_is_still_the_plan(it)
        assert not _pulled(tmp_path, journal)


def test_without_arming_enter_pressed_twice_starts_nothing(tmp_path: Path) -> None:
    journal = begin(tmp_path, side_file=SIDE_FILE, probes=vitals(every="60s", deadline="59s"), armed=False)
    with terminal(*WARROOM, "run", "-j", str(journal), "--as", "ops-1", size=(120, 40), cwd=tmp_path) as it:
        it.shows("? help")
        open_rollback(it)
        it.write(RELEASE)
        it.shows("Enter asks for the reason")
        hold(it, "Enter")
        it.shows("why now")
        hold(it, "Enter")
        it.shows("an emergency rollback needs a reason")
        assert not _pulled(tmp_path, journal)


@SIZES
def test_one_deliberate_person_has_it_in_ten_seconds(tmp_path: Path, size: tuple[int, int]) -> None:
    journal = begin(tmp_path, side_file=SIDE_FILE, probes=vitals(every="60s", deadline="59s"))
    with terminal(*WARROOM, "run", "-j", str(journal), "--as", "ops-1", size=size, cwd=tmp_path) as it:
        it.shows("? help")
        open_rollback(it, within_s=WITHIN_S)
        type_name(it, within_s=WITHIN_S)
        it.keys("Enter")
        it.until(lambda: _pulled(tmp_path, journal), "a rollback", WITHIN_S)


def _it_is_still_the_plan(it: Terminal) -> None:
    """Keys and clicks are dealt with in their order: when these are, so were those before."""
    it.write("!")
    it.shows("Type the name of the release", "that is not the name")
    empty_the_field(it)


def _pulled(home: Path, journal: Path) -> bool:
    """Whether a rollback has begun, by journal and by deed."""
    begun = any(event.body.kind == "rollback_started" for event in events(journal))
    return begun or (home / "pulled").exists()
