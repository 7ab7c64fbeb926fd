"""What every journal must do, whatever it is kept in. A test module subclasses it and says how to open one."""

from collections.abc import Callable, Iterator
from typing import get_args

import pytest

from journal_kit import append_all, definitions, draft
from warroom.core import events as ev
from warroom.core.errors import BadInput
from warroom.core.outcome import Outcome
from warroom.core.probe import Check, ProbeSpec
from warroom.core.rules import Value
from warroom.core.store import HeadMoved, Journal, Sample

ODD_TEXT = "\0 \x1b[31m [/b] \u202e\u202d বাংলা 日本語 👩\u200d🚀 \r\n\t" + "x" * 100_000
SEEN = (ev.Seen(probe="errors", word="stale", value=0.1 + 0.2, unit="%", age_s=1e-7),)
OUTCOME = Outcome(
    ended="failed", exit_status=-9, duration_s=1.5, output=ODD_TEXT, output_bytes=2**40, output_sha256="00", why="x"
)
REVISED = ProbeSpec(
    id="errors", title="Errors", every=5, deadline=2, source={"kind": "http", "url": "x"}, check=(Check(fail="> 1"),)
)
BODIES: tuple[ev.Body, ...] = (
    ev.ReleaseStarted(release="shop 4.2", environment="production", t0_us=-1, checklist="Shop"),
    ev.CockpitOpened(host="tower", user="ada", pid=1, version="0.1.0"),
    ev.CockpitClosed(),
    ev.DriverTook(host="tower", user="ada", pid=1),
    ev.SeatOffered(operator="ben"),
    ev.SeatTaken(was="ada", offered=True),
    ev.ClientSeen(operator="ben", user="ben", tty="/dev/pts/3", readonly=2),
    ev.SelfConfirmationRefused(act="tick", item="backup"),
    ev.ItemDone(item="backup", note=ODD_TEXT, value="41", seen=SEEN),
    ev.ItemSkipped(item="backup", reason="no data"),
    ev.ItemFailed(item="backup", reason="disk", seen=SEEN),
    ev.ItemReopened(item="backup"),
    ev.Noted(text="begun"),
    ev.ItemSigned(item="backup", note="seen", value="41", seen=SEEN),
    ev.ItemTakenBack(item="backup", step=1),
    ev.PointCrossed(item="backup", first="ada", second="ben"),
    ev.ItemBegun(item="cash"),
    ev.ItemNotApplicable(item="card", reason="no cards here"),
    ev.ItemDeferred(item="backup", phase="day", reason="the disk is slow"),
    ev.ItemBlocked(item="cash", reason="the till is locked"),
    ev.SkipSigned(item="cash", reason="no time"),
    ev.ItemStale(item="backup", probe="errors", why="25 h > 24 h"),
    ev.ItemTrueAgain(item="backup"),
    ev.EvidenceAdded(item="backup", form="link", ref=ODD_TEXT),
    ev.GatePassed(phase="day", risk="the dump of yesterday", open=("Backup: open",), seen=SEEN),
    ev.GateReopened(phase="day", why="Backup: 25 h > 24 h", relied="ada"),
    ev.Polled(
        phase="day", votes=(ev.Vote(role="sre", say="no-go", by="ben", delegate=True, reason="disk"),), seen=SEEN
    ),
    ev.ClockHeld(reason="NO-GO", planned=True),
    ev.ClockResumed(slip_s=61.5, reason="NO-GO"),
    ev.Recycled(phase="before", reason="wrong build", t0_us=1, items=("backup",)),
    ev.StepStarted(
        run="r1", target="backup", attempt=2, title="Dump", argv=("pg_dump", "shop"), cwd="/", host="tower", user="ada"
    ),
    ev.StepOutput(run="r1", target="backup", text=ODD_TEXT),
    ev.StepFinished(run="r1", target="backup", title="Dump", outcome=OUTCOME),
    ev.StepInterrupted(run="r2", target="rollback:1", title="Switch back"),
    ev.RollbackArmed(signature=1),
    ev.RollbackWindow(need="blue is kept", left_s=299.5),
    ev.RollbackStarted(typed="shop 4.2", reason="errors", steps=2, seen=SEEN),
    ev.RollbackStepSkipped(step=2, reason="not needed"),
    ev.RollbackStepByHand(step=2, reason="on the load balancer's page"),
    ev.RollbackStopped(step=1),
    ev.RolledBack(took_s=2.5),
    ev.Restored(took_s=30.0, seen=SEEN),
    ev.VerdictChanged(probe="errors", to="fail", was="ok", value=2.31, unit="%"),
    ev.ProbeRevised(probe="errors", spec=REVISED, toml=ODD_TEXT, anew=True, text="fail > 1"),
    ev.ProbeRefused(probe="errors", reason="errors.toml:3: no such key"),
    ev.ProbeCleared(probe="errors"),
    ev.TriggerArmed(trigger="errors"),
    ev.DecisionAsked(
        trigger="errors", rule="errors failing", broke=(ODD_TEXT,), role="lead", within_s=300.0, seen=SEEN
    ),
    ev.DecisionEscalated(trigger="errors", role="cto", within_s=300.0),
    ev.DecisionTaken(trigger="errors", answer="hold", hold_s=600.0, seen=SEEN),
    ev.Redacted(event=3, reason="a token", kept={"item": "backup", "seen": [{"age_s": 0.1}], "none": None}),
    ev.SamplesDigest(first=1, last=60, count=60, sha256="00"),
    ev.SnapshotKept(event=5, sha256="00"),
    ev.ClockJumped(by_s=-3600.5),
)


