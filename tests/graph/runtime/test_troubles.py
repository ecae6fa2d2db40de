from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.runtime.protocol import Command, Report, State, decode_command, encode_command
from graph.runtime.troubles import explain
from tests.laws import examples


@pytest.mark.parametrize(
    ("code", "line", "what"),
    [
        (1, "java.net.BindException: Address already in use", "its port is taken by another program"),
        (1, "java.io.IOException: No space left on device", "the disk is full"),
        (
            1,
            "FileLockException: Lock file has been locked by another process",
            "another process has the store open",
        ),
        (1, "Could not reserve enough space for 9999KB object heap", "there is too little memory"),
        (3, "java.lang.OutOfMemoryError: Java heap space", "it ran out of heap"),
        (1, "java.nio.file.AccessDeniedException: /x", "it may not use its folder"),
        (1, "Caused by: java.lang.ClassNotFoundException: x", "its jars are damaged"),
        (None, "Starting...", "it did not answer in time"),
        (-9, "Started.", "it was killed (by someone, or by the system for want of memory)"),
        (-11, "Started.", "signal 11 ended it"),
        (134, "", "it ended with code 134"),
    ],
)
def test_every_end_has_one_message_and_a_remedy(code: int | None, line: str, what: str) -> None:
    trouble = explain(code, [line] if line else [])
    error = trouble.as_error("Neo4j did not start")
    assert trouble.what == what
    assert trouble.port_taken == ("port" in what)
    assert error.message.startswith(f"Neo4j did not start: {what}.")
    assert line in error.message
    assert error.remedy


@given(line=st.binary(max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_no_line_breaks_the_reader(line: bytes) -> None:
    request = decode_command(line)
    assert request is None or isinstance(request[1], Command)
    with pytest.raises(ValueError):
        Report.decode(line)


def test_protocol_round_trip() -> None:
    report = Report(
        State.RESTARTING, 1, 2, 3, 4, pinned=True, restarts=5, error="e", remedy="r", output=("a", "b")
    )
    assert Report.decode(report.encode()) == report
    assert decode_command(encode_command(Command.PIN, token="t")) == ("t", Command.PIN)
