"""The strings in an event: names, by which the state finds what it is about, and texts, which may hold anything.

Secrets are taken out of texts only. To change a name would change what happened.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from warroom.core.body import Body
from warroom.core.redaction import MARK

NAMES = frozenset({
    "item", "probe", "run", "target", "title", "release", "environment", "checklist", "host", "user", "version",
    "outcome", "word", "to", "was", "ended", "unit", "sha256", "operator", "tty", "act",
    "form", "phase", "items", "say", "role", "trigger", "answer",
})  # fmt: skip
"""Fields that hold a name or a closed set of words. A new field is a text unless it stands here."""

FILES = frozenset({"spec", "toml"})
"""Fields that hold a file, which was searched for secrets before it was taken. Nothing in it is changed; where texts
are erased it goes as a whole, because nobody knows where in it the secret stands.
"""

B = TypeVar("B", bound=Body)


def change_texts(value: Any, change: Callable[[str], str], field: str = "") -> Any:  # Any: what a model dumps
    """`value` with every text in it changed. Lists stand for tuples; `field` is the name that `value` has."""
    if field in FILES:
        return value
    if isinstance(value, str):
        return value if field in NAMES else change(value)
    if isinstance(value, dict):
        return {key: change_texts(part, change, key) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [change_texts(part, change, field) for part in value]
    return value


def without_texts(body: B) -> B:
    """The body with `[redacted]` for every text. Names and numbers stay, so the state that it leads to stays."""
    kept = change_texts(body.model_dump(), lambda text: MARK if text else "")
    return type(body).model_validate(kept | dict.fromkeys(FILES & kept.keys()))
