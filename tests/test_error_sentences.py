"""The words of errors, read from the source: message and hint are the halves of one sentence, joined by a semicolon."""

import ast
from collections.abc import Iterator
from pathlib import Path

from warroom.core import errors

SOURCE = Path(__file__).parents[1] / "src" / "warroom"
FAMILY = {name for name, kind in vars(errors).items() if isinstance(kind, type)} | {"Refusal", "ValueError"}
PROPER_NAMES = ("SQLite ", "T-0", "UTF-8", "SSH ")


def sentences() -> Iterator[tuple[str, str]]:
    """Where they stand, and the words, with `…` for what is filled in, of each message and hint in the source."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for half in _halves(node):
                for words in _words(half):
                    yield f"{path.name}:{half.lineno}", words


def _halves(node: ast.AST) -> Iterator[ast.expr]:
    """The arguments of an error or a finding, and what is kept in a variable to become one."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in FAMILY:
            yield from arguments
        case ast.Call(func=ast.Attribute(attr="finding"), args=arguments):
            yield from arguments[1:]
        case ast.keyword(arg="message" | "hint", value=value):
            yield value
        case ast.Assign(targets=[ast.Name(id="message" | "hint" | "why")], value=value):
            yield value


def _words(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
        case ast.BoolOp(values=parts):
            yield from (words for part in parts for words in _words(part))
        case ast.IfExp(body=one, orelse=other):
            yield from _words(one)
            yield from _words(other)


def test_every_error_is_half_a_sentence_and_its_hint_the_other_half() -> None:
    found = list(sentences())
    assert len(found) > 100
    assert [(where, words) for where, words in found if words[0].isupper() and not words.startswith(PROPER_NAMES)] == []
    assert [
        (where, words) for where, words in found if words.rstrip() != words or words.endswith((".", "!", ";"))
    ] == []
