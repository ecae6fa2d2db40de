"""How many examples the property tests look at: one knob for all of them."""

from __future__ import annotations

import os

MULTIPLIER = max(1, int(os.environ.get("GUANXI_SOAK") or "1"))


def examples(number: int) -> int:
    """`number` examples, times `GUANXI_SOAK`, which `make soak` sets."""
    return number * MULTIPLIER
