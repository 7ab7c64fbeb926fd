"""Text from outside does nothing to a terminal, and stays readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from warroom.core.plain import lines, one_line, plain

ESC = "\x1b"
BENGALI = "পেমেন্ট র\u200d্যাব ক্\u200cষ"

SEQUENCES = [
    pytest.param(f"{ESC}[31;1m", id="colour"),
    pytest.param(f"{ESC}[?1049h", id="alternate screen"),
    pytest.param(f"{ESC}[2 q", id="cursor shape, with an intermediate byte"),
    pytest.param("\x9b2J", id="clear, in 8 bits"),
    pytest.param(f"{ESC}]0;title\x07", id="title, ended by BEL"),
    pytest.param(f"{ESC}]8;;http://localhost/{ESC}\\", id="link, ended by ST"),
    pytest.param("\x9d52;c;cm0gLXJm\x9c", id="clipboard, in 8 bits"),
    pytest.param(f"{ESC}P$q\nq{ESC}\\", id="DCS over two lines"),
    pytest.param(f"{ESC}_Ga=T{ESC}\\", id="APC"),
    pytest.param(f"{ESC}^private{ESC}\\", id="PM"),
    pytest.param(f"{ESC}Xstring{ESC}\\", id="SOS"),
    pytest.param(f"{ESC}c", id="reset"),
    pytest.param(f"{ESC}(0", id="line drawing characters"),
]


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_a_whole_escape_sequence_leaves_nothing(sequence: str) -> None:
    assert plain(f"before{sequence}after") == "beforeafter"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"a{ESC}[31", "a␛[31"),
        (f"a{ESC}]0;title and more text", "a␛]0;title and more text"),
        (f"a{ESC}]0;x{ESC}[31mred", "a␛]0;xred"),
        (f"a{ESC}", "a␛"),
        (f"{ESC}{ESC}[0m[31m", "␛[31m"),
    ],
)
def test_an_unfinished_sequence_is_shown_and_hides_no_text(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bell\x07 null\x00 delete\x7f", "bell␇ null␀ delete␡"),
        ("c1\x85\x9c", "c1\ufffd\ufffd"),
        ("lone\ud800", "lone\ufffd"),
        ("a\tb", "a       b"),
        ("one\r\ntwo\nthree", "one\ntwo\nthree"),
        ("half\rover", "half␍over"),
        ("user\u202egpj.exe\u2066\u200e", "usergpj.exe"),
        ("pass\u200bword\ufeff", "password"),
        ("x\U000e0041\U000e007f", "x"),
        ("a\u2028b", "a\nb"),
        ("[/payments] [link=x]", "[/payments] [link=x]"),
        (BENGALI, BENGALI),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_other_characters(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\x1b\x9b\x9d\x90\x9c\x07[]\\;0m\r\n\t\u202e"))))
def test_nothing_a_terminal_acts_on_is_left_in_any_text(text: str) -> None:
    shown = plain(text)
    assert not [
        char for char in shown if char != "\n" and (char < " " or "\x7f" <= char < "\xa0" or char in "\u202e\u2066")
    ]
    shown.encode()
    assert plain(shown) == shown
    assert "\n" not in one_line(text)
    assert all("\n" not in line for line in lines(text))


def test_one_line_joins_and_cuts() -> None:
    assert one_line("\n one\r\ntwo\n\n") == "one ⏎ two"
    assert one_line("x" * 2000) == "x" * 2000
    assert one_line("x" * 2001) == "x" * 1999 + "…"
    assert one_line("abcdef", limit=4) == "abc…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", []),
        ("\n", [""]),
        ("one\ntwo\n", ["one", "two"]),
        ("one\r\ntwo", ["one", "two"]),
        ("10%\r50%\r100%\ndone", ["100%", "done"]),
        ("10%\r100%\r\n", ["100%"]),
        (f"10%{ESC}[K\r{ESC}[32m100%{ESC}[0m\n", ["100%"]),
    ],
)
def test_lines_are_what_a_terminal_would_leave(text: str, shown: list[str]) -> None:
    assert lines(text) == shown


@pytest.mark.parametrize(
    "unit", [ESC, f"{ESC}[", f"{ESC}]", "\x9d", f"{ESC}[0;", f"{ESC} ", "\x9da\x1b", "\r", "\t", "a\x01", "\u202e"]
)
def test_a_megabyte_built_to_be_slow_is_not(unit: str) -> None:
    """Would take minutes, and the whole suite's time, if any character were looked at again for each other one."""
    text = unit * (2**20 // len(unit))
    assert len(one_line(text)) <= 2000
    assert lines(text) is not None


def test_substitutes_are_one_cell_wide() -> None:
    assert [char for char in plain("".join(map(chr, range(0xA0)))) if char != "\n" and cell_len(char) != 1] == []
