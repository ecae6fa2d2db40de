"""A model's diagnostics as one HTML page: charts as inline SVG, no script, nothing from elsewhere. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log10
from typing import Final

from graph.matching.model import Level, Model, weight

_STYLE: Final = (
    "body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:62rem;padding:0 1rem;color:#1b1f24}"
    "h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}"
    "td,th{padding:.25rem .6rem;border-bottom:1px solid #d8dee4;text-align:right}"
    "td:first-child,th:first-child{text-align:left}svg{display:block}"
    ".for{fill:#1a7f37}.against{fill:#b42318}.m{fill:#1f6feb}.u{fill:#9a6700}text{font:12px system-ui}"
)
_WIDTH: Final = 900
_ROW: Final = 22
_LABEL: Final = 300
_MOST_BITS: Final = 20.0
_LEAST_LOG: Final = -7.0


def diagnostics_html(model: Model) -> str:
    """The page: what was trained on, the rules, and each field's m, u and match weights. No value of a record."""
    body = [_summary(model), _rules(model)]
    for one in model.fields:
        body.append(f"<h2>{escape(one.field.name)}</h2>{_weights(one.levels)}{_chances(one.levels)}")
        body.append(_table(one.levels))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Matching model</title>'
        f"<style>{_STYLE}</style></head><body><h1>Matching model</h1>{''.join(body)}</body></html>"
    )


def _summary(model: Model) -> str:
    facts = {
        "Records": model.diagnostics.get("records", "–"),
        "People found": model.diagnostics.get("people", "–"),
        "Candidate pairs in training": model.diagnostics.get("candidatePairs", "–"),
        "Chance that two records are one person": f"{model.priors.match:.3g}",
        "… kin of one household": f"{model.priors.kin:.3g}",
        "… people of one place": f"{model.priors.place:.3g}",
        "Share of strangers of one region": f"{model.priors.region:.3g}",
        "Most records that may share a key": model.cap,
    }
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(str(value))}</td></tr>" for name, value in facts.items()
    )
    return f"<table>{rows}</table>"


def _rules(model: Model) -> str:
    names = {one.field.stem: one.field.name for one in model.fields}
    told = {tuple(rule["rule"].split("+")): rule for rule in model.diagnostics.get("rules", ())}
    rows: list[str] = []
    for rule in model.rules:
        known = told.get(rule, {})
        text = " + ".join(names.get(atom, atom) for atom in rule)
        rows.append(
            f"<tr><td>{escape(text)}</td><td>{known.get('pairs', '–')}</td>"
            f"<td>{100 * float(known.get('gain', 0)):.2f} %</td></tr>"
        )
    head = "<tr><th>Blocking rule</th><th>Pairs</th><th>Duplicates no rule above finds</th></tr>"
    return f"<h2>Blocking</h2><table>{head}{''.join(rows)}</table>"


def _weights(levels: Sequence[Level]) -> str:
    half = (_WIDTH - _LABEL) / 2
    middle = _LABEL + half
    bars: list[str] = []
    for at, level in enumerate(levels):
        bits = weight(level)
        length = min(abs(bits), _MOST_BITS) / _MOST_BITS * (half - 50)
        kind, left = ("for", middle) if bits >= 0 else ("against", middle - length)
        end = middle + length + 4 if bits >= 0 else middle - length - 40
        bars.append(
            f'<text x="0" y="{at * _ROW + 15}">{escape(level.label)}</text>'
            f'<rect class="{kind}" x="{left:.1f}" y="{at * _ROW + 4}" width="{length:.1f}" height="14"/>'
            f'<text x="{end:.1f}" y="{at * _ROW + 15}">{bits:+.1f}</text>'
        )
    return _svg("Match weights in bits", bars, len(levels))


def _chances(levels: Sequence[Level]) -> str:
    bars: list[str] = []
    for at, level in enumerate(levels):
        bars.append(f'<text x="0" y="{at * _ROW + 15}">{escape(level.label)}</text>')
        for kind, share, top in (("m", level.m, 3), ("u", level.u, 11)):
            length = (1 - max(log10(max(share, 1e-12)), _LEAST_LOG) / _LEAST_LOG) * (_WIDTH - _LABEL - 10)
            bars.append(
                f'<rect class="{kind}" x="{_LABEL}" y="{at * _ROW + top}" width="{length:.1f}" height="7"/>'
            )
    return _svg("m (blue) and u (brown) from 0.0000001 to 1, logarithmic", bars, len(levels))


def _svg(title: str, bars: Sequence[str], rows: int) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {_WIDTH} {rows * _ROW + 6}" width="100%"><title>{escape(title)}</title>'
        f"{''.join(bars)}</svg>"
    )


def _table(levels: Sequence[Level]) -> str:
    head = "<tr><th>Level</th><th>m</th><th>u</th><th>region</th><th>place</th><th>kin</th><th>bits</th></tr>"
    rows = "".join(
        f"<tr><td>{escape(level.label)}</td><td>{level.m:.4g}</td><td>{level.u:.4g}</td>"
        f"<td>{level.region:.4g}</td><td>{level.place:.4g}</td><td>{level.kin:.4g}</td><td>{weight(level):+.2f}</td></tr>"
        for level in levels
    )
    return f"<table>{head}{rows}</table>"
