"""What vouches for a journal when it is verified: the anchors in it, and a checkpoint from elsewhere."""

from pathlib import Path
from typing import Literal, NamedTuple

from warroom.core.errors import BadInput
from warroom.journal import sqlite
from warroom.journal.anchors import SELECT_ANCHORS
from warroom.journal.checkpoint import Checkpoint, parse_checkpoint
from warroom.journal.signing import signer


class Voucher(NamedTuple):
    """A checkpoint, and how much it counts."""

    checkpoint: Checkpoint
    name: str
    """For people: `anchor 3`, `the checkpoint`."""
    by: Literal["anchors", "signature", "checkpoint"]


def outside(checkpoint: str, signature: str, allowed: Path | None) -> list[Voucher]:
    """Raises `BadInput` when the text is no checkpoint, or when its signature is by nobody who may sign."""
    told = parse_checkpoint(checkpoint)
    if not (signature and allowed):
        return [Voucher(told, "the checkpoint", "checkpoint")]
    who = signer(checkpoint, signature, allowed)
    if who is None:
        raise BadInput("the signature of the checkpoint is not by an allowed signer", f"{allowed} names those")
    return [Voucher(told, f"the checkpoint, signed by {who},", "checkpoint")]


def stored(connection: sqlite.Connection, allowed: Path | None) -> tuple[list[Voucher], list[str]]:
    """The anchors in a journal, and notes on their signatures. Raises `BadInput` for one that cannot be read.

    `connection` gives texts as bytes.
    """
    vouchers, notes = [], []
    for number, _, *texts in connection.execute(SELECT_ANCHORS):
        text, signature, _ = (value.decode(errors="replace") for value in texts)
        try:
            told = parse_checkpoint(text)
        except BadInput:
            raise BadInput(f"anchor {number} was changed") from None
        who = signer(text, signature, allowed) if signature and allowed else None
        if who:
            vouchers.append(Voucher(told, f"anchor {number}, signed by {who},", "signature"))
            continue
        vouchers.append(Voucher(told, f"anchor {number}", "anchors"))
        if signature:
            fault = "is not by an allowed signer" if allowed else "was not checked: no allowed signers were named"
            notes.append(f"the signature of anchor {number} {fault}")
    return vouchers, notes
