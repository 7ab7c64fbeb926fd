"""Markdown as blocks with their lines, and inline text as plain words. Of checklists it knows nothing but anchors."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.front_matter import front_matter_plugin

_NEWLINE = re.compile(r"\r\n?")
_ANCHOR = re.compile(r"<!--\s*wr\b(?P<body>.*?)(?:-->|\Z)", re.DOTALL | re.IGNORECASE)

# Each nested list takes two levels. The parser drops what lies deeper, so `Document.cut_at` tells where it did.
_MAX_LEVEL = 100
MAX_DEPTH = _MAX_LEVEL // 2 - 1


@dataclass(frozen=True)
class Document:
    """A Markdown text, parsed into blocks. Inline text is read only where it is asked for."""

    lines: list[str]
    tree: SyntaxTreeNode
    cut_at: int | None
    """1-based line of a block nested deeper than the parser goes, if there is one."""
    _parser: MarkdownIt
    _references: dict[str, Any]

    @classmethod
    def parse(cls, text: str) -> "Document":
        """Any text is Markdown: this never fails. A byte order mark is dropped, CRLF and CR become LF."""
        text = _NEWLINE.sub("\n", text.removeprefix("\ufeff")).replace("\0", "\ufffd")
        lines = text.split("\n")
        parser = _parser(front_matter=lines[0].rstrip() == "---")
        references: dict[str, Any] = {}
        tokens: list[Token] = []
        parser.block.parse(text + "\n", parser, references, tokens)
        return cls(lines, SyntaxTreeNode(tokens), _cut_at(tokens), parser, references)

    def inline(self, source: str) -> list[Token]:
        """The inline tokens of `source`; anchors come as tokens of type `anchor`, see `anchors`."""
        tokens: list[Token] = []
        self._parser.inline.parse(source, self._parser, self._references, tokens)
        return tokens

    def source(self, start: int, end: int, indent: int = 0) -> str:
        """Lines `start` to `end` (0-based, exclusive) as written, less `indent` columns and outer blank lines."""
        kept = [_outdent(line, indent) if indent else line for line in self.lines[start:end]]
        while kept and not kept[-1].strip():
            kept.pop()
        first = next((at for at, line in enumerate(kept) if line.strip()), 0)
        return "\n".join(kept[first:])

    def column(self, block: SyntaxTreeNode) -> int:
        """The column at which a block of inline text begins: what its list markers and indentation take."""
        line = self.lines[start_of(block)]
        first = block.children[0].content.split("\n", 1)[0]
        return len(line[: max(line.rfind(first), 0)].expandtabs(4))


def _parser(front_matter: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_LEVEL}).enable(["table", "strikethrough"])
    parser.inline.ruler.before("html_inline", "anchor", _anchor_rule)
    # The plugin takes a list that begins the file for front matter when its first item holds dashes.
    return parser.use(front_matter_plugin) if front_matter else parser


def _anchor_rule(state: StateInline, silent: bool) -> bool:
    """A rule, not a search in the source, because only the parser knows that code spans and escapes are no anchors."""
    found = _ANCHOR.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        token = state.push("anchor", "", 0)
        token.content = found.group()
        token.meta = {"span": found.span()}
    state.pos = found.end()
    return True


def _cut_at(tokens: Iterable[Token]) -> int | None:
    deepest = (t for t in tokens if t.level == _MAX_LEVEL - 1 and t.type in ("list_item_open", "blockquote_open"))
    token = next(deepest, None)
    return token.map[0] + 1 if token and token.map else None


def _outdent(line: str, columns: int) -> str:
    body = line.lstrip(" \t")
    return line[: len(line) - len(body)].expandtabs(4)[columns:] + body


def start_of(block: SyntaxTreeNode) -> int:
    """0-based line on which a block begins."""
    return block.map[0] if block.map else 0


def end_of(block: SyntaxTreeNode) -> int:
    """0-based line after the block."""
    return block.map[1] if block.map else 0


def plain_text(tokens: Iterable[Token]) -> str:
    """What people read of inline text, on one line: markup, tags and comments removed."""
    return " ".join("".join(map(_words, tokens)).split())


def _words(token: Token) -> str:
    if token.type == "image":
        return plain_text(token.children or [])
    if token.type in ("softbreak", "hardbreak") or token.content.lower().startswith("<br"):
        return " "
    return token.content if token.type in ("text", "text_special", "code_inline") else ""


def is_bold(tokens: Iterable[Token]) -> bool:
    """Whether all words stand on one line inside bold; a colon or an emoji may stand outside."""
    depth, bold, outside = 0, False, ""
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            depth, bold = depth + token.nesting, True
        elif token.type in ("softbreak", "hardbreak"):
            return False
        elif depth == 0:
            outside += plain_text([token])
    return bold and not any(map(str.isalnum, outside))


def anchors(tokens: Iterable[Token]) -> list[tuple[int, int]]:
    """Where anchors (`<!-- wr: some-id -->`, well formed or not) stand in the source of these inline tokens."""
    return [token.meta["span"] for token in tokens if token.type == "anchor"]


def leading_anchor(source: str) -> str:
    """The anchor that `source` begins with, as written, or ""."""
    found = _ANCHOR.match(source.strip())
    return found.group() if found else ""
