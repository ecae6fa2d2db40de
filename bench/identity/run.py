"""One run: a world, this engine and its peers on the same evidence, each scored alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.identity.evidence import World, build
from bench.identity.lost import lost_pairs
from bench.identity.model import resolve_with_model
from bench.identity.peers import Partition, clusters_of, cool_components, plain_components, segment
from bench.identity.score import NONE, Report, Share, reach_of, report
from bench.identity.splink_peer import splink_defaults
from bench.identity.unmerge import unmerge_fidelity
from graph.identity.resolve import resolve
from graph.identity.rules import DEFAULT_RULES, Rules, load_rules
from seed.places import Locale

GUANXI: Final = "guanxi"
WITH_MODEL: Final = "guanxi with its model"
COMPONENTS: Final = "components"
COOL: Final = "components, hot removed"
SEGMENT: Final = "Segment's merge rules"
SPLINK: Final = "Splink defaults at 0.95"
PLAIN_ENGINES: Final = (GUANXI, COMPONENTS, COOL, SEGMENT, SPLINK)
EUROPE: Final = DEFAULT_RULES.with_name("identity-europe.toml")


@dataclass(frozen=True, slots=True)
class Setting:
    """A world to run on; `rules` None means the packaged ones of its locale."""

    people: int
    seed: int
    locale: Locale
    rules: Path | None = None

    def load(self) -> Rules:
        """The rules that hold there."""
        return load_rules(self.rules or (EUROPE if self.locale is Locale.EU else DEFAULT_RULES))


@dataclass(slots=True)
class Result:
    """What every engine reached on one world; times are wall seconds of the engine alone."""

    setting: Setting
    profiles: int
    messages: int
    reports: dict[str, Report] = field(default_factory=dict[str, Report])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    ambiguous: Share = NONE
    unmerge: Share = NONE
    lost: dict[str, int] = field(default_factory=dict[str, int])


def run(setting: Setting, *, engines: frozenset[str] = frozenset(PLAIN_ENGINES)) -> Result:
    """Build the world, run the engines named (all but the model by default) and score them."""
    world, rules = build(people=setting.people, seed=setting.seed, locale=setting.locale), setting.load()
    reach = reach_of(world)
    result = Result(setting, len(world.evidence), len(world.seen))
    for name, engine in _engines(rules).items():
        if name in engines:
            began = time.perf_counter()
            predicted = engine(world)
            result.seconds[name] = round(time.perf_counter() - began, 2)
            result.reports[name] = report(world, predicted, reach=reach)
    if GUANXI in engines:
        resolution = resolve(world.evidence, rules=rules)
        ambiguous = sum(len(doubt.members) for doubt in resolution.ambiguities)
        result.ambiguous = Share(ambiguous, len(world.evidence))
        result.unmerge = unmerge_fidelity(world, rules, before=resolution)
        lost = lost_pairs(world, resolution, rules=rules, reach=reach)
        result.lost = dict(lost.most_common())
    return result


def _engines(rules: Rules) -> dict[str, Callable[[World], Partition]]:
    return {
        GUANXI: lambda world: clusters_of(resolve(world.evidence, rules=rules)),
        WITH_MODEL: lambda world: clusters_of(resolve_with_model(world, rules)),
        COMPONENTS: plain_components,
        COOL: lambda world: cool_components(world, rules),
        SEGMENT: segment,
        SPLINK: splink_defaults,
    }


def to_dict(result: Result) -> dict[str, Any]:
    """The result for the results file."""
    setting = result.setting
    return {
        "people": setting.people,
        "seed": setting.seed,
        "locale": str(setting.locale),
        "rules": setting.load().version,
        "profiles": result.profiles,
        "messages": result.messages,
        "ambiguous": _share(result.ambiguous),
        "unmerge": _share(result.unmerge),
        "lost": result.lost,
        "engines": {
            name: {"seconds": result.seconds[name], **_report(found)}
            for name, found in result.reports.items()
        },
    }


def _report(found: Report) -> dict[str, Any]:
    return {
        **{name: round(value, 5) for name, value in asdict(found.scores).items()},
        "clusterPrecision": round(found.cluster_precision, 5),
        "clusterRecall": round(found.cluster_recall, 5),
        "clusterF1": round(found.cluster_f1, 5),
        "reachable": _share(found.reachable),
        "connected": _share(found.connected),
        "silent": _share(found.silent),
        "hard": {
            "verifiedIds": found.hard.verified_ids,
            "names": found.hard.names,
            "births": found.hard.births,
        },
        "split": {str(kind): _share(share) for kind, share in found.split.items()},
        "overMerged": {str(kind): _share(share) for kind, share in found.over_merged.items()},
    }


def _share(share: Share) -> list[int]:
    return [share.part, share.whole]
