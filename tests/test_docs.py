"""What the documents say to type exists, and what they name is there.

Read out of every page: fenced blocks, commands and variables in running text, names of files and tests, links. The
two commands of the README's first screen are not run here: `make test` is what runs this, and `make demo` is tried by
hand on a fresh clone. The README's story is lived through in test_readme.py.
"""

from __future__ import annotations

import csv
import importlib
import io
import json
import os
import re
import shlex
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from enum import EnumMeta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from graphql import build_schema, parse, validate
from typer.main import get_command

from api.cli.demo import TRY_IT
from api.cli.main import app
from api.rest.door import DoorRoute
from api.rest.ingest.batch import CALLS
from api.rest.routers import ROUTERS
from graph.access.roles import AVAILABLE
from graph.identity.rules import load_rules
from graph.ingest.files.mapping import load_mapping
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import default_source, load_sources
from graph.profile.golden_rules import load_golden_rules
from graph.settings import Settings

ROOT = Path(__file__).parents[1]
NOW = 1_795_000_000_000_000

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BROUGHT = {ROOT / "docs" / name for name in ("product.md", "style.md")} | set(
    (ROOT / "docs/reference").glob("*")
)
"""What the repository was given: it speaks of other projects and of what is still to come."""
OURS = [page for page in PAGES if page not in BROUGHT]
UNCHECKED = {"mermaid", "js", "html", "text"}

SCHEMA = build_schema((ROOT / "api/gql/schema.graphql").read_text(encoding="utf-8"), assume_valid_sdl=True)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
REST = {route.path for router in ROUTERS for route in router.routes if isinstance(route, DoorRoute)}
PATHS = {"/graphql", "/healthz", "/readyz", "/openapi.json", *(f"/v1/{name}" for name in CALLS), *REST}


@dataclass(frozen=True)
class Block:
    """A fenced block and where it stands."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    fence, language, begun, body = "", "", 0, []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        mark = re.match(r" *(```+|~~~+)(\S*)", line)
        if mark and not fence:
            fence, language, begun, body = mark[1], mark[2], number, []
        elif mark and mark[1] == fence and not mark[2]:
            yield Block(page, begun, language, "\n".join(body) + "\n")
            fence = ""
        elif fence:
            body.append(line)
    assert not fence, f"{page}: a block that begins at line {begun} does not end"


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def fenced(*languages: str) -> list[Block]:
    return [block for page in OURS for block in blocks(page) if block.language in languages]


def spoken(page: Path) -> list[str]:
    """What stands in backticks in running text."""
    return [" ".join(text.split()) for text in re.findall(r"`([^`]+)`", prose(page))]


# --- commands -------------------------------------------------------------------------------------------------


def check_command(words: list[str], *, whole: bool) -> None:
    """A `guanxi …` command line: sub-commands, options and choices exist; `whole` ones lack nothing needed."""
    command: Any = get_command(app)
    at = 0
    while hasattr(command, "commands") and at < len(words) and not words[at].startswith("-"):
        if words[at] not in command.commands:
            assert "files" in command.commands, f"there is no command {words[at]!r}"
            command = command.commands["files"]  # `guanxi ingest FILE` means `guanxi ingest files FILE`
            break
        command = command.commands[words[at]]
        at += 1
    options = {name: param for param in command.params for name in (*param.opts, *param.secondary_opts)}
    given, values, rest = set(), 0, iter(words[at:])
    for word in rest:
        name, _, value = word.partition("=")
        if not name.startswith("-") or name == "-":
            values += 1
            continue
        if name in ("--help", "-h"):
            return
        assert name in options, f"`{command.name}` has no option {name}"
        param = options[name]
        given.add(param.name)
        if not param.is_flag:
            value = value or next(rest, "")
            assert value, f"{name} lacks its value"
            check_value(name, param.type_descriptor.annotation, value)
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    room = float("inf") if any(param.nargs == -1 for param in arguments) else len(arguments)
    assert values <= room, f"`{command.name}` takes {room} values, not {values}"
    if whole:
        assert not hasattr(command, "commands"), f"`{command.name}` needs a sub-command"
        missing = [
            p.name for p in command.params if p.required and p.name not in given and p not in arguments
        ]
        assert not missing, f"`{command.name}` needs {missing}"
        assert values or not any(param.required for param in arguments), f"`{command.name}` needs a value"


def check_value(option: str, kind: Any, value: str) -> None:
    """A value that is one of a few; capitals stand for one (`--role ROLE`)."""
    allowed = AVAILABLE if option == "--role" else kind if isinstance(kind, EnumMeta) else None
    assert allowed is None or value.isupper() or value in [str(one.value) for one in allowed], value


def command_lines(text: str) -> Iterator[list[str]]:
    """The commands of a shell block: variables set before them, prompts and output are taken off."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True)
        while words and re.fullmatch(r"[A-Z_0-9]+=.*", words[0]):
            words.pop(0)
        if words:
            yield words


