"""What docs/sources.md shows can be applied as it stands."""

from __future__ import annotations

import re
from pathlib import Path

from graph.ingest.sources import DEFAULTS, Grade, parse_sources

DOC = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")


def test_the_example_is_a_sources_file() -> None:
    example = re.search(r"```toml\n(.*?)```", DOC, re.DOTALL)
    assert example is not None
    sources = parse_sources(example[1].encode(), where="docs/sources.md")

    assert list(sources) == ["shop-web", "shop-mini", "dealer-12"]
    assert sources["shop-web"].grade("phone", via="http") is Grade.VERIFIED
    assert sources["shop-web"].scope("userId") == sources["shop-mini"].scope("userId") == "shop"


def test_every_namespace_has_a_row_of_defaults() -> None:
    table = DOC[DOC.index("## Defaults") :]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    stated = {
        namespace: (http.strip(), file.strip())
        for names, _scope, http, file in (row.strip("|").split("|") for row in rows)
        for namespace in re.findall(r"`(\w+)`", names)
    }

    assert stated == {str(name): (str(it.http), str(it.file)) for name, it in DEFAULTS.items()}
