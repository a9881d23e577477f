"""The house rules that a reader relies on: who may import whom, what is listed, what is named."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from preflight import facts, renderers
from preflight.commands import COMMANDS

PACKAGE = Path(__file__).parents[1] / "tool" / "preflight"

# Part of the house → what it may import of ours. A part is a folder, or a module at the top.
VOCABULARY = {"model", "errors"}
# Pure leaves, on the vocabulary alone.
WORDS = {"pointers", "escaping", "wording", "breaches", "schema_tree", "naming", "digraph"}
MAY_IMPORT = {
    "__init__": set(),
    "errors": set(),
    "model": set(),
    "pointers": VOCABULARY,
    "escaping": VOCABULARY,
    "wording": VOCABULARY,
    "breaches": VOCABULARY | {"pointers"},
    "schema_tree": VOCABULARY | {"pointers", "breaches"},
    "periods": VOCABULARY,
    "levels": set(),
    "shapes": VOCABULARY,
    "money": VOCABULARY,
    "terms": VOCABULARY | {"money", "periods"},
    "pairing": VOCABULARY,
    "spans": VOCABULARY,
    "recurring": VOCABULARY | WORDS | {"money", "naming", "terms"},
    "houses": VOCABULARY | {"money", "naming", "periods", "terms"},
    "authority": VOCABULARY | {"levels", "money"},
    "agreement": VOCABULARY | WORDS | {"authority", "levels", "money", "periods"},
    "waiving": VOCABULARY | WORDS | {"fingerprints", "policy", "rules"},
    "fingerprints": VOCABULARY | WORDS | {"expressions", "policy", "rules"},
    "places": VOCABULARY | {"pointers", "policy"},
    "schema": VOCABULARY | WORDS,
    "editor": VOCABULARY | WORDS,
    "scaffold": VOCABULARY | WORDS,
    "naming": set(),
    "digraph": set(),
    "concealment": VOCABULARY,
    "codeowners": VOCABULARY | {"wording"},
    "doctor": VOCABULARY | WORDS | {"codeowners", "concealment", "decisions", "tables"},
    "resemblance": VOCABULARY | {"naming"},
    "neighbourhood": VOCABULARY | {"naming", "resemblance"},
    "likeness": VOCABULARY | WORDS | {"facts", "resemblance"},
    "tables": VOCABULARY | WORDS,
    "lineage": VOCABULARY | WORDS | {"facts"},
    "impact_views": VOCABULARY | WORDS | {"lineage", "tables"},
    "suites": VOCABULARY | WORDS | {"facts"},
    "overlap_views": VOCABULARY | WORDS | {"resemblance", "suites", "tables"},
    "cel_syntax": set(),
    "expressions": VOCABULARY | WORDS | {"cel_syntax"},
    "rules": VOCABULARY | WORDS | {"expressions"},
    "facts": VOCABULARY
    | WORDS
    | {
        "agreement",
        "authority",
        "houses",
        "levels",
        "money",
        "neighbourhood",
        "pairing",
        "periods",
        "recurring",
        "resemblance",
        "shapes",
        "spans",
        "terms",
    },
    "policy": VOCABULARY | WORDS | {"rules", "schema", "facts"},
    "engine": VOCABULARY | WORDS | {"rules", "expressions", "policy", "facts", "places", "waiving"},
    "examples": VOCABULARY | WORDS | {"engine", "policy", "rules"},
    "coverage": VOCABULARY | WORDS | {"policy"},
    "decisions": VOCABULARY | WORDS | {"agreement", "fingerprints", "levels", "periods"},
    "history": VOCABULARY | WORDS | {"decisions", "field_changes", "tables"},
    "staff": VOCABULARY,
    "landing": VOCABULARY | {"history"},
    "provenance": VOCABULARY | WORDS | {"decisions", "history", "landing", "staff", "tables"},
    "alignment": VOCABULARY | WORDS | {"landing", "periods", "staff", "tables"},
    "auditing": VOCABULARY | WORDS | {"decisions", "field_changes", "history", "tables"},
    "deciding": VOCABULARY | WORDS | {"agreement", "decisions", "facts", "levels", "money", "tables"},
    "checklist": VOCABULARY | WORDS | {"facts"},
    "due": VOCABULARY | WORDS | {"facts", "periods"},
    "watch": VOCABULARY | WORDS | {"due"},
    "assessment": VOCABULARY | WORDS | {"facts", "levels", "periods", "tables"},
    "explanations": VOCABULARY | WORDS | {"checklist", "facts", "rules"},
    "field_changes": VOCABULARY | {"pointers"},
    "comparison": VOCABULARY | WORDS | {"field_changes", "money"},
    "briefing": VOCABULARY | WORDS | {"field_changes", "levels", "money", "rules", "tables"},
    "whatif": VOCABULARY | {"escaping", "wording"},
    "book": VOCABULARY | WORDS | {"coverage"},
    "inventory": VOCABULARY
    | WORDS
    | {
        "alignment",
        "briefing",
        "checklist",
        "deciding",
        "decisions",
        "due",
        "engine",
        "facts",
        "history",
        "impact_views",
        "levels",
        "lineage",
        "money",
        "periods",
        "recurring",
        "tables",
        "terms",
    },
    "intake_form": VOCABULARY | WORDS,
    "importers": VOCABULARY | WORDS | {"intake_form"},
    "renderers": VOCABULARY | WORDS | {"briefing", "comparison"},
    "shell": VOCABULARY | WORDS | {"decisions", "field_changes", "history", "landing", "schema", "policy"},
}
PURE = set(MAY_IMPORT) - {"shell"}
IMPURE = {"os", "sys", "time", "pathlib", "tempfile", "subprocess", "shutil", "click", "git", "random", "socket"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc", "factory"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Return the dotted names that a module imports, those for types included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def ours(names: set[str]) -> set[str]:
    """Return the parts of the house among imported names."""
    return {name.split(".")[1] for name in names if name.startswith("preflight.")} - {"__version__"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_what_the_table_allows(path: Path) -> None:
    name = part(path)
    if name in {"commands", "cli", "__main__"}:
        return  # the outermost ring may see everything
    allowed = MAY_IMPORT[name] | {name}
    assert ours(imports(path)) <= allowed, f"{name} may import only {sorted(allowed)}"


def test_the_table_names_every_part_and_no_other() -> None:
    assert {part(path) for path in modules()} == set(MAY_IMPORT) | {"commands", "cli", "__main__"}


@pytest.mark.parametrize(
    "path", [path for path in modules() if part(path) in PURE], ids=lambda path: path.relative_to(PACKAGE).as_posix()
)
def test_pure_modules_touch_no_clock_no_file_no_environment(path: Path) -> None:
    tops = {name.split(".")[0] for name in imports(path)}
    assert not tops & IMPURE
    called = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"open", "print", "input", "exec", "eval", "__import__"}
    attributes = {node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)}
    assert not attributes & {"now", "utcnow", "getenv", "environ"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not {path.stem for path in modules()} & VAGUE


def test_every_module_says_what_it_is() -> None:
    silent = [path.name for path in modules() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent == []


@pytest.mark.parametrize(
    ("folder", "listed"),
    [
        pytest.param("facts", facts.FACTS, id="every fact module is in FACTS"),
        pytest.param("renderers", renderers.FORMATS, id="every renderer module is in FORMATS"),
    ],
)
def test_a_plugin_is_listed_once(folder: str, listed: tuple[object, ...]) -> None:
    names = [str(getattr(module, "__name__", "")).rpartition(".")[2] for module in listed]
    assert sorted(names) == sorted(path.stem for path in (PACKAGE / folder).glob("*.py") if path.stem != "__init__")
    kinds = [getattr(module, "NAME", None) for module in listed]
    assert len(set(kinds)) == len(kinds)


def test_every_command_has_a_module_and_help() -> None:
    for name, module in COMMANDS.items():
        tree = ast.parse((PACKAGE / "commands" / f"{module}.py").read_text("utf-8"))
        assert ast.get_docstring(tree), name
        assert any(
            isinstance(node, ast.FunctionDef) and node.name == "command" and ast.get_docstring(node)
            for node in tree.body
        ), name


def test_no_rule_id_appears_in_the_program() -> None:
    rules = PACKAGE.parents[1] / "policies" / "rules"
    names = [path.relative_to(rules).with_suffix("").as_posix() for path in rules.rglob("*.yaml")]
    for path in modules():
        text = path.read_text("utf-8")
        assert not [name for name in names if f'"{name}"' in text or f"'{name}'" in text], path.name
