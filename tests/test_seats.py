"""Who acts: the seat of a cockpit, handed over or claimed; what takes two people, and what no machine may do."""

from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from cockpit_kit import silent
from journal_kit import StillClock
from release_kit import LAUNCH, Story, arm_rollback, plan, tick
from room_kit import begin, enter, stored
from warroom.clock import SystemClock
from warroom.core import decisions, gate_decisions, seat_decisions, trigger_decisions
from warroom.core import events as ev
from warroom.core.bindings import Bindings, Gate, ItemBinding
from warroom.core.decisions import Wish
from warroom.core.definitions import Definitions
from warroom.core.errors import Busy, Refused
from warroom.core.fold import fold
from warroom.core.once import Once
from warroom.core.release import Release
from warroom.core.wish import JournaledRefusal, Refusal
from warroom.identity import Here
from warroom.journal.store import open_journal
from warroom.opening import drive, watch
from warroom.probing.sampling import Sampler
from warroom.room import Act, Room

HERE = "test"  # where the story's events come from
TWO = {
    "backup": ItemBinding(people=2),
    "card": ItemBinding(required=True),
    "cash": ItemBinding(point_of_no_return=True),
}


def opened(pid: int = 1, *, drives: bool = True) -> Wish:
    body = ev.CockpitOpened(host="tower", user="ada", pid=pid, version="0", drives=drives)
    return lambda _plan, _state: (body,)


def offer(to: str) -> Wish:
    return partial(seat_decisions.offer_seat, origin=HERE, to=to)


def take(by: str, *, claim: bool = False) -> Wish:
    return partial(seat_decisions.take_seat, origin=HERE, by=by, claim=claim)


def see(user: str, tty: str = "/dev/pts/1") -> Wish:
    return partial(seat_decisions.see_client, origin=HERE, user=user, tty=tty, readonly=0)


def two_people() -> Definitions:
    agreed = plan()
    return agreed.model_copy(update={"bindings": agreed.bindings.model_copy(update={"item": TWO})})


@pytest.fixture
def story() -> Story:
    """Ada has opened a cockpit."""
    it = Story()
    it.plan = two_people()
    it.does(opened(), "ada")
    return it


# --- handing over


def test_who_leaves_hands_over_and_who_comes_takes_it(story: Story) -> None:
    story.does(offer("ben"), "ada")
    assert story.state.seats[HERE].operator == "ada"
    taken = story.does(take("ben"), "ben")
    assert taken.body == ev.SeatTaken(was="ada", offered=True)
    seat = story.state.seats[HERE]
    assert (seat.operator, seat.offered_to, seat.claimed) == ("ben", "", False)


def test_without_a_handover_it_can_only_be_claimed_and_the_journal_says_so(story: Story) -> None:
    assert "ada has not handed over to ben" in story.refuses(take("ben"))
    told = story.does(take("ben", claim=True), "ben")
    assert told.body.detail == "CLAIMED from ada, who has not handed over"
    assert story.state.seats[HERE].claimed
    story.does(offer("ada"), "ben")
    story.does(take("ada"), "ada")
    assert not story.state.seats[HERE].claimed


def test_a_handover_is_for_the_one_who_is_named(story: Story) -> None:
    story.does(offer("ben"), "ada")
    assert "ada has not handed over to cleo" in story.refuses(take("cleo"))
    story.does(offer("cleo"), "ada")
    assert "ada has not handed over to ben" in story.refuses(take("ben"))


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (offer("ada"), "ada has it already"),
        (take("ada"), "ada has it already"),
        (offer("ci:9"), "a machine cannot act at a cockpit"),
        (take("ci:9", claim=True), "a machine cannot act at a cockpit"),
        (offer("a\x1bb"), "printable characters"),
        (take(" ", claim=True), "printable characters"),
        (partial(seat_decisions.offer_seat, origin="cockpit@elsewhere:1", to="ben"), "has no seat"),
    ],
)
def test_who_cannot_sit(story: Story, wish: Wish, reason: str) -> None:
    assert reason in story.refuses(wish)


