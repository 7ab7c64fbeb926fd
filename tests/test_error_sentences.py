"""The words of errors, read from the source: message and hint are the halves of one sentence, joined by a semicolon."""

import ast
from collections.abc import Iterator
from pathlib import Path

from warroom.core import errors

SOURCE = Path(__file__).parents[1] / "src" / "warroom"
FAMILY = {name for name, kind in vars(errors).items() if isinstance(kind, type)} | {"Refusal"}
PROPER_NAMES = ("SQLite ", "T-0", "UTF-8", "SSH ")


def sentences() -> Iterator[tuple[str, str, str]]:
    """Where it stands, which half it is, and its words with `…` for what is filled in: of each error in the source."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            halves = dict(zip(("message", "hint"), node.args, strict=False)) if node.func.id in FAMILY else {}
            for half, value in (halves | {key: named[key] for key in ("message", "hint") if key in named}).items():
                for words in _words(value):
                    yield f"{path.name}:{value.lineno}", half, words


def _words(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(part.value if isinstance(part, ast.Constant) else "…" for part in parts)  # type: ignore[misc]
        case ast.BoolOp(values=parts):
            yield from (words for part in parts for words in _words(part))
        case ast.IfExp(body=one, orelse=other):
            yield from _words(one)
            yield from _words(other)


def test_every_error_is_half_a_sentence_and_its_hint_the_other_half() -> None:
    found = list(sentences())
    assert len(found) > 60
    assert [where for where in found if where[2][0].isupper() and not where[2].startswith(PROPER_NAMES)] == []
    assert [where for where in found if where[2].rstrip() != where[2] or where[2].endswith((".", "!", ";"))] == []
