"""What changes from one version of a programme to another, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graph.referral.terms import Terms

_RULES: Final = {"rewards": ("reward", "id"), "activities": ("activity", "id"), "budgets": ("budget", "unit")}
"""The lists of rules: what one of them is called, and the field it is known by."""
_NONE: Final = "(none)"


def differences(old: Terms, new: Terms) -> tuple[str, ...]:
    """One sentence for each field that differs and each rule that is new or gone.

    There is none exactly where the digests are equal. Rules are known by their id, budgets by their unit; a
    rule that is new is told whole.
    """
    before, after = old.content(), new.content()
    rules_before, rules_after = _rules(before), _rules(after)
    return (
        *_changed("", _fields(before), _fields(after)),
        *(f"Drops {rule}." for rule in rules_before if rule not in rules_after),
        *(
            f"Adds {rule}: {', '.join(f'{name} {text}' for name, text in own.items())}."
            for rule, own in rules_after.items()
            if rule not in rules_before
        ),
        *(
            sentence
            for rule, own in rules_before.items()
            if rule in rules_after
            for sentence in _changed(f" of {rule}", own, rules_after[rule])
        ),
    )


def _changed(where: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name, _NONE), after.get(name, _NONE)
        if was != now:
            yield f"Changes {name}{where} from {was} to {now}."


def _rules(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The fields of each rule: by `reward friend-credit`, sorted."""
    found = {
        f"{called} {rule[key]}": dict(_leaves(rule))
        for name, (called, key) in _RULES.items()
        for rule in content[name]
    }
    return dict(sorted(found.items()))


def _fields(content: Mapping[str, Any]) -> dict[str, str]:
    return dict(_leaves({name: value for name, value in content.items() if name not in _RULES}))


def _leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name} ")  # pyright: ignore[reportUnknownArgumentType]
        else:
            yield f"{prefix}{name}", _words(value)


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or _NONE  # pyright: ignore[reportUnknownArgumentType]
    return str(value).lower() if isinstance(value, bool) else str(value)
