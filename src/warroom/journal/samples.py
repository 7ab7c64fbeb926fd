"""Readings of probes: kept, thinned with age, and vouched for by digests. No part of the chain themselves."""

from collections.abc import Iterable, Sequence

from pydantic_core import from_json

from warroom.core.events import SamplesDigest
from warroom.core.redaction import Redactor
from warroom.core.store import Sample
from warroom.core.thinning import AROUND_US, MINUTE_US, MINUTES_US, RAW_US, Old, thin, windows
from warroom.journal import rows
from warroom.journal.chain import samples_hash
from warroom.journal.file import JournalFile

NEWEST_KEPT = 100
"""So many readings of each probe stay whatever their age: a new start takes its verdict from them."""

_CHUNK = 2000  # rows that change in one transaction, so that nobody waits long behind it

# How far tending has come, in `settings`: the last reading thinned, the last removed, and the last event whose window
# lies wholly behind.
_THINNED, _REMOVED, _PASSED = "samples thinned", "samples removed", "samples passed"


class Samples:
    """The readings in a journal's file."""

    def __init__(self, file: JournalFile, redactor: Redactor) -> None:
        self._file = file
        self._redactor = redactor

    def record(self, samples: Sequence[Sample]) -> None:
        """Keeps readings. They may be lost with the power, never with the process."""
        kept = [rows.sample_row(sample, self._redactor) for sample in samples]
        with self._file.writing(durable=False) as connection:
            connection.executemany(rows.INSERT_SAMPLE, kept)

    def last(self, probe: str, count: int) -> tuple[Sample, ...]:
        """The last readings of a probe, oldest first."""
        found = self._file.rows(f"{rows.SELECT_SAMPLES} WHERE probe = ? ORDER BY id DESC LIMIT ?", probe, count)
        return tuple(rows.sample(row) for row in reversed(found))

    def tend(self, now_us: int) -> tuple[SamplesDigest, ...]:
        """Thins what is old at `now_us`, and gives the digest to append of what was stored since the one before."""
        self._thin((now_us - RAW_US) // MINUTE_US * MINUTE_US)
        self._remove(now_us - MINUTES_US)
        return self._digest()

    def _thin(self, before_us: int) -> None:
        """Whole minutes that ended before `before_us`, each once."""
        since = self._progress(_THINNED)
        found = self._file.rows(
            "SELECT id, probe, at_us, outcome, value FROM samples WHERE id > ? AND at_us < ? ORDER BY id",
            since,
            before_us,
        )
        if not found:
            return
        fates = thin(
            [Old(each, probe, at_us, outcome, from_json(value)) for each, probe, at_us, outcome, value in found],
            windows(self._events(before_us)),
        )
        self._change("UPDATE samples SET pinned = 1 WHERE id = ?", fates.pinned)
        self._change("DELETE FROM samples WHERE id = ?", self._not_newest(fates.dropped, {row[1] for row in found}))
        self._advance(_THINNED, found[-1][0])

    def _events(self, before_us: int) -> list[tuple[int, str, str]]:
        """Those that could keep a reading from before `before_us`: time, kind, subject."""
        passed = self._progress(_PASSED)
        found = self._file.rows(
            "SELECT at_us, kind, subject FROM events WHERE seq > ? AND at_us < ?", passed, before_us + AROUND_US
        )
        ahead = self._file.rows(
            "SELECT seq - 1 FROM events WHERE seq > ? AND at_us >= ? ORDER BY seq LIMIT 1",
            passed,
            before_us - AROUND_US,
        )
        if ahead:
            self._advance(_PASSED, ahead[0][0])
        return found

    def _remove(self, before_us: int) -> None:
        """What was thinned, is not pinned, and is older than `before_us` now."""
        found = self._file.rows(
            "SELECT id, probe FROM samples WHERE id > ? AND id <= ? AND at_us < ? AND pinned = 0 ORDER BY id",
            self._progress(_REMOVED),
            self._progress(_THINNED),
            before_us,
        )
        if found:
            ids, probes = zip(*found, strict=True)
            self._change("DELETE FROM samples WHERE id = ?", self._not_newest(ids, set(probes)))
            self._advance(_REMOVED, ids[-1])

    def _not_newest(self, ids: Iterable[int], probes: set[str]) -> list[int]:
        newest = {
            row[0]
            for probe in probes
            for row in self._file.rows(
                "SELECT id FROM samples WHERE probe = ? ORDER BY id DESC LIMIT ?", probe, NEWEST_KEPT
            )
        }
        return [each for each in ids if each not in newest]

    def _change(self, sql: str, ids: Sequence[int]) -> None:
        for start in range(0, len(ids), _CHUNK):
            with self._file.writing(durable=False) as connection:
                connection.executemany(sql, [(each,) for each in ids[start : start + _CHUNK]])

    def _digest(self) -> tuple[SamplesDigest, ...]:
        before = self._file.rows(
            "SELECT json_extract(body, '$.last') FROM events"
            " WHERE subject = 'samples' AND kind = 'samples_digest' ORDER BY seq DESC LIMIT 1"
        )
        new = self._file.rows(f"{rows.SELECT_WHOLE_SAMPLES} WHERE id > ? ORDER BY id", before[0][0] if before else 0)
        if not new:
            return ()
        digest = samples_hash(rows.sample_bytes(row) for row in new)
        return (SamplesDigest(first=new[0][0], last=new[-1][0], count=len(new), sha256=digest.hex()),)

    def _progress(self, what: str) -> int:
        return int(self._file.recall(what) or 0)

    def _advance(self, what: str, number: int) -> None:
        self._file.remember(what, str(number))
