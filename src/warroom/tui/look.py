"""How states look: glyph, word, colour role. The only module that knows; it draws nothing.

A role is the name of a theme variable. Widgets write `$ok`, `$quiet` ...; no widget and no .tcss holds a hex value.
"""

from typing import NamedTuple

from textual.theme import BUILTIN_THEMES, Theme

from warroom.core.events import Tone
from warroom.core.signing import is_machine


class Look(NamedTuple):
    """One state, in the three ways it is always shown together."""

    glyph: str
    word: str
    role: str


ITEM = {
    "open": Look("○", "open", "$quiet"),
    "running": Look("◐", "running", "$accent"),
    "done": Look("✓", "done", "$ok"),
    "skipped": Look("–", "skipped", "$quiet"),
    "failed": Look("✗", "failed", "$fail"),
    "interrupted": Look("?", "interrupted", "$unsure"),
    "taken back": Look("↶", "taken back", "$warn"),
    "doing": Look("◐", "doing", "$accent"),
    "n/a": Look("–", "n/a", "$quiet"),
    "deferred": Look("–", "deferred", "$quiet"),
    "blocked": Look("■", "blocked", "$warn"),
    "not true now": Look("≠", "not true now", "$warn"),
    "sensed": Look("◇", "sensed", "$accent"),
    "by probe": Look("●", "by probe", "$ok"),
}

PHASE = {
    "done": Look("✓", "done", "$ok"),
    "now": Look("▾", "now", "$accent"),
    "later": Look("▸", "later", "$quiet"),
}

CLOSED_GATE = Look("┃", "gate", "$warn")

STANDING = {
    "go": Look("●", "GO", "$ok"),
    "hold": Look("‖", "HOLD", "$warn"),
    "no-go": Look("✗", "NO-GO", "$fail"),
    "unknown": Look("?", "UNKNOWN", "$unsure"),
}

RISK = Look("!", "risk", "$warn")

FINDING = {
    "open": Look("○", "open", "$foreground"),
    "not true now": Look("≠", "not true now", "$warn"),
    "closed before": Look("–", "not done", "$quiet"),
    "failing": Look("✗", "failing", "$fail"),
    "blind": Look("?", "blind", "$unsure"),
    "no-go": Look("✗", "no-go", "$fail"),
    "not polled": Look("·", "not polled", "$quiet"),
}

VERDICT = {
    "ok": Look("●", "OK", "$ok"),
    "warn": Look("▲", "WARN", "$warn"),
    "fail": Look("✗", "FAIL", "$fail"),
    "unknown": Look("?", "UNKNOWN", "$unsure"),
    "stale": Look("◌", "STALE", "$unsure"),
    "pending": Look("·", "PENDING", "$quiet"),
}

ROOM = {
    "go": Look("●", "GO", "$ok"),
    "failing": Look("✗", "FAILING", "$fail"),
    "decide": Look("◆", "DECIDE", "$fail"),
    "rollback": Look("↶", "ROLLBACK", "$fail"),
    "recovering": Look("↶", "RECOVERING", "$warn"),
    "restored": Look("●", "RESTORED", "$ok"),
}

ROLLBACK = {
    "possible": Look("↶", "possible", "$ok"),
    "partly": Look("↶", "partly possible", "$warn"),
    "forward only": Look("↶", "forward only", "$fail"),
    "not known": Look("↶", "not known", "$unsure"),
    "not planned": Look("↶", "not planned", "$unsure"),
    "running": Look("↶", "running", "$fail"),
    "asking": Look("↶", "waiting for an answer", "$fail"),
    "stopped": Look("↶", "stopped half-way", "$fail"),
    "recovering": Look("↶", "recovering", "$warn"),
    "restored": Look("↶", "restored", "$ok"),
}

STEP = {
    "waiting": Look("○", "waiting", "$quiet"),
    "running": Look("◐", "running", "$accent"),
    "done": Look("✓", "done", "$ok"),
    "failed": Look("✗", "failed", "$fail"),
    "skipped": Look("–", "skipped", "$quiet"),
    "interrupted": Look("?", "interrupted", "$unsure"),
}

