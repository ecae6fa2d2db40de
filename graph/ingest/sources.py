"""Sources are declared: what each system is, whose ids it gives, and how far it is believed.

`sources.toml` has one table a source; every key is optional, and an unknown source gets the same defaults:

    [sources.shop-web]
    kind = "website"
    idSpace = "shop"               # whose userId, anonymousId and deviceId these are
    allowedOrigins = ["https://shop.example"]
    timezone = "Asia/Shanghai"     # of times that name no offset
    nonPersonal = ["memberLevel"]  # traits that may be stored in the clear

    [sources.shop-web.grades]
    phone = "verified"             # a one-time code was answered

    [sources.shop-web.scopes]
    wechatOpenId = "wx1234"        # where one `app` does not serve all namespaces

A scope tells whose value it is. Where a source declares none, its own name is the scope: ids of undeclared
systems are never mixed up.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from graph.errors import ConfigurationError
from graph.identity.evidence import Grade, SourceClass
from graph.ingest.normalise.namespaces import Namespace

GLOBAL: Final = "*"
"""The scope of values that mean the same everywhere."""

LARGEST_FILE: Final = 1_048_576

Door = Literal["http", "file"]
_SOURCE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class SourceKind(StrEnum):
    """What a source is; told to people, and to rules that look at it."""

    WEBSITE = "website"
    APP = "app"
    MINIPROGRAM = "miniprogram"
    WECHAT = "wechat"
    DOUYIN = "douyin"
    XIAOHONGSHU = "xiaohongshu"
    TMALL = "tmall"
    MEDIA = "media"
    CRM = "crm"
    DMS = "dms"
    CALL_CENTRE = "callCentre"
    FILE = "file"
    GENERIC = "generic"


class ScopedBy(StrEnum):
    """Which declaration tells the scope of a namespace."""

    GLOBAL = "global"
    ID_SPACE = "idSpace"
    APP = "app"
    PLATFORM = "platform"
    SHOP = "shop"


class Default(BaseModel):
    """What holds for a namespace where a source declares nothing else."""

    model_config = ConfigDict(frozen=True)

    scoped_by: ScopedBy
    http: Grade
    file: Grade = Grade.TRUSTED


_ISSUED: Final = Grade.TRUSTED  # the system itself gave the id, nobody typed it in
_TYPED: Final = Grade.CLAIMED  # over HTTP anyone may have typed it; staff's files are trusted

DEFAULTS: Final[Mapping[str, Default]] = {
    Namespace.PHONE: Default(scoped_by=ScopedBy.GLOBAL, http=_TYPED),
    Namespace.EMAIL: Default(scoped_by=ScopedBy.GLOBAL, http=_TYPED),
    Namespace.USER_ID: Default(scoped_by=ScopedBy.ID_SPACE, http=_ISSUED),
    Namespace.ANONYMOUS_ID: Default(scoped_by=ScopedBy.ID_SPACE, http=_ISSUED),
    Namespace.DEVICE_ID: Default(scoped_by=ScopedBy.ID_SPACE, http=_ISSUED),
    Namespace.WECHAT_UNION_ID: Default(scoped_by=ScopedBy.PLATFORM, http=_ISSUED),
    Namespace.WECHAT_OPEN_ID: Default(scoped_by=ScopedBy.APP, http=_ISSUED),
    Namespace.DOUYIN_OPEN_ID: Default(scoped_by=ScopedBy.APP, http=_ISSUED),
    Namespace.TMALL_OUID: Default(scoped_by=ScopedBy.SHOP, http=_ISSUED),
    Namespace.XIAOHONGSHU_ID: Default(scoped_by=ScopedBy.GLOBAL, http=_TYPED),
    Namespace.GOVERNMENT_ID: Default(scoped_by=ScopedBy.GLOBAL, http=_TYPED),
    Namespace.VIN: Default(scoped_by=ScopedBy.GLOBAL, http=_TYPED),
    Namespace.PLATE: Default(scoped_by=ScopedBy.GLOBAL, http=_TYPED),
    Namespace.ADDRESS: Default(scoped_by=ScopedBy.GLOBAL, http=_TYPED),
}
"""One row a namespace. Nothing is verified by default: only a source can know what it checked."""


def _origin(value: str) -> str:
    if value == "*":
        return value
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError("is not an origin such as https://shop.example") from None
    bare = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    if not bare or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("is not an origin such as https://shop.example")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not a time zone such as Asia/Shanghai") from None
    return value


ScopeText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$")]
"""A scope: no slash, since text writes `scope/value`, and never `*`."""
TraitName = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class SourceDeclaration(BaseModel):
    """One source as declared; frozen, and the same after `to_json` and `from_json`."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )

    name: Annotated[str, StringConstraints(pattern=rf"^{_SOURCE_NAME.pattern}$")]
    kind: SourceKind = SourceKind.GENERIC
    id_space: ScopeText | None = None
    app: ScopeText | None = None
    platform: ScopeText | None = None
    shop: ScopeText | None = None
    scopes: dict[Namespace, ScopeText] = Field(default_factory=dict[Namespace, str])
    dealer: ScopeText | None = None
    allowed_origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = ()
    region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "CN"
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    founder: Literal["auto", "known", "anonymous"] = "auto"
    grades: dict[Namespace, Grade] = Field(default_factory=dict[Namespace, Grade])
    non_personal: tuple[TraitName, ...] = ()

    @model_validator(mode="after")
    def _only_scoped_namespaces_have_scopes(self) -> Self:
        for namespace in self.scopes:
            if DEFAULTS[namespace].scoped_by is ScopedBy.GLOBAL:
                raise ValueError(f"scopes.{namespace}: this namespace is global and has no scope")
        return self

    def grade(self, namespace: str, *, via: Door) -> Grade:
        """How well an identifier from this source is known to be the person's.

        What the source declares, else the namespace's default for the door it came through; an unknown
        namespace is claimed.
        """
        if declared := self._grade_of.get(namespace):
            return declared
        default = DEFAULTS.get(namespace)
        if default is None:
            return Grade.CLAIMED
        return default.http if via == "http" else default.file

    def scope(self, namespace: str) -> str:
        """Whose value an identifier is: `*` for global namespaces, never empty, at most 100 characters."""
        return self._scope_of.get(namespace, self.name)

    def source_class(self, *, known: bool) -> SourceClass:
        """Whether a profile is a known person; `known` says that its record id is no anonymousId."""
        if self.founder != "auto":
            return SourceClass(self.founder)
        return SourceClass.KNOWN if known else SourceClass.ANONYMOUS

    def allows_origin(self, origin: str) -> bool:
        """Whether a browser page of this origin may send events; none may unless declared."""
        return "*" in self.allowed_origins or origin in self.allowed_origins

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which times without an offset are read."""
        return ZoneInfo(self.timezone)

    def to_json(self) -> str:
        """The declaration as JSON with camelCase keys, defaults left out."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The declaration of `to_json`. Raises ConfigurationError where the text is not one."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise _wrong(error, where="The stored source declaration") from None

    @cached_property
    def _grade_of(self) -> dict[str, Grade]:
        return {str(namespace): grade for namespace, grade in self.grades.items()}

    @cached_property
    def _scope_of(self) -> dict[str, str]:
        declared = {
            ScopedBy.GLOBAL: GLOBAL,
            ScopedBy.ID_SPACE: self.id_space or self.name,
            ScopedBy.APP: self.app or self.name,
            ScopedBy.PLATFORM: self.platform or self.name,
            ScopedBy.SHOP: self.shop or self.name,
        }
        by_default = {str(namespace): declared[default.scoped_by] for namespace, default in DEFAULTS.items()}
        return by_default | {str(namespace): scope for namespace, scope in self.scopes.items()}


