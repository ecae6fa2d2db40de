"""A small page to try queries in, without anything from a network: no CDN, no framework."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

_STYLE: Final = """
:root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif }
body { margin: 0; display: grid; height: 100vh; grid: auto 1fr / 1fr 1fr; gap: 8px; padding: 8px;
  box-sizing: border-box }
header { grid-column: 1 / 3; display: flex; gap: 8px; align-items: center }
header input { flex: 1; font: inherit; padding: 4px }
button { font: inherit; padding: 4px 16px }
section { display: grid; grid-template-rows: 3fr 1fr; gap: 8px; min-height: 0 }
textarea, pre { font: 13px/1.5 ui-monospace, monospace; margin: 0; padding: 8px; border: 1px solid #8888;
  resize: none; overflow: auto; white-space: pre-wrap }
"""
_SCRIPT: Final = """
const $ = id => document.getElementById(id)
$('key').value = sessionStorage.getItem('key') || ''
async function run() {
  sessionStorage.setItem('key', $('key').value)
  $('out').textContent = '…'
  try {
    const variables = $('variables').value.trim() ? JSON.parse($('variables').value) : {}
    const response = await fetch('', {
      method: 'POST',
      headers: {'Content-Type': 'application/json', 'Authorization': 'Bearer ' + $('key').value.trim()},
      body: JSON.stringify({query: $('query').value, variables}),
    })
    $('out').textContent = JSON.stringify(await response.json(), null, 2)
  } catch (error) { $('out').textContent = String(error) }
}
$('run').addEventListener('click', run)
document.addEventListener('keydown', e => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) run() })
"""
_BODY: Final = """
<header><strong>guanxi GraphQL</strong>
<input id="key" type="password" placeholder="API key" autocomplete="off" aria-label="API key">
<button id="run">Run (Ctrl+Enter)</button></header>
<section><textarea id="query" spellcheck="false" aria-label="Query">{
  users(first: 5) {
    edges { node { oneId displayName identifiers { namespace value } } }
    pageInfo { hasNextPage endCursor }
  }
}</textarea>
<textarea id="variables" spellcheck="false" placeholder="Variables as JSON" aria-label="Variables"></textarea>
</section>
<pre id="out"></pre>
"""


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML page and the headers it goes with."""

    body: str
    headers: dict[str, str]


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


PAGE: Final = Page(
    body=(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>guanxi GraphQL</title>'
        f"<style>{_STYLE}</style>{_BODY}<script>{_SCRIPT}</script></html>"
    ),
    headers={
        "Content-Security-Policy": (
            f"default-src 'none'; connect-src 'self'; style-src {_source(_STYLE)}; "
            f"script-src {_source(_SCRIPT)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    },
)
