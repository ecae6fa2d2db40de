"""What the brand sells and says: models with prices, contents, campaigns, consultants' notes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from seed.draw import pick


@dataclass(frozen=True, slots=True)
class Model:
    """A model: its VIN body code, prices (whole CNY and EUR) and words for it in notes."""

    id: str
    body: str
    cny: int
    eur: int
    electric: bool
    chinese: str
    english: str


MODELS: Final = (
    Model("heron-s", "16AE7", 159_800, 27_900, False, "紧凑型轿车", "compact saloon"),
    Model("heron-e", "16BE9", 189_800, 31_900, True, "纯电轿车", "electric saloon"),
    Model("crane-x", "25CH3", 219_800, 35_900, True, "混动SUV", "hybrid SUV"),
    Model("crane-x7", "27CH5", 259_800, 42_500, True, "七座混动SUV", "seven-seat hybrid SUV"),
    Model("kestrel-gt", "18DP2", 329_800, 54_900, True, "纯电轿跑", "electric coupé"),
    Model("marten-v", "31FV8", 289_800, 47_900, False, "家用MPV", "family van"),
)

CONTENTS: Final = (
    ("content-hybrid-range", "混动续航实测", "Hybrid range, measured"),
    ("content-family-space", "一家五口的空间", "Room for five"),
    ("content-owner-story", "车主故事", "An owner's story"),
    ("content-safety-test", "碰撞测试解读", "The crash test explained"),
    ("content-finance-0", "两年零息方案", "Two years at zero interest"),
    ("content-road-trip", "川藏线自驾", "Across the Alps"),
    ("content-charging", "十分钟补能", "Charged in ten minutes"),
    ("content-colour-2026", "2026新色", "The colours of 2026"),
)

CAMPAIGNS: Final = (
    "spring-auto-show",
    "618-festival",
    "golden-autumn",
    "double-eleven",
    "owner-referral",
    "hybrid-launch",
    "always-on-search",
)

# By intent tier, after docs/product.md §2; {kind} is the model's kind, {budget} in 10,000 CNY or in EUR.
_CHINESE_NOTES: Final = {
    "C": (
        "客户只是随便了解一下，暂无购车计划，先加微信保持联系",
        "在网上看到视频来咨询，还没考虑预算，月底再联系",
        "关注品牌动态，想等明年新款，目前观望",
    ),
    "B": (
        "想看看SUV，需求还不明确，家里两个孩子，喜欢露营",
        "已到店看车，主要上下班代步，做IT工作，家住附近",
        "想换辆大一点的车，对{kind}有兴趣，还要和家人商量",
    ),
    "A": (
        "家用为主，空间要大，已试驾{kind}，聊了一个多小时，约了周末再来",
        "明确看中{kind}，详细问了配置，对价格比较敏感，需要金融方案",
        "试驾后很满意，担心续航，已发对比资料，下周二复访",
    ),
    "H": (
        "{kind}，{budget}万以内，本周定车，要白色，竞品在看汉兰达和唐DM",
        "到店谈价，要求送行车记录仪和贴膜，全款，月底前提车",
        "预算{budget}万，{kind}顶配，问了交车时间和置换补贴，今天基本能定",
    ),
}
_ENGLISH_NOTES: Final = {
    "C": (
        "Just looking around, no plan to buy yet; keep in touch",
        "Saw a video and asked for a brochure, no budget named",
        "Waits for next year's model, only follows the brand",
    ),
    "B": (
        "Looking at SUVs, nothing definite; two children, likes camping",
        "Came in to see the cars, commutes 40 km, works in IT",
        "Wants something bigger, curious about the {kind}, will talk at home",
    ),
    "A": (
        "Family car with much space; drove the {kind}, we talked for over an hour; back on Saturday",
        "Clear about the {kind}, asked for every option, price matters, wants a finance plan",
        "Liked the test drive, worried about range; sent the comparison, next visit on Tuesday",
    ),
    "H": (
        "{kind}, within {budget} EUR, decides this week; white; compares with the Tiguan",
        "Negotiating in store: tow bar and winter tyres included, pays cash, delivery this month",
        "Budget {budget} EUR, {kind} with all options, asked for delivery date and trade-in",
    ),
}


def note(rng: Random, *, tier: str, model: Model, chinese: bool) -> str:
    """What the consultant writes after a talk with a person of that intent tier (C, B, A or H)."""
    template = pick(rng, (_CHINESE_NOTES if chinese else _ENGLISH_NOTES)[tier])
    budget = -(-model.cny // 50_000) * 5 if chinese else -(-model.eur // 1_000) * 1_000
    return template.format(kind=model.chinese if chinese else model.english, budget=budget)


def price(rng: Random, *, model: Model, chinese: bool) -> tuple[str, str]:
    """What the person pays, after a discount of up to 6 %: (decimal text, currency)."""
    listed = model.cny if chinese else model.eur
    return f"{int(listed * (1 - rng.random() * 0.06)) // 100 * 100}.00", "CNY" if chinese else "EUR"
