"""What an issuer's tokens mean here."""

from __future__ import annotations

from typing import Any

import pytest

from graph.access.oidc import OidcRules, caller_of, check_address, expiry_of, read_rules, subject_id
from graph.access.roles import Caller, Role
from graph.clock import SECOND
from graph.errors import AccessError, ConfigurationError, ForbiddenError
from graph.settings import load_settings

ISSUER = "https://id.example"
RULES = OidcRules(ISSUER, "guanxi", {"sales": Role.FRONTEND, "stew": Role.STEWARD, "shop": Role.DEALER})
NOW = 1_795_000_000
GOOD: dict[str, Any] = {
    "oidc_issuer": ISSUER,
    "oidc_audience": "guanxi",
    "oidc_roles": {"sales": "frontend"},
}


def caller(rules: OidcRules = RULES, **claims: Any) -> Caller:
    return caller_of({"sub": "s"} | claims, rules)


class TestSettings:
    def test_no_issuer_no_tokens(self) -> None:
        assert read_rules(load_settings()) is None

    def test_what_is_set(self) -> None:
        rules = read_rules(load_settings(**GOOD))
        assert rules == OidcRules(ISSUER, "guanxi", {"sales": Role.FRONTEND})
        assert rules is not None
        assert rules.algorithms == ("RS256", "ES256")

    @pytest.mark.parametrize(
        ("changed", "says"),
        [
            ({"oidc_issuer": None}, "GUANXI_OIDC_ISSUER"),
            ({"oidc_audience": None}, "GUANXI_OIDC_AUDIENCE"),
            ({"oidc_roles": {}}, "GUANXI_OIDC_ROLES"),
            ({"oidc_roles": {"x": "root"}}, "GUANXI_OIDC_ROLES"),
            ({"oidc_roles": {"x": "source"}}, "write key"),
            ({"oidc_algorithms": ("RS256", "HS256")}, "GUANXI_OIDC_ALGORITHMS"),
            ({"oidc_algorithms": ("none",)}, "GUANXI_OIDC_ALGORITHMS"),
            ({"oidc_algorithms": ()}, "GUANXI_OIDC_ALGORITHMS"),
            ({"oidc_issuer": "http://id.example"}, "https://"),
            ({"oidc_jwks": "http://id.example/keys"}, "https://"),
        ],
    )
    def test_what_is_wrong(self, changed: dict[str, Any], says: str) -> None:
        with pytest.raises(ConfigurationError, match=says):
            read_rules(load_settings(**(GOOD | changed)))

    def test_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GUANXI_OIDC_ISSUER", ISSUER)
        monkeypatch.setenv("GUANXI_OIDC_AUDIENCE", "guanxi")
        monkeypatch.setenv("GUANXI_OIDC_ROLES", '{"sales": "frontend"}')
        monkeypatch.setenv("GUANXI_OIDC_ALGORITHMS", '["EdDSA"]')
        rules = read_rules(load_settings())
        assert rules is not None
        assert (rules.roles, rules.algorithms) == ({"sales": Role.FRONTEND}, ("EdDSA",))


@pytest.mark.parametrize(
    "address", ["https://id.example/x", "http://127.0.0.1:8/x", "http://[::1]/x", "http://localhost/"]
)
def test_addresses_that_may_be_asked(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize(
    "address",
    ["http://id.example", "http://127.0.0.1.id.example/", "http://localhost@id.example/", "https://u:p@id.example",
     "file:///etc/hosts", "ftp://127.0.0.1/", "id.example", "", "https://", "https://[bad"],
)  # fmt: skip
def test_addresses_that_may_not(address: str) -> None:
    with pytest.raises(ConfigurationError, match="can be trusted"):
        check_address(address)


class TestCaller:
    def test_a_role(self) -> None:
        assert caller(role="sales") == Caller(Role.FRONTEND, subject_id(ISSUER, "s"))
        assert caller(role=["other", "stew", 7]).role is Role.STEWARD

    def test_a_claim_by_its_path_or_by_its_name(self) -> None:
        nested = OidcRules(ISSUER, "guanxi", RULES.roles, role_claim="realm_access.roles")
        assert caller(nested, realm_access={"roles": ["sales"]}).role is Role.FRONTEND
        assert caller(nested, **{"realm_access.roles": "stew"}).role is Role.STEWARD

    @pytest.mark.parametrize(
        "role",
        [None, "", "frontend", "admin", [], ["sales", "stew"], {"sales": 1}, 7, ["Sales"], [["sales"]]],
    )
    def test_no_role_or_several(self, role: object) -> None:
        with pytest.raises(ForbiddenError, match="gives"):
            caller(role=role)

    def test_a_dealer(self) -> None:
        assert caller(role="shop", dealer="d-7").dealer == "d-7"
        for wrong in (None, "", 7, ["d-7"], "d\n7", "x" * 201, "\ud800"):
            with pytest.raises(ForbiddenError, match="names no dealer"):
                caller(role="shop", dealer=wrong)

    def test_a_dealer_without_its_role(self) -> None:
        for given in ("d-7", "", [], 0):
            with pytest.raises(ForbiddenError, match="bound to a dealer"):
                caller(role="stew", dealer=given)

    @pytest.mark.parametrize("subject", [None, "", 7, ["s"]])
    def test_nobody(self, subject: object) -> None:
        with pytest.raises(AccessError, match="names nobody"):
            caller(role="sales", sub=subject)

    def test_what_stands_for_a_subject(self) -> None:
        ids = [subject_id("a", "b"), subject_id("ab", ""), subject_id("", "ab"), subject_id("a", "\ud800")]
        assert len(set(ids)) == 4
        assert all(len(one) == 37 and one.startswith("oidc:") for one in ids)


class TestTimes:
    def until(self, **claims: Any) -> int:
        return expiry_of({"iat": NOW, "exp": NOW + 60} | claims, now=NOW * SECOND)

    def test_good_now(self) -> None:
        assert self.until() == (NOW + 62) * SECOND
        assert self.until(exp=NOW + 0.5) == (NOW + 2) * SECOND + SECOND // 2
        self.until(iat=NOW + 10, nbf=NOW + 10)
        self.until(exp=NOW - 1)  # within the leeway

    @pytest.mark.parametrize(
        "claims", [{"nbf": NOW + 11}, {"iat": NOW + 11}, {"iat": NOW + 11, "nbf": NOW - 99}]
    )
    def test_not_yet(self, claims: dict[str, int]) -> None:
        with pytest.raises(AccessError, match="not good yet"):
            self.until(**claims)

    @pytest.mark.parametrize("exp", [NOW - 2, NOW - 600, 0])
    def test_no_more(self, exp: int) -> None:
        with pytest.raises(AccessError, match="expired"):
            self.until(exp=exp)

    @pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
    @pytest.mark.parametrize(
        "value",
        [None, True, "1", [], -1, float("nan"), float("inf"), 10**400, 2**53],
        ids=lambda value: str(value)[:5],
    )
    def test_what_is_no_time(self, name: str, value: object) -> None:
        with pytest.raises(AccessError, match="times are wrong"):
            self.until(**{name: value})
