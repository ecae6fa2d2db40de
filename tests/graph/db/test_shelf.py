"""The shelf refuses files that do not keep their word, and names file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graph.db.check import problems
from graph.db.lint import lint_file
from graph.db.shelf import Mode, load_shelf, shelf
from graph.errors import ShelfError
from graph.ingest.rows import LISTS

GOOD = """// identity.find_profile
// A profile by its id.
// mode: read
// param id: STRING
// returns profileId: STRING
/* :params {id: 'x'} */
MATCH (p:Profile {id: $id}) // $comment is no parameter
WHERE p.source <> '$text'
RETURN p.id AS profileId
"""


def put(folder: Path, text: str, name: str = "identity/find_profile.cypher") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_a_good_file_is_read_with_its_header(tmp_path: Path) -> None:
    put(tmp_path, GOOD)
    statement = load_shelf(tmp_path)["identity.find_profile"]
    assert statement.mode is Mode.READ
    assert statement.title == "A profile by its id."
    assert dict(statement.params) == {"id": "STRING"}
    assert dict(statement.returns) == {"profileId": "STRING"}
    assert statement.text.startswith("CYPHER 5\nMATCH")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("// param id: STRING\n", ""), r"find_profile.cypher:6: \$id is used but not declared"),
        (
            ("// mode: read", "// mode: read\n// param more: STRING"),
            "parameter more is declared but not used",
        ),
        (("AS profileId", "AS id"), r"declared returns are \(profileId\), the last RETURN gives \(id\)"),
        (("// mode: read\n", ""), "lacks `// mode: read`"),
        (("// mode: read", "// mode: maybe"), ":3: mode is `read` or `write`"),
        (("// A profile by its id.\n", ""), "lacks a line that says what"),
        (("/* :params {id: 'x'} */\n", ""), "add an example"),
        (("// identity.find_profile", "// find_profile"), ":1: the first line must be"),
        (("// param id: STRING", "// param id STRING"), ":4: write `// param name: TYPE`"),
    ],
)
def test_a_file_that_breaks_its_word_is_refused(
    tmp_path: Path, change: tuple[str, str], complaint: str
) -> None:
    put(tmp_path, GOOD.replace(*change))
    with pytest.raises(ShelfError, match=complaint):
        load_shelf(tmp_path)


def test_a_badly_named_file_is_refused(tmp_path: Path) -> None:
    put(tmp_path, GOOD, "identity/FindProfile.cypher")
    with pytest.raises(ShelfError, match="in lower case"):
        load_shelf(tmp_path)


def test_an_unknown_statement_is_named() -> None:
    with pytest.raises(ShelfError, match=r"no statement identity\.guess"):
        shelf()["identity.guess"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("MATCH (p:Profil) RETURN p", "Profil is no declared label"),
        ("MATCH (p)-[:HAZ]->(i) RETURN p", "HAZ is no declared relationship type"),
        ("MATCH (p)-[HAS]->(i) RETURN p", r"\[HAS\] has no colon"),
        ("MATCH (p) WHERE p.sorce = 1 RETURN p", "sorce is no declared property"),
        ("MATCH (p:Profile {sorce: 1}) RETURN p", "sorce is no declared property"),
        ("MATCH (p)-[:HAS|CLAIM]->(i) RETURN p", "CLAIM is no declared relationship type"),
        ("MATCH ()-[e]->() USING INDEX e:HAZ(id) RETURN e", "HAZ is no declared label or relationship type"),
        ("MATCH ()-[e]->() USING INDEX e:HAS(sorce) RETURN e", "sorce is no declared property"),
    ],
)
def test_lint_finds_what_syntax_does_not(tmp_path: Path, line: str, complaint: str) -> None:
    found = lint_file(put(tmp_path, f"// title\n{line}\n"))
    assert found, "nothing found"
    assert re.search(complaint, found[0])
    assert found[0].startswith("find_profile.cypher:2: ")


def test_lint_leaves_declared_words_alone(tmp_path: Path) -> None:
    text = (
        "MATCH (p:Profile {id: $id})-[e:HAS|CLAIMS]->(i:Identifier) USING INDEX e:HAS(uses)\n"
        "WHERE p.source = 'x:Y' RETURN e.uses\n"
    )
    assert lint_file(put(tmp_path, text)) == []


def test_the_products_own_shelf_keeps_every_rule() -> None:
    assert problems() == []


def test_the_batch_write_reads_exactly_the_lists_it_is_given() -> None:
    used = set(re.findall(r"\$rows\.(\w+)", shelf()["ingest.write_batch"].text))
    assert used == set(LISTS)