def check_curl(words: list[str]) -> None:
    urls = [word for word in words if word.startswith("http")]
    assert len(urls) == 1, words
    path = urlsplit(urls[0]).path
    assert path in PATHS, path
    bodies = [
        words[i + 1] for i, word in enumerate(words) if word in ("-d", "--data", "--data-raw", "--json")
    ]
    for body in bodies:
        said = json.loads(body)
        if path == "/graphql":
            assert not validate(SCHEMA, parse(said["query"]))
        elif path in REST:
            check_body(path, said, method="PUT" if "PUT" in words else "POST")
        else:
            check_events(path, said)


def check_body(path: str, said: dict[str, Any], *, method: str) -> None:
    """A body of a REST door: what the route takes."""
    (route,) = (
        route
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, DoorRoute) and route.path == path and method in route.methods
    )
    assert route.body_field is not None
    route.body_field.field_info.annotation.model_validate(said)


def check_events(path: str, said: dict[str, Any]) -> None:
    call = CALLS[path.removeprefix("/v1/")]
    for event in [said] if call.type_ else said["batch"]:
        read = read_message(event, Arrival(default_source("docs"), NOW), type_=call.type_)
        assert isinstance(read, Message), read


@pytest.mark.parametrize(
    "line",
    [
        "sevre",
        "key make",
        "ingest people.csv --sorce crm",
        "ingest people.csv",
        "key create --role king",
        "db logs --file nonsense",
        "migrate now",
        "export",
    ],
)
def test_a_wrong_command_is_noticed(line: str) -> None:
    with pytest.raises(AssertionError):
        check_command(line.split(), whole=True)


@pytest.mark.parametrize("block", fenced("sh", "bash", "console", "shell"), ids=str)
def test_every_shell_block_can_be_typed(block: Block) -> None:
    known = 0
    for words in command_lines(block.text):
        name, arguments = words[0].removeprefix(".venv/bin/"), words[1:]
        match name:
            case "guanxi":
                check_command(arguments, whole=True)
            case "make":
                assert set(arguments) <= TARGETS, arguments
            case "curl":
                check_curl(words)
            case "python" | "python3":
                check_module(arguments)
            case _:
                assert name in ("export", "docker", "openssl", "chmod", "cp", "git", "cd"), name
        known += 1
    assert known


def check_module(arguments: list[str]) -> None:
    if arguments[0] == "-m" and arguments[1].split(".")[0] in ("graph", "api", "seed", "bench"):
        assert importlib.util.find_spec(arguments[1]) is not None, arguments[1]
    elif arguments[0] == "-c":
        compile(arguments[1], "docs", "exec")


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.name)
def test_commands_in_running_text_exist(page: Path) -> None:
    wrong = []
    for text in spoken(page):
        words = re.sub(r"[…\[\]]", "", text).split()
        while words and re.fullmatch(r"[A-Z_0-9]+=.*", words[0]):
            words.pop(0)
        name = words[0].removeprefix(".venv/bin/") if words else ""
        try:
            if name == "make" and len(words) > 1:
                targets = {word for word in words[1:] if "=" not in word}
                assert targets <= TARGETS, f"no target {words[1]}"
            elif name == "guanxi" and len(words) > 1:
                for last in words[-1].split("|"):
                    check_command([*words[1:-1], last], whole=False)
            elif words[:2] in (["python", "-m"], [".venv/bin/python", "-m"]):
                check_module(words[1:])
        except AssertionError as error:
            wrong.append(f"{text}: {error}")
    assert not wrong


def test_the_readme_tells_every_command_and_every_target() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `guanxi (\w+)`", readme, re.MULTILINE))
    group: Any = get_command(app)
    assert told == set(group.commands)
    unsaid = {
        f"{name} {sub}"
        for name, command in group.commands.items()
        for sub in getattr(command, "commands", ())
        if f"`{sub}`" not in readme
        and f"guanxi {name} {sub}" not in readme
        and (name, sub) != ("ingest", "files")
    }
    assert not unsaid
    assert not {name for name in TARGETS if f"`{name}`" not in readme and f"make {name}" not in readme}


# --- snippets -------------------------------------------------------------------------------------------------


def test_no_language_goes_unchecked() -> None:
    checked = {"sh", "bash", "console", "shell", "toml", "json", "jsonl", "csv", "graphql", "python"}
    assert {block.language for page in OURS for block in blocks(page)} <= checked | UNCHECKED


