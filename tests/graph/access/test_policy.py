"""The one table of who may read what."""

from __future__ import annotations

from api.gql.guard import rules
from api.gql.schema import build_schema
from graph.access.policy import FIELDS, Shown
from graph.access.roles import Caller, Permission, Role

KNOWN = rules(build_schema().core)


def test_every_field_has_a_rule() -> None:
    """A new field is nobody's until somebody decides whose it is."""
    assert [field for field, rule in KNOWN.items() if rule is None] == []


def test_the_table_speaks_of_no_field_that_is_not_there() -> None:
    assert [
        (name, field) for name, fields in FIELDS.items() for field in fields if (name, field) not in KNOWN
    ] == []


def test_only_roles_that_may_query_are_in_the_table() -> None:
    for role in Role:
        reads = any(rule and role in rule.roles for rule in KNOWN.values())
        caller = Caller(role, "1", dealer="d-1" if role is Role.DEALER else None)
        assert reads is caller.may(Permission.QUERY), role


def test_a_dealer_reads_only_what_is_computed_of_its_own_rows() -> None:
    carried = {"Forbidden", "InvalidInput", "NotFound"}  # refusals
    for (name, field), rule in KNOWN.items():
        if rule and Role.DEALER in rule.roles and not rule.filtered:
            assert rule.shown is Shown.PLAIN, (name, field)
            assert name in FIELDS, (name, field)
    assert carried <= FIELDS.keys()
    for field in (
        "household",
        "households",
        "how",
        "why",
        "whyNot",
        "identityChanges",
        "judgements",
        "whatIf",
    ):
        rule = FIELDS["Query"][field]
        assert Role.DEALER not in rule.roles, field
