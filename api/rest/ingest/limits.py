"""What one client may send: sizes, counts and rates. Numbers are Segment's where Segment has one."""

from __future__ import annotations

from typing import Final

from api.rates import Rate

MAX_BODY_BYTES: Final = 512_000
"""Of a body, as sent and as unpacked."""

MAX_EVENTS: Final = 5_000
"""Of a batch."""

EVENTS: Final = Rate(per_second=5_000, burst=20_000)
"""Events that one key may send, unless the settings say otherwise."""
