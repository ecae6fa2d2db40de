"""Every namespace: tables of what people really send, and the laws of `identifier`."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.ingest.normalise import Namespace, Normal, RefusalCode, Refused, address_key, identifier
from tests.graph.ingest.normalise.strategies import CHINESE_MOBILE, JSON_VALUE, TEXT
from tests.laws import examples

OPAQUE = sorted(
    set(Namespace)
    - {
        Namespace.PHONE,
        Namespace.EMAIL,
        Namespace.GOVERNMENT_ID,
        Namespace.VIN,
        Namespace.PLATE,
        Namespace.ADDRESS,
    }
)


def value_of(namespace: str, raw: object, region: str = "CN") -> str:
    """The normalised value, or the code of the refusal."""
    found = identifier(namespace, raw, region=region)
    return found.value if isinstance(found, Normal) else f"!{found.code}"


class TestLaws:
    @settings(max_examples=examples(200), deadline=None)
    @given(
        namespace=st.sampled_from(sorted(Namespace)),
        raw=JSON_VALUE,
        region=st.sampled_from(["CN", "DE", "??"]),
    )
    def test_any_json_value_is_answered_and_normal_values_are_fixed_points(
        self, namespace: Namespace, raw: object, region: str
    ) -> None:
        found = identifier(namespace, raw, region=region)
        if isinstance(found, Normal):
            assert found.value
            assert identifier(namespace, found.value, region=region) == found
            found.value.encode()
        else:
            assert found.code in RefusalCode
            assert found.message

    @settings(max_examples=examples(200), deadline=None)
    @given(namespace=st.sampled_from(sorted(Namespace)), text=TEXT)
    def test_spaces_and_invisible_characters_around_a_value_do_not_matter(
        self, namespace: Namespace, text: str
    ) -> None:
        assert identifier(namespace, f"\ufeff \u3000{text}\u200b\n") == identifier(namespace, text)

    @settings(max_examples=examples(200), deadline=None)
    @given(number=CHINESE_MOBILE)
    def test_all_spellings_of_a_phone_agree(self, number: str) -> None:
        wide = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        spellings = (
            int(number),
            float(number),
            f"+86{number}",
            f"0086 {number}",
            f"86{number}",
            f"0{number}",
            f"{number[:3]}-{number[3:7]}-{number[7:]}",
            f"（+86）{number[:3]} {number[3:7]} {number[7:]}",
            wide,
            f"tel:{number}",
            f"手机：{number}",
        )
        expected = identifier("phone", number)
        for spelling in spellings:
            assert identifier("phone", spelling) == expected

    @settings(max_examples=examples(100), deadline=None)
    @given(
        local=st.from_regex(r"[a-z][a-z0-9]{2,12}q", fullmatch=True),
        tag=st.from_regex(r"[a-z]{1,5}", fullmatch=True),
    )
    def test_spellings_that_reach_one_gmail_box_agree_and_elsewhere_tags_tell_apart(
        self, local: str, tag: str
    ) -> None:
        dotted = f"{local[0]}.{local[1:]}+{tag}"
        assert value_of("email", f"{dotted.upper()}@GoogleMail.com") == value_of(
            "email", f"{local}@gmail.com"
        )
        assert value_of("email", f"{local}+{tag}@corp.com") != value_of("email", f"{local}@corp.com")

    @settings(max_examples=examples(100), deadline=None)
    @given(raw=TEXT, namespace=st.sampled_from(OPAQUE))
    def test_opaque_ids_stay_byte_exact(self, raw: str, namespace: str) -> None:
        found = identifier(namespace, raw)
        if isinstance(found, Normal):
            assert found.value in raw

    @settings(max_examples=examples(200), deadline=None)
    @given(namespace=st.sampled_from(sorted(Namespace)), raw=TEXT)
    def test_a_refusal_never_repeats_the_value(self, namespace: Namespace, raw: str) -> None:
        found = identifier(namespace, raw)
        if isinstance(found, Refused) and len(raw) > 8:
            assert raw not in found.message

    def test_an_unknown_namespace_is_refused(self) -> None:
        assert value_of("shoeSize", "42") == "!unknown_namespace"


PLACEHOLDERS = (
    "null", "NULL", "undefined", "guest", "Anonymous", "none", "NaN", "0", "00000000", "-1",
    "[object Object]",
    "unknown", "test", "12345678", "1111111", "00000000-0000-0000-0000-000000000000", "true", "未知", "匿名",
    "{{userId}}", "${user.id}", "ｎｕｌｌ", "not_authenticated", "----", "N/A",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
)  # fmt: skip


@pytest.mark.parametrize("namespace", sorted(Namespace))
@pytest.mark.parametrize("raw", PLACEHOLDERS)
def test_placeholders_are_refused_in_every_namespace(namespace: Namespace, raw: str) -> None:
    assert isinstance(identifier(namespace, raw), Refused)
    if namespace in OPAQUE:
        assert value_of(namespace, raw) == "!placeholder"


@pytest.mark.parametrize("namespace", sorted(Namespace))
@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "empty"),
        ("", "empty"),
        (" \u3000", "empty"),
        (True, "malformed"),
        ([1], "malformed"),
        ({"a": 1}, "malformed"),
        (float("nan"), "malformed"),
        (float("inf"), "malformed"),
        (1.5, "malformed"),
        (1.38e25, "malformed"),
        ("\ud83d", "malformed"),
        (10**300, "too_long"),
        ("x" * 600, "too_long"),
    ],
)
def test_what_is_no_text_is_refused(namespace: Namespace, raw: object, code: str) -> None:
    assert value_of(namespace, raw) == f"!{code}"


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("138****5678", "CN", "!masked"),
        ("138xxxx5678", "CN", "!masked"),
        ("13800138000", "CN", "!placeholder"),
        ("+86 13800000000", "CN", "!placeholder"),
        ("4008108888", "CN", "!virtual"),
        ("800-810-8888", "CN", "!virtual"),
        ("95588", "CN", "!virtual"),
        ("10086", "CN", "!virtual"),
        ("110", "CN", "!virtual"),
        ("13812345678转1234", "CN", "!virtual"),
        ("13812345678 ext. 12", "CN", "!virtual"),
        ("13812345678-1234", "CN", "!virtual"),
        ("13812345678,1234", "CN", "!virtual"),
        ("13812345678/13912345678", "CN", "!malformed"),
        ("13812345678,13912345678", "CN", "!malformed"),
        ("12012345678", "CN", "!malformed"),
        ("1381234567", "CN", "!malformed"),
        ("138123456789", "CN", "!malformed"),
        ("call me", "CN", "!malformed"),
        ("61234567", "CN", "!malformed"),
        ("17012345678", "CN", "+8617012345678"),
        ("021-61234567", "CN", "+862161234567"),
        ("+44 7400 123456", "CN", "+447400123456"),
        ("07400 123456", "GB", "+447400123456"),
        ("0151 23456789", "DE", "+4915123456789"),
        ("+1 212 736 5000", "CN", "+12127365000"),
        ("+852 9123 4567", "CN", "+85291234567"),
    ],
)
def test_phones(raw: str, region: str, expected: str) -> None:
    assert value_of("phone", raw, region) == expected


@pytest.mark.parametrize(
    ("number", "operator"),
    [
        ("13812345678", "mobile"),
        ("13012345679", "unicom"),
        ("18912345678", "telecom"),
        ("17112345678", "virtual"),
    ],
)
def test_a_chinese_mobile_tells_its_operator_and_its_mask(number: str, operator: str) -> None:
    found = identifier("phone", number)
    assert isinstance(found, Normal)
    assert found.analysis == {"country": "CN", "line": "mobile", "operator": operator}
    assert found.mask == f"{number[:3]}****{number[-4:]}"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Zhang@QQ.com", "zhang@qq.com"),
        ("zhang＠qq．com", "zhang@qq.com"),
        ("mailto:zhang@qq.com", "zhang@qq.com"),
        ("zhang@qq.com.", "zhang@qq.com"),
        ("x.y+shop@gmail.com", "xy@gmail.com"),
        ("x.y+shop@outlook.com", "x.y@outlook.com"),
        ("li@BÜCHER.de", "li@xn--bcher-kva.de"),
        ("peter@example.com", "peter@example.com"),
        ("test@example.com", "test@example.com"),
        ("a@a.com", "!placeholder"),
        ("test@test.com", "!placeholder"),
        ("test@qq.com", "!placeholder"),
        ("noreply@brand.com", "!placeholder"),
        ("null@null.com", "!placeholder"),
        ("z***@qq.com", "!masked"),
        ("zhang@localhost", "!malformed"),
        ("zhang", "!malformed"),
        ("zhang@@qq.com", "!malformed"),
        ("a b@qq.com", "!malformed"),
        (13812345678, "!malformed"),
    ],
)
def test_emails(raw: object, expected: str) -> None:
    assert value_of("email", raw) == expected


def test_an_email_shows_its_domain_only() -> None:
    found = identifier("email", "zhang.san@qq.com")
    assert isinstance(found, Normal)
    assert (found.mask, found.analysis) == ("z***@qq.com", {"domain": "qq.com"})


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("lsvam4187c2184847", "LSVAM4187C2184847"),
        ("LSVAM-4187C-2184847", "LSVAM4187C2184847"),
        ("ＬＳＶＡＭ４１８７Ｃ２１８４８４７", "LSVAM4187C2184847"),
        ("LSVAM4187C2184848", "!check_digit"),
        ("1M8GDM9AXKP042788", "1M8GDM9AXKP042788"),
        ("1M8GDM9AXKPO42788", "1M8GDM9AXKP042788"),
        ("1M8GDM9A1KP042788", "!check_digit"),
        ("WVWZZZ1JZ3W386752", "WVWZZZ1JZ3W386752"),
        ("LSVAM4187C218484", "!malformed"),
        ("LSV********184847", "!masked"),
        ("11111111111111111", "!placeholder"),
    ],
)
def test_vins(raw: str, expected: str) -> None:
    assert value_of("vin", raw) == expected


def test_outside_china_and_north_america_a_wrong_check_digit_is_only_told() -> None:
    found = identifier("vin", "WVWZZZ1JZ3W386752")
    assert isinstance(found, Normal)
    assert found.analysis["checkDigit"] == "wrong"
    assert found.analysis["manufacturer"] == "Volkswagen"


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("沪A·12345", "CN", "沪A12345"),
        ("沪a12345", "CN", "沪A12345"),
        ("沪A I2O45", "CN", "沪A12045"),
        ("沪AD12345", "CN", "沪AD12345"),
        ("京A1234学", "CN", "京A1234学"),
        ("沪A1234", "CN", "!malformed"),
        ("沪AI2345678", "CN", "!malformed"),
        ("A12345", "CN", "!malformed"),
        ("B-MW 1234", "DE", "BMW1234"),
        ("沪A12345", "DE", "沪A12345"),
        ("NEW", "DE", "!malformed"),
        ("沪A***45", "CN", "!masked"),
    ],
)
def test_plates(raw: str, region: str, expected: str) -> None:
    assert value_of("plate", raw, region) == expected


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("11010519491231002X", "CN", "11010519491231002X"),
        ("110105 19491231 002x", "CN", "11010519491231002X"),
        ("110105491231002", "CN", "11010519491231002X"),
        ("110105194912310021", "CN", "!check_digit"),
        ("110105194913310021", "CN", "!malformed"),
        ("990105194912310023", "CN", "!malformed"),
        ("110105194912310021", "DE", "110105194912310021"),
        ("4314184", "AU", "4314184"),
        (4314184, "CN", "4314184"),
        (4314184.0, "CN", "4314184"),
        ("G12345678", "CN", "G12345678"),
        ("99999", "CN", "!placeholder"),
        ("1101**********002X", "CN", "!masked"),
        ("12", "CN", "!malformed"),
        ("身份证号码", "CN", "!malformed"),
    ],
)
def test_government_ids(raw: object, region: str, expected: str) -> None:
    assert value_of("governmentId", raw, region) == expected


def test_a_resident_number_tells_year_gender_and_city_and_no_more() -> None:
    found = identifier("governmentId", "11010519491231002X")
    assert isinstance(found, Normal)
    assert found.analysis == {"birthYear": 1949, "gender": "female", "regionCode": "110100"}
    assert found.mask == "110********002X"


@settings(max_examples=examples(60), deadline=None)
@given(
    body=st.integers(min_value=0, max_value=999),
    born=st.dates(min_value=date(1900, 1, 1), max_value=date(1999, 12, 31)),
)
def test_old_and_new_resident_numbers_are_one_and_each_wrong_digit_is_found(body: int, born: date) -> None:
    upgraded = value_of("governmentId", f"310104{born:%y%m%d}{body:03d}")
    assert upgraded.startswith(f"310104{born:%Y%m%d}{body:03d}")
    for position in range(6, 17):
        wrong = str((int(upgraded[position]) + 1) % 10)
        assert (
            value_of("governmentId", upgraded[:position] + wrong + upgraded[position + 1 :]) == "!check_digit"
        )


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("u1", "u1"),
        (" User-1 ", "User-1"),
        (1001, "1001"),
        (1001.0, "1001"),
        ("ｏＡｂ", "ｏＡｂ"),
        ("a\x00b", "!malformed"),
        ("a\nb", "!malformed"),
        ("oAb***xyz", "!masked"),
        ("x" * 256, "!placeholder"),
        ("ab" * 128, "ab" * 128),
        ("ab" * 128 + "c", "!too_long"),
    ],
)
@pytest.mark.parametrize("namespace", OPAQUE)
def test_opaque_ids(namespace: str, raw: object, expected: str) -> None:
    assert value_of(namespace, raw) == expected


def test_addresses_are_compared_by_letters_and_digits() -> None:
    assert value_of("address", "上海市 浦东新区，张江路１２３号") == value_of(
        "address", "上海市浦东新区张江路123号"
    )
    assert value_of("address", "7, Wallaby Place") == "7wallabyplace"
    assert address_key("Straße 5") == "strasse5"
    assert value_of("address", "上海") == "!malformed"