EVENT: dict[Tone, Look] = {
    "room": Look("┃", "", "$quiet"),
    "tick": Look("✓", "", "$ok"),
    "skip": Look("–", "", "$quiet"),
    "fail": Look("✗", "", "$fail"),
    "reopen": Look("○", "", "$foreground"),
    "note": Look("›", "", "$quiet"),
    "step": Look("$", "", "$accent"),
    "unsure": Look("?", "", "$unsure"),
    "rollback": Look("↶", "", "$fail"),
    "restored": Look("●", "", "$ok"),
    "verdict": Look("●", "", "$quiet"),
    "decide": Look("◆", "", "$fail"),
    "evidence": Look("+", "", "$quiet"),
}

SAMPLE = {"ok": "$fill", "warn": "$warn", "fail": "$fail", "no_data": "", "error": ""}
"""Plot colours by a reading's outcome."""


MACHINE = Look("≡", "machine", "$quiet")


def who(operator: str) -> str:
    """An operator's name, with a mark when it is a machine's."""
    return f"{MACHINE.glyph} {operator}" if is_machine(operator) else operator


HELD = Look("‖", "held", "$warn")


def event_look(tone: Tone, word: str) -> Look:
    """An event's look; a verdict change looks like the verdict, and red is for failures only, not for a hold."""
    if tone == "decide" and word == "hold":
        return HELD._replace(word=word)
    if tone == "verdict" and word in VERDICT:
        glyph, _, role = VERDICT[word]
        return Look(glyph, word, role)
    glyph, _, role = EVENT[tone]
    return Look(glyph, word, role)


# Our own theme variables. Also the defaults, so that any other Textual theme still finds every name.
DARK_VARIABLES = {
    "ok": "#7fc8a0",
    "warn": "#e9b65f",
    "fail": "#ff8f7f",
    "unsure": "#c0a8f5",
    "quiet": "#8f9aa7",
    "faint": "#36404b",
    "limit": "#586470",
    "fill": "#94abc2",
    "cursor": "#22303e",
    "raised": "#191f26",
    "alarm": "#2a1a1c",
    "ink": "#10141a",
}

LIGHT_VARIABLES = {
    "ok": "#1b6e45",
    "warn": "#875800",
    "fail": "#b3241c",
    "unsure": "#6338ad",
    "quiet": "#59636e",
    "faint": "#cdcec9",
    "limit": "#868e95",
    "fill": "#46607a",
    "cursor": "#dce7f3",
    "raised": "#efede7",
    "alarm": "#fbe9e6",
    "ink": "#fcfbf8",
}

ANSI_VARIABLES = {
    "ok": "ansi_green",
    "warn": "ansi_yellow",
    "fail": "ansi_bright_red",
    "unsure": "ansi_magenta",
    "quiet": "ansi_white",
    "faint": "ansi_bright_black",
    "limit": "ansi_bright_black",
    "fill": "ansi_white",
    "cursor": "ansi_blue",
    "raised": "ansi_default",
    "alarm": "ansi_default",
    "ink": "ansi_black",
}

THEMES = (
    Theme(
        name="warroom-dark",
        primary="#7db9ff",
        accent="#7db9ff",
        success=DARK_VARIABLES["ok"],
        warning=DARK_VARIABLES["warn"],
        error=DARK_VARIABLES["fail"],
        foreground="#d8dee5",
        background="#10141a",
        surface="#10141a",
        panel="#191f26",
        dark=True,
        variables=DARK_VARIABLES,
    ),
    Theme(
        name="warroom-light",
        primary="#0a5aad",
        accent="#0a5aad",
        success=LIGHT_VARIABLES["ok"],
        warning=LIGHT_VARIABLES["warn"],
        error=LIGHT_VARIABLES["fail"],
        foreground="#1d232a",
        background="#fcfbf8",
        surface="#fcfbf8",
        panel="#efede7",
        dark=False,
        variables=LIGHT_VARIABLES,
    ),
    Theme(
        name="warroom-ansi",
        ansi=True,
        primary="ansi_bright_cyan",
        accent="ansi_bright_cyan",
        success="ansi_green",
        warning="ansi_yellow",
        error="ansi_bright_red",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        dark=True,
        # an ansi theme must bring Textual's own ansi names, or the style sheet does not load
        variables=BUILTIN_THEMES["ansi-dark"].variables | ANSI_VARIABLES,
    ),
)
