"""The checklist as it was written, with its boxes as they are now. Nothing else in it changes."""

import re

from warroom.core.checklist import Item
from warroom.core.definitions import Definitions
from warroom.core.errors import BadInput
from warroom.core.plain import one_line
from warroom.core.release import Release
from warroom.core.states import ItemState
from warroom.core.views import utc
from warroom.report.escaping import comment
from warroom.report.excerpt import Excerpt, Sink

_LINE_END = re.compile(r"(\r\n?|\n)")
_BOX = re.compile(r"(?P<before>\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*)\[[ xX]\]")
_REASON = 200  # characters; the journal has the whole


def write_checklist(out: Sink, excerpt: Excerpt) -> int:
    """`[x]` where an item is done. Markdown knows no more, so behind an open box of which something else was said
    stands, as an HTML comment, who said so, when and why; behind a ticked one, that it is not true any more. The last
    lines are such a comment too, with the checkpoint.

    Gives the number of items. Raises `BadInput` when the journal does not have the checklist as it was written.
    """
    plan, state = excerpt.plan, excerpt.state
    parts = _LINE_END.split(_text(plan))  # lines, and between them what ends each
    for item in plan.checklist.walk():
        _tick(parts, item, state)
    out.writelines(parts)
    out.write(("\n" if parts[-1] else "") + f"\n<!-- warroom checkpoint\n{excerpt.checkpoint}-->\n")
    return len(plan.places)


def _text(plan: Definitions) -> str:
    """The checklist among the files of a release: the one that is neither the side file nor a probe."""
    found = [text for name, text in plan.texts.items() if not name.startswith("probes/") and not name.endswith(".toml")]
    if not found:
        raise BadInput("this journal does not hold its checklist as it was written", 'use "--format markdown"')
    return found[0]


def _tick(parts: list[str], item: Item, state: Release) -> None:
    at = 2 * (item.line - 1)
    box = _BOX.match(parts[at]) if at < len(parts) else None
    if box is None:
        raise BadInput(f"line {item.line} of the stored checklist has no box", "see what warroom verify says")
    mark = "x" if state.item(item.id).status == "done" else " "
    parts[at] = f"{box['before']}[{mark}]{_remark(item, state)}{parts[at][box.end() :]}"


def _remark(item: Item, state: Release) -> str:
    now = state.item(item.id)
    if now.status == "open" or (now.status == "done" and not now.stale):
        return ""
    said = f"not true now: {now.stale}" if now.stale else f"{_status(now)} by {now.by}, {utc(now.at_us)}: {now.text}"
    return f" <!-- {comment(one_line(said.removesuffix(': '), _REASON))} -->"


def _status(now: ItemState) -> str:
    return f"deferred to {now.deferred_to}" if now.deferred_to else now.status
