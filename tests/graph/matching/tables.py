"""Tables of people that nobody tuned for: deterministic, dirty, with truth. Nothing in them is real."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass

from graph.ingest.normalise.values import words
from graph.matching.record import MatchRecord

_SYLLABLES = [consonant + vowel for consonant in "bdfghklmnprstv" for vowel in "aeo"]
_GIVEN = sorted(
    words("""
        john mary william anna george elizabeth thomas margaret james jane robert
        sarah henry alice charles ellen edward emily joseph emma frederick florence
        arthur harriet walter martha alfred ada samuel catherine david edith richard
        ann frank rose daniel caroline peter lucy
    """)
)
_SHORT = dict(
    pair.split("-")
    for pair in sorted(
        words("""
        william-bill elizabeth-liz robert-bob margaret-peggy thomas-tom richard-dick john-jack henry-harry
        catherine-kate samuel-sam edward-ned mary-molly
        """)
    )
)
_SURNAMES_CN = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
)
_GIVEN_CN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文斌"
    "红波辉鹏飞鑫雪琳宇婷浩然子轩梓涵思佳欣怡晨曦志远晓东海燕春梅冬"
)
_TRADITIONAL = dict(zip("张刘陈伟国华丽兰杰", "張劉陳偉國華麗蘭傑", strict=True))
_HOMOPHONES = dict(zip("伟明芳静军晓杰宇思佳", "玮铭方婧君小洁雨斯嘉", strict=True))
_STREETS_CN = [
    f"{name}路"
    for name in ("人民", "中山", "解放", "建设", "和平", "新华", "文化", "长江", "黄河", "南京", "青年")
]
_CITIES_CN = ["上海", "北京", "广州", "深圳", "杭州", "南京", "成都", "武汉", "西安", "苏州", "重庆", "天津"]


@dataclass(frozen=True, slots=True)
class Table:
    """Records and for each record's id its person."""

    records: list[MatchRecord]
    truth: dict[str, int]

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """All pairs of one person, each in order."""
        people: dict[int, list[str]] = {}
        for record, person in self.truth.items():
            people.setdefault(person, []).append(record)
        return {(a, b) for held in people.values() for a in held for b in held if a < b}


def _word(draw: random.Random, syllables: int) -> str:
    return "".join(draw.choice(_SYLLABLES) for _ in range(syllables)) + draw.choice(["", "n", "s", "r", "th"])


def _skewed(draw: random.Random, values: list[str]) -> str:
    return values[int(len(values) * draw.random() ** 2.2)]


def _gap(draw: random.Random, share: float, value: str) -> str | None:
    return None if draw.random() < share else value


def _day(draw: random.Random, first: int, last: int) -> str:
    return f"{draw.randint(first, last)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"


