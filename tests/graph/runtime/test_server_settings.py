from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.runtime.server_settings import (
    COMMON,
    Memory,
    as_environment,
    choose_memory,
    conf_text,
    embedded_conf,
    machine_memory_mb,
)
from tests.laws import examples


def test_hardening_of_the_design_is_in_force() -> None:
    conf = embedded_conf(port=20_001, memory=Memory(512, 256))
    assert conf["dbms.security.allow_csv_import_from_file_urls"] == "false"
    assert conf["internal.dbms.cypher_ip_blocklist"] == "0.0.0.0/0,::/0"
    assert conf["dbms.usage_report.enabled"] == "false"
    assert conf["db.logs.query.enabled"] == "OFF"
    assert conf["server.bolt.listen_address"] == conf["server.bolt.advertised_address"] == "127.0.0.1:20001"
    for limit in ("db.memory.transaction.max", "db.transaction.timeout", "db.lock.acquisition.timeout"):
        assert int(conf[limit].rstrip("sm")) > 0
    assert not any("0.0.0.0" in value for key, value in conf.items() if "address" in key)


def test_conf_text_has_one_line_a_setting() -> None:
    lines = [line for line in conf_text(COMMON).splitlines() if not line.startswith("#")]
    assert dict(line.split("=", 1) for line in lines) == dict(COMMON)


def test_environment_names_follow_the_official_image() -> None:
    assert as_environment({"db.tx_log.preallocate": "false"}) == {"NEO4J_db_tx__log_preallocate": "false"}


@pytest.mark.parametrize(
    ("machine", "expected"),
    [(1_000, Memory(256, 256)), (4_096, Memory(512, 512)), (24_000, Memory(2_048, 2_048))],
)
def test_memory_from_the_machine(machine: int, expected: Memory) -> None:
    assert choose_memory(machine) == expected


@given(machine=st.integers(512, 2_000_000), heap=st.none() | st.integers(256, 64_000))
@settings(max_examples=examples(100), deadline=None)
def test_memory_law(machine: int, heap: int | None) -> None:
    memory = choose_memory(machine, heap_mb=heap)
    assert memory.heap_mb == (heap or memory.heap_mb)
    assert 256 <= memory.page_cache_mb <= 2_048
    assert memory.transaction_mb < memory.heap_mb * 0.7  # below the limit of all transactions together


def test_machine_has_memory() -> None:
    assert machine_memory_mb() > 256
