"""Evidence as hypothesis makes it up."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from graph.clock import DAY
from graph.fraud.evidence import CODES, Beside, Ends, Evidence, Home, Paid, Said, Share, Staff

NOW = 1_795_000_000_000_000
ENDS = Ends("r", "c", NOW, "pa", "A", "pb", "B")
THINGS = sorted(kind for kind in CODES if kind not in ("payer", "household"))

times = st.integers(-100, 100).map(lambda days: NOW + days * DAY)
people = st.integers(2, 9)


@st.composite
def shares(draw: st.DrawFn) -> Share:
    """Something of both; in a test both ends may show it on another of their profiles."""
    left, right = draw(st.sampled_from(["pa", "pa2"])), draw(st.sampled_from(["pb", "pb2"]))
    kind, key = draw(st.sampled_from(THINGS)), draw(st.sampled_from(["k1", "k2"]))
    return Share(kind, key, left, right, draw(people), draw(st.sampled_from([0, 600 * DAY])))


homes = st.builds(
    Home,
    st.just("household-1"),
    st.sampled_from([0.5, 0.9]),
    st.sampled_from([0.6, 1.0]),
    st.frozensets(st.sampled_from(["phone", "address", "familyName", "ages"]), max_size=3),
)
paid = st.builds(Paid, st.sampled_from([(("payer", "pa", "v1"), ("vehicle", "v1", "pb"))]), st.integers(0, 9))
staff = st.builds(
    Staff,
    st.just("tag"),
    st.sampled_from(["staff", "vip"]),
    st.just("ps"),
    st.just("S"),
    st.one_of(
        st.none(), st.builds(Share, st.just("deviceId"), st.just("k9"), st.just("ps"), st.just("pa"), people)
    ),
)
said = st.builds(
    Said,
    st.sampled_from(["t1", "t2", "t3"]),
    st.sampled_from(["pb", "pb2"]),
    st.sampled_from(["enquiry", "storeVisit", "testDrive", "order", "orderCancellation"]),
    st.just("f"),
    times,
    st.sampled_from([None, 0, 600]),
    st.sampled_from([None, 5.0, 200.0]),
)
beside = st.builds(
    Beside,
    st.just("r2"),
    st.one_of(times, st.integers(NOW, NOW + DAY // 20)),
    st.sampled_from([None, *"uvwxyz"]),
)

evidence = st.builds(
    Evidence,
    ends=st.sampled_from([ENDS, ENDS, replace(ENDS, friend=ENDS.referrer)]),
    shares=st.lists(shares(), max_size=5),
    homes=st.lists(homes, max_size=1),
    colleagues=st.booleans(),
    paid=st.lists(paid, max_size=2),
    staff=st.lists(staff, max_size=3),
    said=st.lists(said, max_size=5),
    beside=st.lists(beside, max_size=12),
    rewarded_at=st.one_of(st.none(), times),
)
