"""How many examples the property tests look at: one knob for all of them. None is timed: a busy machine is no fault."""

from __future__ import annotations

import os

from hypothesis import settings

IS_SOAK = bool(os.environ.get("GUANXI_SOAK"))
MULTIPLIER = max(1, int(os.environ.get("GUANXI_SOAK") or "1"))

settings.register_profile("gate", derandomize=True, deadline=None)
settings.register_profile("soak", derandomize=False, deadline=None)


def load_profile() -> None:
    """A gate asks the same questions each time, so that it is red for a change only; a soak asks new ones."""
    settings.load_profile("gate" if MULTIPLIER == 1 else "soak")


def examples(number: int, *, soak: int = 0) -> int:
    """`number` examples, times `GUANXI_SOAK`, which `make soak` sets; of a soak, at least `soak`."""
    return max(number * MULTIPLIER, soak if IS_SOAK else 0)
