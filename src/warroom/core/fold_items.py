"""The branches of `fold` for items: what people said of them."""

from warroom.core import events as ev
from warroom.core.release import Release
from warroom.core.states import ItemStatus, Signature


def item_done(body: ev.ItemDone, state: Release, event: ev.Event) -> Release:
    return _said(state, event, body.item, "done", body.note, body.value)


def item_skipped(body: ev.ItemSkipped, state: Release, event: ev.Event) -> Release:
    return _said(state, event, body.item, "skipped", body.reason)


def item_failed(body: ev.ItemFailed, state: Release, event: ev.Event) -> Release:
    return _said(state, event, body.item, "failed", body.reason)


def item_reopened(body: ev.ItemReopened, state: Release, event: ev.Event) -> Release:
    return _said(state, event, body.item, "open", body.reason)


def item_taken_back(body: ev.ItemTakenBack, state: Release, event: ev.Event) -> Release:
    return _said(state, event, body.item, "open", body.detail).with_item(body.item, taken_back=True)


def item_signed(body: ev.ItemSigned, state: Release, event: ev.Event) -> Release:
    return state.with_item(body.item, signed=Signature(by=event.actor, at_us=event.at_us))


def point_crossed(body: ev.PointCrossed, state: Release, event: ev.Event) -> Release:
    return state.model_copy(update={"crossed": {**state.crossed, body.item: event.at_us}})


def noted(body: ev.Noted, state: Release, _event: ev.Event) -> Release:
    return state.with_item(body.item, notes=state.item(body.item).notes + 1) if body.item else state


def _said(state: Release, event: ev.Event, item: str, status: ItemStatus, text: str, value: str = "") -> Release:
    """Whatever is said of an item replaces what was said before; the events stay."""
    return state.with_item(
        item,
        status=status,
        at_us=event.at_us,
        by=event.actor,
        text=text,
        value=value,
        signed=None,
        taken_back=False,
    )


BRANCHES = (
    item_done,
    item_skipped,
    item_failed,
    item_reopened,
    item_taken_back,
    item_signed,
    point_crossed,
    noted,
)
