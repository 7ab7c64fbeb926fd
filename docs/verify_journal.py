"""Checks a warroom journal without warroom: verify_journal.py JOURNAL [CHECKPOINT-FILE]

Follows docs/journal.md and uses Python's standard library only. It checks the record and what vouches for it, not the
cache `snapshots`. Exits 0 intact, 65 broken, 66 truncated, 67 unanchored. Run it on a copy made with VACUUM INTO.
"""

import sqlite3
import sys
from hashlib import sha256
from pathlib import Path

EVENTS = "SELECT seq, at_us, mono_us, v, id, kind, actor, origin, subject, body_hash, hash, salt, body FROM events"


def digest(tag, *values):
    data = [value.to_bytes(8, "big", signed=True) if isinstance(value, int) else value for value in values]
    return sha256(f"warroom/{tag}/1\n".encode() + b"".join(len(d).to_bytes(4, "big") + d for d in data)).digest()


def chain(db):
    """The journal's id and the hash after each event, from event 0. Raises ValueError where it does not hold."""
    ((journal_id,),) = db.execute("SELECT value FROM meta WHERE key = 'journal_id'")
    parts = db.execute("SELECT role, name, body, hash FROM definitions ORDER BY role, name").fetchall()
    if any(digest("definition", *part) != stored for *part, stored in parts):
        raise ValueError("a definition was changed")
    hashes, erased = [digest("journal", journal_id, *(stored for *_, stored in parts))], set()
    for seq, *fields, body_hash, stored, salt, body in db.execute(EVENTS + " ORDER BY seq"):
        if seq != len(hashes):
            raise ValueError(f"event {len(hashes)} is missing")
        if salt is None and body is None:
            erased.add(b"event:%d" % seq)
        elif digest("body", salt, body) != body_hash:
            raise ValueError(f"the body of event {seq} was changed")
        if digest("event", hashes[-1], seq, *fields, body_hash) != stored:
            raise ValueError(f"event {seq} was changed")
        if fields[4] == b"redacted":
            erased.discard(fields[7])
        hashes.append(stored)
    if erased:
        raise ValueError("a body was removed, and no later event says why")
    return journal_id.decode(), hashes


def verify(db, checkpoint):
    journal_id, hashes = chain(db)
    texts = [text.decode() for (text,) in db.execute("SELECT text FROM anchors")] + ([checkpoint] if checkpoint else [])
    if db.execute("PRAGMA integrity_check(1)").fetchone() != (b"ok",):
        raise ValueError("the file is damaged")
    cut = 0
    for origin, size, head in (text.split() for text in texts):
        cut = max(cut, int(size) - len(hashes) + 1)
        if origin != f"warroom/{journal_id}" or hashes[int(size) : int(size) + 1] not in ([], [bytes.fromhex(head)]):
            raise ValueError(f"the chain was computed anew before event {size}, or is another journal's")
    if cut:
        return 66, f"truncated: at least {cut} events are missing at the end"
    status, said = (0, "intact up to a checkpoint") if texts else (67, "unanchored: nothing vouches for the chain")
    return status, f"{said}: {len(hashes) - 1} events, head {hashes[-1].hex()}"


def main(journal, checkpoint=None):
    try:
        db = sqlite3.connect(f"{Path(journal).absolute().as_uri()}?mode=ro", uri=True)
        db.text_factory = bytes
        status, said = verify(db, Path(checkpoint).read_text() if checkpoint else "")
    except (ValueError, TypeError, AttributeError, OverflowError, sqlite3.Error) as error:
        status, said = 65, f"broken: {error}"
    sys.stdout.write(f"{said}\n")
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
