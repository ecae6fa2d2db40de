"""Prints how often the property tests of `resolve` reached what they are about."""

from __future__ import annotations

import pytest

from tests.graph.identity.worlds import REPORT


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if REPORT:
        terminalreporter.section("resolve: what the property tests reached")
        for test in sorted(REPORT):
            counts = ", ".join(f"{what} {number}" for what, number in sorted(REPORT[test].items()))
            terminalreporter.write_line(f"{test}: {counts}")
