from __future__ import annotations

from pathlib import Path

from graph.runtime.warm import cache_path, warm_cache


async def test_cache_that_cannot_be_made_costs_one_try_only(tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    lib.mkdir()
    assert await warm_cache(lib, cache_dir=tmp_path) is None
    failed = cache_path(lib, cache_dir=tmp_path).with_suffix(".failed")
    first = failed.stat().st_mtime_ns
    assert await warm_cache(lib, cache_dir=tmp_path) is None
    assert failed.stat().st_mtime_ns == first
    assert sorted(path.suffix for path in (tmp_path / "neo4j").iterdir()) == [".failed", ".lock"]


def test_cache_belongs_to_its_jars(tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    lib.mkdir()
    empty = cache_path(lib, cache_dir=tmp_path)
    (lib / "one.jar").write_bytes(b"1")
    assert cache_path(lib, cache_dir=tmp_path) != empty
    assert cache_path(lib, cache_dir=tmp_path) == cache_path(lib, cache_dir=tmp_path)
