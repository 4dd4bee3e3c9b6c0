"""The house stays small: files, lines, circles, and modules that only one other needs.

Run as a script, this file prints the counts: `python tests/test_house.py [ROOT]`.
"""

import ast
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Lines of Python a room may hold, docstrings and blank lines within. When a room
# outgrows its budget something leaves, or DECISIONS.md says why not.
BUDGET = {
    "top": 6020,
    "adding": 1940,
    "charts": 3370,
    "evidence": 6260,
    "intake": 6580,
    "report": 4510,
    "revisions": 1250,
    "signins": 2890,
}
FILES = 123
ONE_IMPORTER = 30
CIRCLES = 0
TEST_LINES = 22_300


def modules(root):
    """Return the modules of the library by dotted name."""
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path
        for path in sorted((root / "hengstats").rglob("*.py"))
    }


def room(root, path):
    """Return the room that a module stands in."""
    parts = path.relative_to(root / "hengstats").parts
    return parts[0] if len(parts) > 1 else "top"


def lines(path):
    """Return how many lines a file has."""
    return len(path.read_text(encoding="utf-8").splitlines())


def imports(root):
    """Return, for each module, the modules of the library that it imports."""
    known = modules(root)
    found = {name: set() for name in known}
    for name, path in known.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                named = {f"{node.module}.{one.name}" for one in node.names}
                named = {one if one in known else node.module for one in named}
                found[name] |= {one for one in named if one in known} - {name}
    return found


def lonely(root):
    """Return the modules that exactly one other module imports."""
    counts = Counter(one for named in imports(root).values() for one in named)
    packages = {name for name, path in modules(root).items() if path.stem == "__init__"}
    return sorted(name for name, n in counts.items() if n == 1 and name not in packages)


def circles(root):
    """Return the groups of modules that import one another, directly or not."""
    graph = imports(root)
    reach = {name: set(named) for name, named in graph.items()}
    for through in reach:
        for name in reach:
            if through in reach[name]:
                reach[name] |= reach[through]
    groups = {
        frozenset({name} | {one for one in reach[name] if name in reach[one]})
        for name in reach
        if name in reach[name]
    }
    return sorted(map(sorted, groups))


def count(root):
    """Return files and lines by room."""
    files, length = Counter(), Counter()
    for path in modules(root).values():
        files[room(root, path)] += 1
        length[room(root, path)] += lines(path)
    return files, length


@pytest.mark.parametrize("name", BUDGET)
def test_a_room_keeps_within_its_budget(name):
    assert count(ROOT)[1][name] <= BUDGET[name]


def test_every_room_has_a_budget():
    assert set(count(ROOT)[1]) == set(BUDGET)


def test_the_house_has_so_many_files_and_no_more():
    assert len(modules(ROOT)) <= FILES


def test_few_modules_serve_only_one_other():
    assert len(lonely(ROOT)) <= ONE_IMPORTER


def test_no_module_imports_itself_through_others():
    assert len(circles(ROOT)) <= CIRCLES


def test_the_tests_are_small_as_well():
    written = sum(map(lines, (ROOT / "tests").rglob("*.py")))
    assert written <= TEST_LINES


if __name__ == "__main__":
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT).resolve()
    files, length = count(root)
    for name in sorted(length):
        print(f"{name:<12} {files[name]:4} files {length[name]:7,} lines")
    print(f"{'all':<12} {sum(files.values()):4} files {sum(length.values()):7,} lines")
    print(f"tests {sum(map(lines, (root / 'tests').rglob('*.py'))):,} lines")
    print(f"{len(lonely(root))} modules with one importer:", *lonely(root))
    print(f"{len(circles(root))} circles:", *circles(root), sep="\n  ")
