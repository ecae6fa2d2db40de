"""Declared sources: defaults, scopes and grades, and every way to declare one wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import ConfigurationError
from graph.identity.evidence import Grade, SourceClass
from graph.ingest.normalise import Namespace
from graph.ingest.sources import (
    DEFAULTS,
    ScopedBy,
    SourceDeclaration,
    SourceKind,
    default_source,
    load_sources,
    parse_sources,
)
from tests.laws import examples

WHOLE = """
[sources.shop-web]
kind = "website"
idSpace = "shop"
app = "wx1"
platform = "open1"
shop = "tm1"
dealer = "D7"
allowedOrigins = ["https://Shop.example/", "http://localhost:3000"]
region = "DE"
timezone = "Asia/Shanghai"
founder = "anonymous"
nonPersonal = ["memberLevel"]
[sources.shop-web.grades]
phone = "verified"
userId = "claimed"
[sources.shop-web.scopes]
douyinOpenId = "dy1"

[sources.crm]
"""


@pytest.fixture(name="shop")
def whole_declaration() -> SourceDeclaration:
    return parse_sources(WHOLE.encode(), where="sources.toml")["shop-web"]


class TestDefaults:
    def test_every_namespace_has_a_row(self) -> None:
        assert set(DEFAULTS) == set(Namespace)

    @pytest.mark.parametrize(
        ("namespace", "scope", "http", "file"),
        [
            ("phone", "*", "claimed", "trusted"),
            ("email", "*", "claimed", "trusted"),
            ("userId", "web", "trusted", "trusted"),
            ("anonymousId", "web", "trusted", "trusted"),
            ("deviceId", "web", "trusted", "trusted"),
            ("wechatUnionId", "web", "trusted", "trusted"),
            ("wechatOpenId", "web", "trusted", "trusted"),
            ("douyinOpenId", "web", "trusted", "trusted"),
            ("tmallOuid", "web", "trusted", "trusted"),
            ("xiaohongshuId", "*", "claimed", "trusted"),
            ("governmentId", "*", "claimed", "trusted"),
            ("vin", "*", "claimed", "trusted"),
            ("plate", "*", "claimed", "trusted"),
            ("address", "*", "claimed", "trusted"),
        ],
    )
    def test_an_undeclared_source(self, namespace: str, scope: str, http: str, file: str) -> None:
        source = default_source("web")
        assert source.scope(namespace) == scope
        assert source.grade(namespace, via="http") == http
        assert source.grade(namespace, via="file") == file

    def test_nothing_is_verified_by_default(self) -> None:
        assert all(Grade.VERIFIED not in (default.http, default.file) for default in DEFAULTS.values())

    def test_an_unknown_namespace_is_claimed_and_the_sources_own(self) -> None:
        assert default_source("web").grade("shoeSize", via="file") is Grade.CLAIMED
        assert default_source("web").scope("shoeSize") == "web"

    def test_no_browser_may_send_until_origins_are_declared(self) -> None:
        assert not default_source("web").allows_origin("https://shop.example")

    def test_a_user_id_makes_a_known_person_and_an_anonymous_id_does_not(self) -> None:
        assert default_source("web").source_class(known=True) is SourceClass.KNOWN
        assert default_source("web").source_class(known=False) is SourceClass.ANONYMOUS

    @pytest.mark.parametrize("name", ["", "a b", "-a", "a/b", "*", "源", "x" * 65, "a\n"])
    def test_a_name_that_cannot_be_one(self, name: str) -> None:
        with pytest.raises(ConfigurationError, match="name"):
            default_source(name)


class TestDeclared:
    def test_scopes(self, shop: SourceDeclaration) -> None:
        told = {namespace: shop.scope(namespace) for namespace in Namespace}
        assert {key: told[key] for key in ("userId", "anonymousId", "deviceId")} == dict.fromkeys(
            ("userId", "anonymousId", "deviceId"), "shop"
        )
        assert told["wechatOpenId"] == "wx1"
        assert told["wechatUnionId"] == "open1"
        assert told["tmallOuid"] == "tm1"
        assert told["douyinOpenId"] == "dy1"
        assert told["phone"] == "*"

    def test_a_declared_grade_holds_at_both_doors(self, shop: SourceDeclaration) -> None:
        assert shop.grade("phone", via="http") is shop.grade("phone", via="file") is Grade.VERIFIED
        assert shop.grade("userId", via="http") is Grade.CLAIMED
        assert shop.grade("email", via="http") is Grade.CLAIMED

    def test_the_rest(self, shop: SourceDeclaration) -> None:
        assert (shop.kind, shop.dealer, shop.region, shop.zone.key) == (
            SourceKind.WEBSITE,
            "D7",
            "DE",
            "Asia/Shanghai",
        )
        assert shop.non_personal == ("memberLevel",)
        assert shop.source_class(known=True) is SourceClass.ANONYMOUS

    def test_origins_are_compared_in_one_spelling(self, shop: SourceDeclaration) -> None:
        assert shop.allows_origin("https://shop.example")
        assert shop.allows_origin("http://localhost:3000")
        assert not shop.allows_origin("https://evil.example")
        assert not shop.allows_origin("null")

    def test_an_empty_table_is_the_default(self) -> None:
        assert parse_sources(WHOLE.encode(), where="x")["crm"] == default_source("crm")

    def test_json_carries_everything(self, shop: SourceDeclaration) -> None:
        assert SourceDeclaration.from_json(shop.to_json()) == shop
        assert '"idSpace":"shop"' in shop.to_json()

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"name": "a b"}', '{"name": "a", "colour": 1}'])
    def test_json_that_is_no_declaration(self, text: str) -> None:
        with pytest.raises(ConfigurationError, match="stored source declaration"):
            SourceDeclaration.from_json(text)

    @settings(max_examples=examples(60), deadline=None)
    @given(
        grades=st.dictionaries(st.sampled_from(list(Namespace)), st.sampled_from(list(Grade))),
        founder=st.sampled_from(["auto", "known", "anonymous"]),
        id_space=st.none() | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,20}", fullmatch=True),
    )
    def test_any_declaration_survives_json_and_scopes_are_never_empty(
        self, grades: dict[Namespace, Grade], founder: str, id_space: str | None
    ) -> None:
        source = SourceDeclaration.model_validate(
            {"name": "web", "grades": grades, "founder": founder, "idSpace": id_space}
        )
        assert SourceDeclaration.from_json(source.to_json()) == source
        for namespace in Namespace:
            assert source.scope(namespace)
            assert (source.scope(namespace) == "*") == (DEFAULTS[namespace].scoped_by is ScopedBy.GLOBAL)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[sources.web]\nkind = 'x'", r"f.toml: sources.web: kind"),
        ("[sources.web]\ncolour = 1", r"sources.web: colour"),
        ("[sources.web.grades]\nphone = 'sure'", r"sources.web: grades.phone"),
        ("[sources.web.grades]\nshoeSize = 'trusted'", r"sources.web: grades.shoeSize"),
        ("[sources.web.scopes]\nphone = 'x'", r"scopes.phone: this namespace is global"),
        ("[sources.web]\nidSpace = 'a/b'", r"sources.web: idSpace"),
        ("[sources.web]\nidSpace = '*'", r"sources.web: idSpace"),
        ("[sources.web]\nidSpace = ''", r"sources.web: idSpace"),
        ("[sources.web]\nallowedOrigins = ['shop.example']", r"allowedOrigins.0: is not an origin"),
        ("[sources.web]\nallowedOrigins = ['https://shop.example/path']", r"allowedOrigins.0"),
        ("[sources.web]\nallowedOrigins = ['https://shop.example:x']", r"allowedOrigins.0"),
        ("[sources.web]\ntimezone = 'Mars/Olympus'", r"timezone: is not a time zone"),
        ("[sources.web]\ntimezone = '../etc/passwd'", r"timezone"),
        ("[sources.web]\nregion = 'China'", r"sources.web: region"),
        ("[sources.web]\nname = 'b'", r"sources.web.name is not known"),
        ("[sources.'a b']", r"sources.a b: name"),
        ("sources = 3", r"declares no source"),
        ("sources.web = 3", r"sources.web is not a table"),
        ("web = 3", r"web is not known at the top"),
        ("", r"declares no source"),
        ("[sources.web", r"f.toml is not TOML: .*line 1|f.toml is not TOML"),
    ],
)
def test_wrong_files_name_file_and_key(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        parse_sources(text.encode(), where="f.toml")
    assert caught.value.message.startswith("f.toml")
    assert caught.value.remedy


class TestFiles:
    def test_a_file_with_a_byte_order_mark(self, tmp_path: Path) -> None:
        file = tmp_path / "sources.toml"
        file.write_bytes(b"\xef\xbb\xbf" + WHOLE.encode())
        assert set(load_sources(file)) == {"shop-web", "crm"}

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="cannot be read"):
            load_sources(tmp_path / "none.toml")

    def test_a_file_in_another_encoding(self, tmp_path: Path) -> None:
        file = tmp_path / "sources.toml"
        file.write_bytes("# 来源渠道".encode("gbk"))
        with pytest.raises(ConfigurationError, match="not UTF-8"):
            load_sources(file)

    def test_a_file_that_is_far_too_large(self, tmp_path: Path) -> None:
        file = tmp_path / "sources.toml"
        file.write_bytes(b"#" * 1_100_000)
        with pytest.raises(ConfigurationError, match="larger than 1 MiB"):
            load_sources(file)
