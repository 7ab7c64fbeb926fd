"""Checks what stands beside the events and follows from them: the snapshot, and the readings that digests tell of."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pydantic import ValidationError

from warroom.core.errors import BadInput
from warroom.core.events import SamplesDigest
from warroom.core.fold import fold
from warroom.core.release import Release
from warroom.journal import rows, sqlite
from warroom.journal.chain import samples_hash
from warroom.journal.store import open_journal


def snapshot_fault(path: Path, vouched: int) -> str:
    """What is wrong with the snapshot, from which `status` starts; "" when the events add up to it or there is none.

    To add up many events takes long, and needs not be when one of the first `vouched` ones holds the snapshot's hash.
    """
    with closing(open_journal(path, read_only=True)) as journal:
        kept = journal.snapshot()
        if kept is None or journal.snapshot_is_chained(vouched):
            return ""
        state = Release()
        for event in journal.read():
            state = fold(state, event)
            if event.seq == kept.seq:
                break
    return "" if state == kept else f"the snapshot at event {kept.seq} is not what the events add up to"


def changed_readings(path: Path) -> Iterator[str]:
    """A sentence for each digest whose readings are all there and are not what they were. Thinned ones cannot tell."""
    with closing(sqlite.connect(path, mode="ro")) as connection:
        bodies = connection.execute(
            "SELECT seq, body FROM events WHERE subject = 'samples' AND kind = 'samples_digest' AND body IS NOT NULL"
        )
        for seq, body in bodies.fetchall():
            try:
                told = SamplesDigest.model_validate_json(body)
            except ValidationError as error:
                raise BadInput(f"event {seq} cannot be read as samples_digest") from error
            found = connection.execute(
                f"{rows.SELECT_WHOLE_SAMPLES} WHERE id BETWEEN ? AND ? ORDER BY id", (told.first, told.last)
            ).fetchall()
            if len(found) > told.count or (len(found) == told.count and _digest(found) != told.sha256):
                yield f"readings {told.first} to {told.last} are not those that event {seq} tells of"


def _digest(found: list[rows.Row]) -> str:
    return samples_hash(rows.sample_bytes(row) for row in found).hex()