def default_source(name: str) -> SourceDeclaration:
    """What holds for a source that nobody declared. Raises ConfigurationError for an impossible name."""
    if not _SOURCE_NAME.fullmatch(name):
        raise ConfigurationError(
            "The source has a name that cannot be one.",
            remedy="Use 1 to 64 letters, digits, dots, hyphens and underscores, a letter or digit first.",
        )
    return SourceDeclaration(name=name)


def load_sources(path: Path) -> dict[str, SourceDeclaration]:
    """The sources of a file of at most 1 MiB, by name. Raises ConfigurationError naming file and key."""
    try:
        content = path.read_bytes()[: LARGEST_FILE + 1]
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}.", remedy="Check the path."
        ) from None
    if len(content) > LARGEST_FILE:
        raise ConfigurationError(f"{path} is larger than 1 MiB.", remedy="Split it, or check the path.")
    return parse_sources(content, where=str(path))


def parse_sources(content: bytes, *, where: str) -> dict[str, SourceDeclaration]:
    """As `load_sources`, from the bytes of a file called `where`."""
    try:
        tables = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigurationError(f"{where} is not UTF-8.", remedy="Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{where} is not TOML: {error}.", remedy="Correct the line named.") from None
    sources = tables.get("sources")
    if unknown := sorted(tables.keys() - {"sources"}):
        raise ConfigurationError(
            f"{where}: {unknown[0]} is not known at the top.", remedy="Write each source as [sources.NAME]."
        )
    if not isinstance(sources, dict):
        raise ConfigurationError(
            f"{where} declares no source.", remedy="Write each source as [sources.NAME]."
        )
    return {name: _declared(name, table, where) for name, table in sources.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _declared(name: str, table: object, where: str) -> SourceDeclaration:
    at = f"{where}: sources.{name}"
    if not isinstance(table, dict):
        raise ConfigurationError(f"{at} is not a table.", remedy=f"Write [sources.{name}].")
    if "name" in table:
        raise ConfigurationError(f"{at}.name is not known.", remedy="The table's own name is the source's.")
    try:
        return SourceDeclaration.model_validate({**table, "name": name})
    except ValidationError as error:
        raise _wrong(error, where=at) from None


def _wrong(error: ValidationError, *, where: str) -> ConfigurationError:
    first = error.errors(include_url=False, include_input=False)[0]
    place = [where, ".".join(str(part) for part in first["loc"] if part != "[key]")]
    message = first["msg"].removeprefix("Value error, ")
    return ConfigurationError(
        f"{': '.join(filter(None, place))}: {message}.", remedy="Correct the key named."
    )
