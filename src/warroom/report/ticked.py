"""The checklist as it was written, with its boxes as they are now. Nothing else in it changes."""

import re

from warroom.core.checklist import Item
from warroom.core.definitions import Definitions
from warroom.core.errors import BadInput
from warroom.core.plain import one_line
from warroom.core.release import Release
from warroom.core.views import utc
from warroom.report.escaping import comment
from warroom.report.excerpt import Excerpt, Sink

_LINE_END = re.compile(r"(\r\n?|\n)")
_BOX = re.compile(r"(?P<before>\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*)\[[ xX]\]")
_REASON = 200  # characters; the journal has the whole


def write_checklist(out: Sink, excerpt: Excerpt) -> int:
    """`[x]` where an item is done. Markdown knows no more, so behind the open box of a skipped or failed one stands, as
    an HTML comment, who said so, when and why. The last lines are such a comment too, with the checkpoint.

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
    if now.status in ("open", "done"):
        return ""
    return f" <!-- {comment(one_line(f'{now.status} by {now.by}, {utc(now.at_us)}: {now.text}', _REASON))} -->"