def sample(n: int, value: Value = None, probe: str = "errors") -> Sample:
    return Sample(probe=probe, at_us=n, mono_us=n, took_us=1500, outcome="ok", value=value, text="fine", word="ok")


class JournalContract:
    """Subclasses give `another`: opens the same journal once more, as another process would."""

    @pytest.fixture
    def another(self) -> Iterator[Callable[[], Journal]]:
        raise NotImplementedError

    @pytest.fixture
    def journal(self, another: Callable[[], Journal]) -> Journal:
        return another()

    def test_a_new_journal_has_its_definitions_and_no_events(self, journal: Journal) -> None:
        assert journal.definitions() == definitions()
        assert journal.head().seq == 0
        assert list(journal.read()) == []
        assert journal.recent(5) == ()

    def test_the_examples_here_cover_every_kind(self) -> None:
        assert [type(body) for body in BODIES] == list(get_args(ev.AnyBody))

    @pytest.mark.parametrize("body", BODIES, ids=lambda body: body.kind)
    def test_every_kind_comes_back_as_it_was(self, another: Callable[[], Journal], body: ev.Body) -> None:
        wish = draft("one", body)
        (stored,) = another().append([wish], after=0)
        assert stored.body == body
        assert (stored.seq, stored.id, stored.at_us, stored.mono_us) == (1, wish.id, wish.at_us, wish.mono_us)
        assert (stored.actor, stored.origin) == (wish.actor, wish.origin)
        assert list(another().read()) == [stored]

    def test_numbers_are_dense_and_each_event_is_the_head_in_turn(self, journal: Journal) -> None:
        first = append_all(journal, ["a", "b"])
        (last,) = append_all(journal, ["c"])
        assert [event.seq for event in (*first, last)] == [1, 2, 3]
        assert (journal.head().seq, journal.head().hash) == (3, last.hash)
        assert len({event.hash for event in (*first, last)}) == 3

    def test_nothing_is_appended_elsewhere_than_at_the_head(self, another: Callable[[], Journal]) -> None:
        mine, theirs = another(), another()
        append_all(theirs, ["theirs"])
        with pytest.raises(HeadMoved):
            mine.append([draft("mine")], after=0)
        assert [event.id for event in mine.read()] == ["theirs"]
        append_all(mine, ["mine"])
        assert [event.id for event in theirs.read(since=1)] == ["mine"]

    def test_a_retry_returns_what_was_stored_and_stores_nothing(self, journal: Journal) -> None:
        stored = journal.append([draft("a"), draft("b")], after=0)
        append_all(journal, ["later"])
        assert journal.append([draft("a"), draft("b")], after=0) == stored
        assert journal.head().seq == 3

    def test_a_batch_with_a_stored_draft_adds_only_the_others(self, journal: Journal) -> None:
        (a,) = append_all(journal, ["a"])
        again, b = journal.append([draft("a"), draft("b")], after=1)
        assert (again, b.seq) == (a, 2)

    def test_an_id_twice_in_one_batch_is_one_event(self, journal: Journal) -> None:
        first, second = journal.append([draft("a"), draft("a")], after=0)
        assert first == second
        assert journal.head().seq == 1

    def test_an_empty_batch_is_nothing(self, journal: Journal) -> None:
        assert journal.append([], after=0) == ()
        assert journal.head().seq == 0

    @pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 2**63, -(2**63) - 1])
    def test_a_number_that_would_not_come_back_is_refused_with_its_batch(self, journal: Journal, number: float) -> None:
        bad = ev.VerdictChanged(probe="errors", to="fail", was="ok", value=number)
        with pytest.raises(BadInput, match="finite numbers"):
            journal.append([draft("good"), draft("bad", bad)], after=0)
        with pytest.raises(BadInput, match="finite numbers"):
            journal.record([sample(1, number)])
        assert journal.head().seq == 0
        assert journal.samples("errors", 5) == ()

    @pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 1e308, 5e-324, 1e-7, 0.1, 1.0, 1])
    def test_a_number_at_the_edge_comes_back_as_it_was(self, journal: Journal, number: float) -> None:
        (stored,) = journal.append(
            [draft("a", ev.VerdictChanged(probe="errors", to="fail", was="ok", value=number))], after=0
        )
        assert isinstance(stored.body, ev.VerdictChanged)
        assert (stored.body.value, type(stored.body.value)) == (number, type(number))

    def test_bytes_that_were_no_utf8_are_replaced_wherever_they_stand(self, journal: Journal) -> None:
        (stored,) = journal.append(
            [draft("a\udc80", ev.Noted(text="b\udcff", item="c\ud800"), actor="d\udfff")], after=0
        )
        assert (stored.id, stored.actor, stored.body) == (
            "a\ufffd",
            "d\ufffd",
            ev.Noted(text="b\ufffd", item="c\ufffd"),
        )
        assert journal.about("c\ufffd") == (stored,)
        assert journal.append([draft("a\udc80")], after=1) == (stored,)

    def test_reading_goes_on_while_others_append(self, another: Callable[[], Journal]) -> None:
        reader, writer = another(), another()
        append_all(writer, [f"early-{n}" for n in range(1200)])
        reading = reader.read(since=100)
        assert next(reading).seq == 101
        append_all(writer, ["late"])
        assert [event.seq for event in reading] == list(range(102, 1202))

    def test_the_events_about_a_subject_and_the_last_ones(self, journal: Journal) -> None:
        about_errors = ev.VerdictChanged(probe="errors", to="fail", was="ok")
        journal.append([draft("1"), draft("2", about_errors), draft("3"), draft("4", about_errors)], after=0)
        assert [event.id for event in journal.about("errors")] == ["2", "4"]
        assert [event.id for event in journal.about("backup")] == ["1", "3"]
        assert journal.about("unknown") == ()
        assert [event.id for event in journal.recent(3)] == ["2", "3", "4"]

    def test_samples_keep_the_type_of_their_value_and_their_order(self, another: Callable[[], Journal]) -> None:
        values: tuple[Value, ...] = (1, 1.0, True, False, "1", ODD_TEXT, None, 2**63 - 1)
        another().record([sample(n, value) for n, value in enumerate(values)])
        another().record([sample(99, probe="other")])
        found = another().samples("errors", 100)
        assert [(type(one.value), one.value) for one in found] == [(type(value), value) for value in values]
        assert [one.at_us for one in another().samples("errors", 2)] == [6, 7]
        assert another().head().seq == 0

    def test_settings_are_kept_and_replaced(self, another: Callable[[], Journal]) -> None:
        assert another().recall("cursor") == ""
        another().remember("cursor", "backup")
        another().remember("cursor", "errors")
        assert another().recall("cursor") == "errors"
