"""Text from outside, made harmless for a screen: it cannot move the cursor, recolour, reorder or hide other text.

Only for showing. The journal and its exports keep the text whole.
"""

import re

_LIMIT = 2000
_TAB = 8
_NEWLINE = " ⏎ "
_ELLIPSIS = "…"
_UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"

# ECMA-48 escape sequences, in 7 and 8 bits. A string ends at the next introducer too, so that each character is looked
# at once however the text is built. Unfinished ones do not match: their ESC is then shown like any other control.
_SEQUENCE = re.compile(
    r"(?=[\x1b\x90-\x9f])(?:"  # twice as fast as trying each of the three everywhere
    r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"  # CSI: cursor, colour, modes
    r"|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f]*+(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*+[0-OQ-WYZ\\`-~]"  # reset, character sets and all else without a string behind it
    r")"
)

# Zero-width characters, the bidi controls, byte order mark and tags. U+200C and U+200D are not among them: Bengali and
# other Indic scripts, Persian and emoji are spelt with them.
_INVISIBLE = re.compile(
    r"[\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)

_SHOWN_AS = {
    **{code: chr(0x2400 + code) for code in range(0x20)},
    0x7F: "\N{SYMBOL FOR DELETE}",
    **dict.fromkeys(range(0x80, 0xA0), _UNPRINTABLE),
    **dict.fromkeys(range(0xD800, 0xE000), _UNPRINTABLE),  # lone surrogates cannot be encoded
    0x2028: "\n",
    0x2029: "\n",
}
del _SHOWN_AS[ord("\n")]


def plain(text: str) -> str:
    """`text` without escape sequences and invisible characters, tabs as spaces, other controls as visible symbols.

    Newlines stay. A carriage return that does not belong to one is shown as `␍`.
    """
    return _shown(_SEQUENCE.sub("", text).replace("\r\n", "\n"))


def one_line(text: str, limit: int = _LIMIT) -> str:
    """`plain(text)` on one line of at most `limit` characters; a line break becomes ` ⏎ `, the cut-off rest `…`."""
    line = plain(text).strip().replace("\n", _NEWLINE)
    return line if len(line) <= limit else line[: limit - 1] + _ELLIPSIS


def lines(text: str) -> list[str]:
    """`plain(text)` line by line, as a terminal would leave them: what was overwritten is gone.

    That is what stands before a carriage return, and the character before a backspace.
    """
    text = _SEQUENCE.sub("", text)
    if "\r" in text or "\b" in text:
        text = "\n".join(_typed_back(line.rstrip("\r").rpartition("\r")[2]) for line in text.split("\n"))
    shown = _shown(text)
    return shown.removesuffix("\n").split("\n") if shown else []


def _typed_back(line: str) -> str:
    if "\b" not in line:
        return line
    kept: list[str] = []
    for character in line:
        if character != "\b":
            kept.append(character)
        elif kept:
            kept.pop()
    return "".join(kept)


def _shown(text: str) -> str:
    if text.replace("\n", "").isprintable():  # nearly all text, and twenty times as fast as translating it
        return text
    return _INVISIBLE.sub("", text).expandtabs(_TAB).translate(_SHOWN_AS)
