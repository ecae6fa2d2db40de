from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import RuntimeProvisionError
from graph.runtime.jars import VERSIONS, Jar, format_lock, load_lock, lock_file, parse_lock
from tests.laws import examples

WORD = st.from_regex(r"[a-z][a-z0-9.-]{0,12}", fullmatch=True)
JARS = st.lists(
    st.builds(
        Jar,
        group=WORD,
        artifact=WORD,
        version=WORD,
        classifier=st.just("") | WORD,
        sha256=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
        size=st.integers(1, 10**9),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda jar: jar.filename,
)


@pytest.mark.parametrize(("name", "jars"), [("2026.08", 225), ("5.26", 213)])
def test_committed_lock_is_whole(name: str, jars: int) -> None:
    version = VERSIONS[name]
    lock = load_lock(lock_file(version))
    names = {jar.coordinate for jar in lock.jars}
    assert len(lock.jars) == jars
    assert {f"org.neo4j.app:neo4j-server:{version}", f"org.neo4j:neo4j:{version}"} <= names
    assert 100e6 < lock.size < 200e6
    assert not [jar for jar in lock.jars if "apoc" in jar.artifact or "data-science" in jar.artifact]


def test_path_is_that_of_a_maven_repository() -> None:
    jar = Jar("org.example.one", "thing", "1.0", "linux-x86_64", "0" * 64, 1)
    assert jar.path == "org/example/one/thing/1.0/thing-1.0-linux-x86_64.jar"


@given(jars=JARS)
@settings(max_examples=examples(60), deadline=None)
def test_lock_round_trip_in_any_order(jars: list[Jar]) -> None:
    lock = parse_lock(format_lock(tuple(jars)))
    assert lock == parse_lock("# comment\n\n" + format_lock(tuple(reversed(jars))))
    assert set(lock.jars) == set(jars)


GOOD = f"g:a:1 {'0' * 64} 5\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "names no jar"),
        (GOOD + GOOD, "line 2 names a-1.jar a second time"),
        (GOOD + "g:a", "line 2 is not"),
        (f"g:a:1 {'0' * 63} 5", "line 1 is not"),
        (f"g:a:1 {'0' * 64} 0", "line 1 is not"),
        (f"g:../a:1 {'0' * 64} 5", "line 1 is not"),
    ],
)
def test_damaged_lock_is_refused_by_line(text: str, what: str) -> None:
    with pytest.raises(RuntimeProvisionError, match=what):
        parse_lock(text)


def test_missing_lock_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeProvisionError, match=r"other\.lock is damaged: No such file"):
        load_lock(tmp_path / "other.lock")
