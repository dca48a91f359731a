"""The house: rooms are stacked, imports go down and never round, a folder is one look."""

import ast
from collections import Counter, defaultdict
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import entry_points
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLOORS = [
    {"ripresa"},
    {"games", "dashboards", "research"},
    {"edge", "analytics", "ingest"},
    {"therapy"},
    {"telemetry"},
]
FLOOR = {room: i for i, rooms in enumerate(FLOORS) for room in rooms}
MOST_MODULES = 15


def modules() -> dict[str, Path]:
    """Every module of the house by its dotted name; a package stands for its `__init__`."""
    found = {}
    for room in FLOOR:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imported(name: str, path: Path) -> set[str]:
    """What a module imports of the house, for types only included."""
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            source = ".".join([*above, node.module or ""]).strip(".") if node.level else node.module
            found |= {
                inner if (inner := f"{source}.{alias.name}") in MODULES else source
                for alias in node.names
            }
    return {other for other in found if other in MODULES and other != name}


IMPORTS = {name: imported(name, path) for name, path in MODULES.items()}


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_every_room_of_the_design_stands_at_the_root():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == FLOOR.keys()


def test_imports_go_down():
    wrong = {
        f"{name} imports {other}"
        for name, others in IMPORTS.items()
        for other in others
        if (room := name.split(".")[0]) != (below := other.split(".")[0])
        and FLOOR[below] <= FLOOR[room]
    }
    assert not wrong


def test_no_modules_import_each_other_in_a_circle():
    assert not circle_in(IMPORTS)


def test_no_parts_of_a_room_import_each_other_in_a_circle():
    parts = defaultdict(set)
    for name, others in IMPORTS.items():
        for other in others:
            one, two = name.split(".")[:2], other.split(".")[:2]
            both_inside = len(name.split(".")) > 2 and len(other.split(".")) > 2
            if both_inside and one[0] == two[0] and one != two:
                parts[".".join(one)].add(".".join(two))
    assert not circle_in(parts)


def test_a_folder_holds_no_more_modules_than_one_can_look_over():
    count = Counter(path.parent for path in MODULES.values() if path.stem != "__init__")
    assert not {str(f.relative_to(ROOT)): n for f, n in count.items() if n > MOST_MODULES}


def test_monitoring_knows_nothing_of_the_signal_core_nor_that_of_it():
    def inside(name: str) -> bool:
        return name.startswith("analytics.monitoring")

    across = {
        f"{name} imports {other}"
        for name, others in IMPORTS.items()
        for other in others
        if name.startswith("analytics.") and other.startswith("analytics.")
        if inside(name) != inside(other)
    }
    assert not across


def public_classes(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [n.name for n in tree.body if isinstance(n, ast.ClassDef) and n.name[0] != "_"]


def test_no_two_public_classes_bear_one_name():
    where = defaultdict(list)
    for name, path in MODULES.items():
        for one in public_classes(path):
            where[one].append(name)
    assert not {one: names for one, names in where.items() if len(names) > 1}


def test_no_two_modules_of_a_room_bear_one_name():
    # Each game is a folder of the same parts, so that one finds one's way from the one to the next.
    games = {entry.value.split(".")[1] for entry in entry_points(group="ripresa.games")}
    where = defaultdict(list)
    for name, path in MODULES.items():
        parts = name.split(".")
        if path.stem != "__init__" and not (parts[0] == "games" and parts[1] in games):
            where[parts[0], path.stem].append(name)
    assert not {key: names for key, names in where.items() if len(names) > 1}