def test_a_cockpit_that_is_left_has_no_seat_any_more(story: Story) -> None:
    story.does(lambda _plan, _state: (ev.CockpitClosed(),), "ada")
    assert story.state.seats == {}


@pytest.mark.parametrize(
    "body",
    [
        ev.CockpitOpened(host="tower", user="ben", pid=2, version="0"),
        ev.DriverTook(host="tower", user="ben", pid=2),
    ],
    ids=lambda body: body.kind,
)
def test_a_driver_that_crashed_is_gone_once_another_one_drives(story: Story, body: ev.Body) -> None:
    last = story.events[-1]
    stood_by = ev.CockpitOpened(host="tower", user="ben", pid=2, version="0", drives=False)
    for said in (stood_by, body):
        event = last.model_copy(update={"origin": "cockpit@tower:2", "actor": "ben", "body": said})
        story.state = fold(story.state, event)
    assert [seat.operator for seat in story.state.seats.values()] == ["ben"]
    assert story.state.driver == "ben@tower:2"


# --- whose keys these are


def test_the_login_of_an_operator_is_learned_once_and_another_one_shows(story: Story) -> None:
    assert story.state.other_login(HERE) == ""
    story.does(see("ada-login"), "warroom")
    assert story.state.other_login(HERE) == ""
    assert story.refuses(see("ada-login")) == "no change"
    story.does(see("ben-login"), "warroom")
    assert story.state.other_login(HERE) == "ben-login"
    story.does(take("ben", claim=True), "ben")
    story.does(see("ben-login"), "warroom")
    assert story.state.other_login(HERE) == ""
    story.does(take("ada", claim=True), "ada")
    story.does(see("ben-login"), "warroom")
    assert story.state.other_login(HERE) == "ben-login", "ben says that he is ada"


# --- two people


def sign(by: str, item: str = "backup") -> Wish:
    return partial(decisions.tick, item=item, note="", value="", seen=(), by=by)


def skip(by: str) -> Wish:
    return partial(decisions.skip, item="card", reason="no cards here", by=by)


def run(by: str) -> Wish:
    def wish(agreed: Definitions, state: Release) -> decisions.Decision:
        return decisions.start_step(agreed, state, "deploy", LAUNCH, by=by)

    return wish


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (sign, ev.SelfConfirmationRefused(act="tick", item="backup")),
        (skip, ev.SelfConfirmationRefused(act="skip", item="card")),
        (lambda by: arm_rollback(by), ev.SelfConfirmationRefused(act="arm")),
    ],
)
def test_confirming_oneself_is_refused_and_journaled_once_for_each_signature(
    story: Story, wish: "object", told: ev.Body
) -> None:
    assert callable(wish)
    story.does(wish("ada"), "ada")
    refused = wish("ada")(story.plan, story.state)
    assert isinstance(refused, JournaledRefusal)
    assert refused.event == told
    story.does(lambda _plan, _state: (refused.event,), "ada")
    again = wish("ada")(story.plan, story.state)
    assert type(again) is Refusal, "a key that is held down must not fill the journal"
    assert again.reason == refused.reason
    story.does(wish("ben"), "ben")


def test_crossing_a_point_of_no_return_alone_is_journaled_too() -> None:
    story = Story()
    deploy = story.plan.binding("deploy").model_copy(update={"point_of_no_return": True})
    bindings = story.plan.bindings.model_copy(update={"item": {"deploy": deploy}})
    story.plan = story.plan.model_copy(update={"bindings": bindings})
    story.does(sign("ada", "deploy"), "ada")
    refused = run("ada")(story.plan, story.state)
    assert isinstance(refused, JournaledRefusal)
    assert refused.event == ev.SelfConfirmationRefused(act="step", item="deploy")


