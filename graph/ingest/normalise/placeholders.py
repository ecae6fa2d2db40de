"""Values that stand for "nothing": one table for all namespaces.

They must never become identifiers: everybody who was typed in as `guest` would be one person. The words are
those that Segment and PostHog refuse, and what Chinese and European systems are seen to write.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from graph.ingest.normalise.values import words

WORDS: Final = words("""
    null (null) <null> nil none nan #n/a n/a na n.a. void empty blank missing undefined unknown unidentified
    unspecified default true false object [object] [object object] \\n
    guest visitor anonymous anon anonym nobody noname not_authenticated not-authenticated unauthenticated
    id distinctid distinct_id userid user_id user-id anonymousid anonymous_id email e-mail mail phone mobile
    openid unionid test tests testing tester testuser test_user test1 test123 demo dummy sample fake example
    abc abcd abcdef asdf asdfgh qwerty qwertyuiop xxx xxxx xxxxx aaa string
    - -- -1 ? ?? ??? . .. ... / \\ _ __
    无 空 无名 未知 不详 没有 暂无 未填 未填写 未提供 匿名 匿名用户 游客 访客 测试 测试用户 默认 不知道 保密
    9774d56d682e549c 02:00:00:00:00:00
    """) | {"[object object]", "not set", "(not set)", "not provided", "test user"}
"""Compared without case and after NFKC."""

PHONES: Final = frozenset(
    {"+8613800138000", "+8613800138001", "+8613000000000", "+8613012345678", "+8618812345678"}
)
"""Well-formed numbers that forms and staff fill in: an operator's service line, and round ones."""

MAILBOXES: Final = frozenset(
    {"noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "null", "undefined", "none", "nan"}
    | {"unknown", "anonymous", "guest", "nobody", "noemail", "no-email", "na"}
)
"""Local parts that are nobody's at any domain."""

_SEQUENCES: Final = ("01234567890123456789", "98765432109876543210")
_ZEROS: Final = re.compile(r"[0\-]+")
_TEMPLATE: Final = re.compile(r"\{\{.*\}\}|\$\{.*\}|%[A-Za-z_]+%|<[A-Za-z_ ]+>|\[[A-Za-z_ ]+\]")
_JOINERS: Final = str.maketrans("", "", "-:_. +")


def is_placeholder(text: str) -> bool:
    """True for a value that stands for nothing: a word of the table, zeros, one repeated character
    (six or more), a count like 12345678, or a template nobody filled in (`{{userId}}`)."""
    key = (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()
    if key in WORDS or _ZEROS.fullmatch(key) or _TEMPLATE.fullmatch(key):
        return True
    bare = key.translate(_JOINERS)
    if len(bare) < 6:
        return False
    return len(set(bare)) == 1 or (bare.isdecimal() and any(bare in run for run in _SEQUENCES))


def is_placeholder_email(local: str, domain: str) -> bool:
    """True for mailboxes such as `noreply@…`, `a@a.com`, `test@test.com`."""
    if local in MAILBOXES:
        return True
    first = domain.partition(".")[0]
    if local == "test":
        return first != "example"  # examples in documentation use it on purpose
    return local == first and (len(set(local)) == 1 or local in WORDS or local == "123")
