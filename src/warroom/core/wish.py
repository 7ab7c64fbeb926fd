"""What somebody wants to happen, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass

from warroom.core.body import Body
from warroom.core.definitions import Definitions
from warroom.core.release import Release


@dataclass(frozen=True)
class Refusal:
    """Nothing happened, and why."""

    reason: str


@dataclass(frozen=True)
class JournaledRefusal(Refusal):
    """Nothing happened but `event`: that it was tried is put on record."""

    event: Body


Decision = tuple[Body, ...] | Refusal
Wish = Callable[[Definitions, Release], Decision]
"""A wish with its arguments bound; only plan and state are open."""