def test_a_room_stores_what_a_refusal_tells_and_refuses_all_the_same(tmp_path: Path) -> None:
    journal = begin(tmp_path / "r.journal")
    room = enter(journal)
    with closing(room.journal):
        first, second, note = room.act_all(
            [
                Act(arm_rollback("ada"), "ada"),
                Act(arm_rollback("ada"), "ada"),
                Act(partial(decisions.note, item="", text="then"), "ben"),
            ]
        )
        assert isinstance(first, tuple)
        assert isinstance(second, Refused)
        assert "ada has signed already" in str(second)
        assert isinstance(note, tuple)
        assert [event.body.kind for event in note] == ["noted"]
        assert room.release.rollback.armed[0].tried
    told = [event for event in stored(journal) if isinstance(event.body, ev.SelfConfirmationRefused)]
    assert [(event.actor, event.body.subject) for event in told] == [("ada", "rollback")]


def test_whether_a_key_was_used_is_decided_where_nobody_comes_between(tmp_path: Path) -> None:
    journal = begin(tmp_path / "r.journal")
    mine = enter(journal)
    theirs = Room(open_journal(journal, patience_s=0.05), StillClock(), origin="cli@tower:3")
    once = Once("job-7", ("noted",), {"text": "mine"})

    def meanwhile(agreed: Definitions, state: Release) -> decisions.Decision:
        with pytest.raises(Busy):
            theirs.act(partial(decisions.note, item="", text="theirs"), actor="ben", once=once)
        return decisions.note(agreed, state, "", text="mine")

    with closing(mine.journal), closing(theirs.journal):
        (event,) = mine.act(meanwhile, actor="ada", once=once)
        assert event.id == once.event_id(mine.journal.id)
        with pytest.raises(Refused, match="was used for another act"):
            theirs.act(partial(decisions.note, item="", text="theirs"), actor="ben", once=once)


# --- machines


def gated() -> Story:
    story = Story()
    gates = {"day": Gate(roles=("sre",))}
    bindings: Bindings = two_people().bindings.model_copy(update={"gate": gates})
    story.plan = story.plan.model_copy(update={"bindings": bindings})
    return story


VOTES = (ev.Vote(role="sre", say="go", by="ci:9"),)


@pytest.mark.parametrize(
    ("wish", "what"),
    [
        (sign("ci:9"), "sign for an item that takes two people"),
        (skip("ci:9"), "skip a required item"),
        (arm_rollback("ci:9"), "arm a rollback"),
        (
            partial(trigger_decisions.hold, name="sick", minutes=5, seen=(), by="ci:9"),
            "answer what a trigger asks",
        ),
        (
            partial(trigger_decisions.override, name="sick", reason="it is only a test", seen=(), by="ci:9"),
            "answer what a trigger asks",
        ),
        (partial(gate_decisions.poll, phase="day", votes=VOTES, seen=()), "answer a poll"),
        (
            partial(gate_decisions.open_gate, phase="day", verdicts=(), risk="we know what we do", by="ci:9"),
            "accept a risk",
        ),
    ],
)
def test_what_no_machine_may_do(wish: Wish, what: str) -> None:
    assert f"ci:9 is a machine, and a machine cannot {what}" in gated().refuses(wish)


def test_a_machine_ticks_what_takes_one(story: Story) -> None:
    story.does(tick("deploy"), "ci:9")
    assert story.state.item("deploy").by == "ci:9"


# --- a live release


def test_a_watcher_takes_no_seat_and_every_cockpit_has_its_own(tmp_path: Path) -> None:
    journal = begin(tmp_path / "r.journal")
    sampler = Sampler(SystemClock(), open_source=silent)
    here = Here(user="ada", host="tower", pid=1, base=Path("/"))
    with watch(journal, sampler, here) as looking:
        with pytest.raises(Refused, match="only watches"):
            looking.seat.take("ben", claim=True).result()
        with drive(journal, sampler, here, operator="ada") as live:
            assert live.operator == "ada"
    assert [event.body.kind for event in stored(journal)] == ["release_started"]