@pytest.mark.parametrize("block", fenced("toml"), ids=str)
def test_every_declaration_is_read_by_its_own_loader(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "snippet.toml"
    file.write_text(block.text, encoding="utf-8")
    tables = set(re.findall(r"^\[(\w+)", block.text, re.MULTILINE))
    if tables & {"people", "events"}:
        assert load_mapping(file).columns
    elif "sources" in tables:
        assert load_sources(file)
    elif "strategies" in block.text:
        assert load_golden_rules(file)
    else:
        assert load_rules(file).namespaces


@pytest.mark.parametrize("block", fenced("graphql"), ids=str)
def test_every_query_is_valid(block: Block) -> None:
    assert validate(SCHEMA, parse(block.text)) == []


@pytest.mark.parametrize("block", fenced("json", "jsonl"), ids=str)
def test_json_is_json(block: Block) -> None:
    parts = block.text.splitlines() if block.language == "jsonl" else [block.text]
    assert all(isinstance(json.loads(part), dict) for part in parts)


@pytest.mark.parametrize("block", fenced("csv"), ids=str)
def test_rows_have_as_many_cells_as_the_header(block: Block) -> None:
    assert len({len(row) for row in csv.reader(io.StringIO(block.text))}) == 1


@pytest.mark.parametrize("block", fenced("python"), ids=str)
def test_python_compiles_and_what_it_imports_is_there(block: Block) -> None:
    compile(block.text, str(block), "exec")
    imports = "\n".join(re.findall(r"^(?:from|import) .*", block.text, re.MULTILINE))
    namespace: dict[str, Any] = {}
    exec(imports, namespace)
    assert len(namespace) > 1


def test_what_the_demo_prints_can_be_typed() -> None:
    printed = TRY_IT.replace("{port}", "8000").replace("\\\n", " ")
    (line,) = [line for line in printed.splitlines() if "curl" in line]
    check_curl(shlex.split(line[line.index("curl") :]))


def test_the_picture_is_well_formed_and_says_what_it_shows() -> None:
    picture = ET.parse(ROOT / "docs/relationship.svg").getroot()
    said = [child.text for child in picture if child.tag.endswith(("title", "desc"))]
    assert len(said) == 2
    assert all(said)


# --- names ----------------------------------------------------------------------------------------------------


@cache
def sources(*folders: str) -> str:
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def settings_variables() -> set[str]:
    return {
        name.upper() if name.startswith("neo4j_") else f"GUANXI_{name.upper()}"
        for name in Settings.model_fields
    }


def test_the_readme_tells_every_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([A-Z0-9_]+)`", readme, re.MULTILINE)) == settings_variables()


def test_the_changelog_begins_with_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    first = re.search(r"^## (\S+?),? ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert first is not None
    assert first[1] == version


def test_every_variable_that_is_named_is_read() -> None:
    code = sources("graph", "api", "bench", "tests") + (ROOT / "docker-compose.yml").read_text(
        encoding="utf-8"
    )
    named = {
        name
        for page in OURS
        for name in re.findall(r"\b(?:GUANXI|NEO4J)_[A-Z0-9_]+\b", page.read_text("utf-8"))
    }
    assert {name for name in named - settings_variables() if f'"{name}"' not in code} == set()


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.name)
def test_every_file_test_and_statement_that_is_named_exists(page: Path) -> None:
    missing = []
    for text in spoken(page):
        path, _, test = text.partition("::")
        if re.fullmatch(r"(graph|api|cypher|seed|tests|bench|docs)/[\w./-]*", path):
            file = ROOT / path
            if not file.exists() or (test and f"def {test}(" not in file.read_text(encoding="utf-8")):
                missing.append(text)
        elif re.fullmatch(r"test_\w+", text) and f"def {text}(" not in sources("tests"):
            missing.append(text)
        elif (match := re.fullmatch(r"([a-z]+)\.([a-z]+_[a-z_]+)", text)) and (
            ROOT / "cypher" / match[1]
        ).is_dir():
            statement = ROOT / "cypher" / match[1] / f"{match[2]}.cypher"
            missing += [] if statement.exists() else [text]
    assert not missing


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ +(.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_inside_leads_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if urlsplit(target).scheme:
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name) if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert not broken


# --- what must stand in no file -------------------------------------------------------------------------------

HOSTS = r"(mave[n]|pyp[i]|pythonhoste[d]|npmj[s]|crate[s]|golan[g]|debia[n])\.(apache\.)?(org|com|io)"
MACHINE = r"(^|[^A-Za-z0-9_.-])/(wor[k]|far[m]|roo[t])/[a-z.]"


@cache
def repository() -> dict[str, str]:
    """Every text file of the repository by its path, tracked or about to be."""
    texts: dict[str, str] = {}
    for folder, folders, files in os.walk(ROOT):
        kept = {".ci"} if Path(folder) == ROOT else set()
        left_out = {"__pycache__", "node_modules"} | ({"build", "dist", "var"} if kept else set())
        folders[:] = [it for it in folders if it in kept or not (it.startswith(".") or it in left_out)]
        for path in (Path(folder) / it for it in files if it == ".gitignore" or not it.startswith(".")):
            content = path.read_bytes()
            if b"\0" not in content:
                texts[str(path.relative_to(ROOT))] = content.decode("utf-8", "replace")
    return texts


@pytest.mark.parametrize("pattern", [HOSTS, MACHINE], ids=["registry", "machine"])
def test_no_file_names_a_registrys_host_or_a_path_of_one_machine(pattern: str) -> None:
    searched = re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    found = [f"{path}: {match[0]}" for path, text in repository().items() if (match := searched.search(text))]
    assert len(repository()) > 200
    assert found == []
