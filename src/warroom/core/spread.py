"""How long something takes, from several times that it was done."""

from warroom.core.base import Frozen


class Spread(Frozen):
    """How long something took in `n` cases, in seconds."""

    n: int
    p50_s: float
    p90_s: float