def _typo(draw: random.Random, text: str, letters: str = string.ascii_lowercase) -> str:
    if len(text) < 2:
        return text
    at = draw.randrange(len(text) - 1)
    match draw.randrange(4):
        case 0:
            return text[:at] + draw.choice(letters) + text[at + 1 :]
        case 1:
            return text[:at] + text[at + 1 :]
        case 2:
            return text[:at] + draw.choice(letters) + text[at:]
        case _:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def historical(people: int = 1200, *, seed: int = 1) -> Table:
    """Names, birth date, birth place, postcode, occupation, gender: no phone, many gaps, several errors at once.

    A third of the birth dates are known as the first of January; families share surname, place and postcode.
    """
    draw = random.Random(seed)
    surnames = [_word(draw, draw.randint(2, 3)) for _ in range(people // 3)]
    places = [_word(draw, draw.randint(2, 4)) for _ in range(90)]
    codes = {
        place: [f"{place[:2]}{draw.randrange(10, 99)}{draw.randrange(1, 9)}{place[-2:]}" for _ in range(12)]
        for place in places
    }
    jobs = [_word(draw, 3) for _ in range(60)]
    records: list[MatchRecord] = []
    truth: dict[str, int] = {}
    home = ("", "", "")
    for person in range(people):
        if person % 4 == 0 or draw.random() < 0.55:
            place = _skewed(draw, places)
            home = (_skewed(draw, surnames), place, draw.choice(codes[place]))
        family, place, code = home
        given = _skewed(draw, _GIVEN)
        middle = _skewed(draw, _GIVEN) if draw.random() < 0.3 else ""
        year, day = draw.randint(1800, 1950), f"{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
        birth = f"{year}-01-01" if draw.random() < 0.33 else f"{year}-{day}"
        job, gender = _skewed(draw, jobs), draw.choice(["male", "female"])
        for copy in range(1 + int(draw.random() ** 2 * 7)):
            dirty = draw.random() < 0.75 and copy > 0

            def hit(share: float, dirty: bool = dirty) -> bool:
                return dirty and draw.random() < share

            said = _SHORT.get(given, given) if hit(0.15) else given
            said = _typo(draw, said) if hit(0.25) else said
            last = _typo(draw, family) if hit(0.3) else family
            if hit(0.06):
                said, last = last, said
            full = f"{said} {middle} {last}" if middle and not hit(0.4) else f"{said} {last}"
            born = birth
            if hit(0.2):
                born = _typo(draw, born.replace("-", ""), string.digits)
            elif hit(0.1):
                born = f"{year}-01-01"
            others = {} if hit(0.35) else {"birth_place": _typo(draw, place) if hit(0.15) else place}
            if not hit(0.5):
                others["occupation"] = job if not hit(0.35) else _skewed(draw, jobs)
            identity = f"h{len(records):06d}"
            truth[identity] = person
            records.append(
                MatchRecord(
                    id=identity,
                    full=full,
                    birth_date=None if hit(0.2) else born,
                    postcode=None if hit(0.3) else _typo(draw, code) if hit(0.25) else code,
                    gender=None if hit(0.4) else gender,
                    others=others,
                )
            )
    return Table(records, truth)


def households(people: int = 1200, *, seed: int = 2) -> Table:
    """Latin families at one address with one phone; siblings, twins, fathers and sons; some e-mail, many gaps."""
    draw = random.Random(seed)
    surnames = [_word(draw, 2) for _ in range(150)]
    streets = [f"{_word(draw, 2)} street" for _ in range(120)]
    cities = [_word(draw, 3) for _ in range(25)]
    records: list[MatchRecord] = []
    truth: dict[str, int] = {}
    person = 0
    while person < people:
        family, city = _skewed(draw, surnames), _skewed(draw, cities)
        address = f"{draw.randint(1, 200)} {draw.choice(streets)}"
        code = f"{cities.index(city):02d}{draw.randrange(30):03d}"
        phone = f"+49151{draw.randrange(10**7):07d}"
        twins = draw.random() < 0.06
        birthday = _day(draw, 1940, 2005)
        names = draw.sample(_GIVEN, k=draw.choice([1, 1, 2, 3, 4]))
        for given in names:
            birth = birthday if twins else _day(draw, 1940, 2005)
            mail = f"{given}.{family}{draw.randrange(100)}@{draw.choice(['mail.example', 'post.example'])}"
            for copy in range(draw.choice([1, 1, 2, 2, 3, 4])):
                dirty = copy > 0

                def hit(share: float, dirty: bool = dirty) -> bool:
                    return dirty and draw.random() < share

                said = _SHORT.get(given, given) if hit(0.15) else _typo(draw, given) if hit(0.12) else given
                last = _typo(draw, family) if hit(0.15) else family
                if hit(0.05):
                    said, last = last, said
                moved = hit(0.15)
                born = _typo(draw, birth.replace("-", ""), string.digits) if hit(0.12) else birth
                wrong = _typo(draw, mail.partition("@")[0]) + "@mail.example" if hit(0.2) else mail
                lives = _typo(draw, address) if hit(0.2) else address
                if moved:
                    lives = f"{draw.randint(1, 200)} {draw.choice(streets)}"
                identity = f"p{len(records):06d}"
                truth[identity] = person
                records.append(
                    MatchRecord(
                        id=identity,
                        given=said,
                        family=last,
                        birth_date=_gap(draw, 0.25, born),
                        phones=() if draw.random() < 0.5 else (phone,),
                        emails=() if draw.random() < 0.6 else (wrong,),
                        address=_gap(draw, 0.15, lives),
                        city=_gap(draw, 0.1, _skewed(draw, cities) if moved else city),
                        postcode=None if moved else _gap(draw, 0.2, code),
                    )
                )
            person += 1
    return Table(records, truth)


def chinese(people: int = 1200, *, seed: int = 3) -> Table:
    """Chinese names with variants, homophones, pinyin and honorifics; half the phones, addresses of 15 streets."""
    draw = random.Random(seed)
    surnames, characters = list(_SURNAMES_CN), list(_GIVEN_CN)
    records: list[MatchRecord] = []
    truth: dict[str, int] = {}
    family, address, city = "王", "", ""
    for person in range(people):
        if person % 3 == 0 or draw.random() < 0.5:
            family = _skewed(draw, surnames)
            door = f"{draw.randint(1, 30)}栋{draw.randint(1, 28)}0{draw.randint(1, 4)}室"
            address = f"{draw.choice(_STREETS_CN)}{draw.randint(1, 300)}号{door}"
            city = _skewed(draw, _CITIES_CN)
        given = "".join(_skewed(draw, characters) for _ in range(draw.choice([1, 2, 2, 2])))
        birth = _day(draw, 1950, 2004)
        phone = f"+861{draw.choice('3589')}{draw.randrange(10**9):09d}"
        model = draw.choice(["es6", "et5", "model3", "modely", "p7", "g6", "han", "seal"])
        for copy in range(draw.choice([1, 2, 2, 3, 4])):
            dirty = copy > 0

            def hit(share: float, dirty: bool = dirty) -> bool:
                return dirty and draw.random() < share

            name = family + given
            if hit(0.12):
                name = "".join(_TRADITIONAL.get(char, char) for char in name)
            if hit(0.15):
                name = family + "".join(_HOMOPHONES.get(char, char) for char in given)
            if hit(0.06):
                name = family + draw.choice(["先生", "女士"])
            born = _typo(draw, birth.replace("-", ""), string.digits) if hit(0.15) else birth
            called = _typo(draw, phone, string.digits) if hit(0.15) else phone
            identity = f"c{len(records):06d}"
            truth[identity] = person
            records.append(
                MatchRecord(
                    id=identity,
                    full=name,
                    birth_date=_gap(draw, 0.3, born),
                    phones=() if draw.random() < 0.55 else (called,),
                    address=_gap(draw, 0.3, address.replace("号", "") if hit(0.2) else address),
                    city=_gap(draw, 0.15, city),
                    others={} if draw.random() < 0.3 else {"favourite_model": model},
                )
            )
    return Table(records, truth)
