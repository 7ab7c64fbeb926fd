"""Events as JSON lines: one event a line, in order, whole; the checkpoint last."""

import json
import re
from collections.abc import Iterable, Mapping

from pydantic_core import to_json

from warroom.core.errors import BadInput
from warroom.core.events import Event
from warroom.core.views import utc
from warroom.report.excerpt import Excerpt, Sink, head_document

_LAST_BLOCK = re.compile(r"(?:```text|<!-- warroom checkpoint)\n([^`<>]*)(?:```|-->)\s*\Z")
"""How an export as Markdown ends, and a ticked checklist."""


def event_line(event: Event) -> str:
    """`seq, id, time, kind, actor, subject, body, hash`; the time is RFC 3339, UTC, with microseconds.

    An event that was redacted has `redacted_by` too, the number of the one that says by whom and why.
    """
    body = event.body
    redaction = {"redacted_by": event.redacted_by} if event.redacted_by else {}
    return _json(
        {
            "seq": event.seq,
            "id": event.id,
            "time": utc(event.at_us),
            "kind": body.kind,
            "actor": event.actor,
            "subject": body.subject,
            "body": body.model_dump(mode="json"),
            "hash": event.hash,
            **redaction,
        }
    )


def write_excerpt(out: Sink, excerpt: Excerpt) -> int:
    """The picked events, then a line with the `head_document`. Gives their number."""
    out.writelines(f"{line}\n" for line in excerpt.lines())
    out.write(head_line(head_document(excerpt, events=excerpt.count)))
    return excerpt.count


def write_jsonl(out: Sink, lines: Iterable[str], checkpoint: str) -> None:
    """The lines of all events, then one line `{"checkpoint": TEXT}`."""
    out.writelines(f"{line}\n" for line in lines)
    out.write(head_line({"checkpoint": checkpoint}))


def head_line(head: Mapping[str, object]) -> str:
    """A `head_document` as the line that ends an export."""
    return _json(head) + "\n"


def checkpoint_in(text: str) -> str:
    """The checkpoint's text at the end of an export, or `text` itself when it is no export. Raises `BadInput`."""
    if block := _LAST_BLOCK.search(text):
        return block[1]
    if not text.lstrip().startswith("{"):
        return text
    last = text.rstrip().rpartition("\n")[2]
    try:
        return str(json.loads(last)["checkpoint"])
    except (ValueError, KeyError, TypeError):
        raise BadInput("the export does not end with its checkpoint", "it was cut off; export again") from None


def _json(value: object) -> str:
    """As the journal's bodies are written, whose numbers are spelled in another way than Python's `json` does."""
    return to_json(value).decode()
