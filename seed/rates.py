"""How often each phenomenon happens in the made-up world: the one place; `docs/seed.md` shows this table.

`tests/seed/test_rates.py` measures each in generated items and holds it within 10 % of what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rate:
    """A phenomenon: its share of the units named by `of`, and what happens."""

    name: str
    share: float
    of: str
    meaning: str


SHARED_PHONE: Final = Rate(
    "shared household phone",
    0.08,
    "households",
    "all its two or more people give one person's phone as their own",
)
RECYCLED_PHONE: Final = Rate(
    "recycled phone", 0.01, "people", "use a number that somebody else left silent for over 540 days before"
)
RESOLD_CAR: Final = Rate(
    "resold car", 0.05, "delivered cars", "are later driven, and serviced, by a person of another household"
)
TYPO: Final = Rate(
    "typo", 0.04, "file records", "have one slip of the pen in the name, the phone or the birth date"
)
CONSULTANT_PHONE: Final = Rate(
    "consultant's phone", 0.01, "file records", "bear the number of the sales consultant who entered them"
)
DUPLICATE_RECORD: Final = Rate(
    "duplicate record", 0.03, "people in a brand CRM", "are there twice, under two record ids"
)
TWO_PHONES: Final = Rate("two phones", 0.10, "people", "use two numbers of their own, now one, now the other")
TABLET: Final = Rate(
    "showroom tablet",
    0.10,
    "people",
    "sign in on a dealer's tablet, so that its anonymousId and device cling to them",
)
SHARED_COMPUTER: Final = Rate(
    "shared computer",
    0.03,
    "households",
    "two of its people sign in to the website from one browser (one cookie)",
)
TWINS: Final = Rate("twins", 0.01, "households", "have grown-up twins: one birthday, one family name")
NAMESAKES: Final = Rate(
    "father and son of one name",
    0.01,
    "European households",
    "have a father and a son with the same full name",
)
FLEET: Final = Rate(
    "company fleet",
    0.01,
    "households",
    "are a company and three to six drivers of its cars, who give its phone and e-mail at the dealer",
)
FALSE_CLAIM: Final = Rate(
    "false claim",
    0.02,
    "people",
    "have their phone typed into one to three web forms by strangers, under false names",
)
PARTIAL_NAME: Final = Rate(
    "partial name", 0.20, "named Chinese leads of douyin and autohome", "say only 王先生 or 王女士"
)
MASKED_PHONE: Final = Rate("masked phone", 0.90, "tmall buyers", "show 138****5678 in place of the number")
VIRTUAL_PHONE: Final = Rate(
    "virtual phone", 0.10, "autohome leads", "give a relay number (95013 …) in place of the person's own"
)
PLACEHOLDER: Final = Rate(
    "placeholder", 0.02, "leads", "fill a form with 13800138000, 00000000 or null as phone and guest as name"
)
DOUBLED: Final = Rate("doubled event", 0.02, "events", "arrive twice with one messageId")
OUT_OF_ORDER: Final = Rate("out-of-order event", 0.03, "events", "arrive after younger ones of the household")
LATE: Final = Rate(
    "late event", 0.01, "events", "arrive after one of the household that is 30 days younger or more"
)

ALL: Final = (
    SHARED_PHONE,
    RECYCLED_PHONE,
    RESOLD_CAR,
    TYPO,
    CONSULTANT_PHONE,
    DUPLICATE_RECORD,
    TWO_PHONES,
    TABLET,
    SHARED_COMPUTER,
    TWINS,
    NAMESAKES,
    FLEET,
    FALSE_CLAIM,
    PARTIAL_NAME,
    MASKED_PHONE,
    VIRTUAL_PHONE,
    PLACEHOLDER,
    DOUBLED,
    OUT_OF_ORDER,
    LATE,
)

PHONE_SILENCE_DAYS: Final = 540
"""A number is given to somebody else only after more days of silence than these."""

LATE_DAYS: Final = 30


def table() -> str:
    """The phenomena as a Markdown table; `docs/seed.md` contains it word for word."""
    head = "| phenomenon | share | of | what happens |\n| --- | --- | --- | --- |\n"
    return head + "".join(f"| {r.name} | {r.share * 100:.0f} % | {r.of} | {r.meaning} |\n" for r in ALL)
