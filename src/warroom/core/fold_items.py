"""The branches of `fold` for items: what people said of them."""

from warroom.core import events as ev
from warroom.core.release import Release
from warroom.core.states import ItemSignature, ItemStatus


def item_done(body: ev.ItemDone, state: Release, event: ev.Event) -> Release:
    return said(state, event, body.item, "done", body.note).with_item(
        body.item, value=body.value, n=body.n, accepted=body.accepted, sensed=body.sensed
    )


def item_skipped(body: ev.ItemSkipped, state: Release, event: ev.Event) -> Release:
    return said(state, event, body.item, "skipped", body.reason)


def item_failed(body: ev.ItemFailed, state: Release, event: ev.Event) -> Release:
    return said(state, event, body.item, "failed", body.reason)


def item_begun(body: ev.ItemBegun, state: Release, event: ev.Event) -> Release:
    return said(state, event, body.item, "doing", "")


def item_not_applicable(body: ev.ItemNotApplicable, state: Release, event: ev.Event) -> Release:
    return said(state, event, body.item, "n/a", body.reason)


def item_deferred(body: ev.ItemDeferred, state: Release, event: ev.Event) -> Release:
    return said(state, event, body.item, "deferred", body.reason).with_item(body.item, deferred_to=body.phase)


def item_blocked(body: ev.ItemBlocked, state: Release, event: ev.Event) -> Release:
    return said(state, event, body.item, "blocked", body.reason)


def skip_signed(body: ev.SkipSigned, state: Release, event: ev.Event) -> Release:
    return state.with_item(body.item, skip_signed=ItemSignature(by=event.actor, at_us=event.at_us, text=body.reason))


def item_stale(body: ev.ItemStale, state: Release, _event: ev.Event) -> Release:
    return state.with_item(body.item, stale=body.why)


def item_true_again(body: ev.ItemTrueAgain, state: Release, _event: ev.Event) -> Release:
    return state.with_item(body.item, stale="")


def item_reopened(body: ev.ItemReopened, state: Release, event: ev.Event) -> Release:
    return said(state, event, body.item, "open", body.reason)


def item_taken_back(body: ev.ItemTakenBack, state: Release, event: ev.Event) -> Release:
    return said(state, event, body.item, "open", body.detail).with_item(body.item, taken_back=True)


def item_signed(body: ev.ItemSigned, state: Release, event: ev.Event) -> Release:
    signed = ItemSignature(
        by=event.actor, at_us=event.at_us, text=body.note, value=body.value, n=body.n, accepted=body.accepted
    )
    return state.with_item(body.item, signed=signed)


def point_crossed(body: ev.PointCrossed, state: Release, event: ev.Event) -> Release:
    return state.model_copy(update={"crossed": {**state.crossed, body.item: event.at_us}})


def noted(body: ev.Noted, state: Release, _event: ev.Event) -> Release:
    return state.with_item(body.item, notes=state.item(body.item).notes + 1) if body.item else state


def evidence_added(body: ev.EvidenceAdded, state: Release, _event: ev.Event) -> Release:
    return state.with_item(body.item, evidence=state.item(body.item).evidence + 1)


def said(state: Release, event: ev.Event, item: str, status: ItemStatus, text: str) -> Release:
    """Whatever is said of an item replaces what was said before; the events stay."""
    return state.with_item(
        item,
        status=status,
        at_us=event.at_us,
        by=event.actor,
        text=text,
        value="",
        n=None,
        accepted="",
        sensed=False,
        signed=None,
        skip_signed=None,
        deferred_to="",
        stale="",
        taken_back=False,
    )


BRANCHES = (
    item_done,
    item_skipped,
    item_failed,
    item_begun,
    item_not_applicable,
    item_deferred,
    item_blocked,
    skip_signed,
    item_stale,
    item_true_again,
    item_reopened,
    item_taken_back,
    item_signed,
    point_crossed,
    noted,
    evidence_added,
)
