"""Values that clients and files really send, for property tests of normalisation."""

from __future__ import annotations

from hypothesis import strategies as st

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60)  # lone surrogates and controls included
NASTY_TEXT = st.sampled_from(
    ["", " ", "\ufeff", "\u200b", "\x00", "\ud800", "138\ud800", "null", "NaN", "0", "-1", "１３８", "٣" * 11]
)
SHAPED_TEXT = st.from_regex(r"[0-9A-Za-z+@*._\- 王·０-９]{0,24}", fullmatch=True)
TEXT = ANY_TEXT | NASTY_TEXT | SHAPED_TEXT

JSON_VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**20, max_value=10**400)
    | st.floats(allow_nan=True, allow_infinity=True)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)

CHINESE_MOBILE = st.integers(min_value=13_000_000_000, max_value=13_999_999_999).map(str)
