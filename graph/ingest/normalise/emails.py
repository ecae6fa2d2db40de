"""E-mail addresses to an identity key: two spellings that reach one mailbox are one key.

Case is folded and the domain is IDNA ASCII. Where the provider is known to ignore it, a `+tag` is dropped,
and at Gmail dots too. Elsewhere a tag is kept: a wrong merge costs more than a missed one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from email_validator import EmailNotValidError, validate_email

from graph.ingest.normalise.placeholders import is_placeholder, is_placeholder_email
from graph.ingest.normalise.values import Normal, RefusalCode, Refused, folded, words
from graph.privacy import mask

_CACHE: Final = 65_536
_LONGEST: Final = 320
_SCHEME: Final = re.compile(r"(?i)mailto:\s*")
_GMAIL: Final = frozenset({"gmail.com", "googlemail.com"})
_TAGGED: Final = _GMAIL | words("""
    outlook.com hotmail.com live.com msn.com icloud.com me.com mac.com protonmail.com proton.me pm.me
    fastmail.com fastmail.fm yandex.ru yandex.com
""")


def normal_email(text: str) -> Normal | Refused:
    """The identity key of an address; analysis: its domain. No DNS is asked."""
    if len(text) > _LONGEST:
        return Refused(RefusalCode.TOO_LONG, "is too long for an e-mail address")
    return _parse(text)


@lru_cache(maxsize=_CACHE)
def _parse(raw: str) -> Normal | Refused:
    text = _SCHEME.sub("", folded(raw), count=1).rstrip(".,;。 ")
    if is_placeholder(text):
        return Refused(RefusalCode.PLACEHOLDER, "is a placeholder, not an e-mail address")
    if "*" in text:
        return Refused(RefusalCode.MASKED, "is masked: characters are hidden")
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return Refused(RefusalCode.MALFORMED, "is not an e-mail address")
    domain = found.ascii_domain.lower()
    local = unicodedata.normalize("NFC", found.local_part.casefold())
    if domain in _TAGGED:
        local = local.partition("+")[0] or local
    if domain in _GMAIL:
        domain, local = "gmail.com", local.replace(".", "")
    if not local or is_placeholder_email(local, domain):
        return Refused(RefusalCode.PLACEHOLDER, "is a placeholder, not a person's mailbox")
    value = f"{local}@{domain}"
    return Normal(value, mask.email(value), MappingProxyType({"domain": domain}))
