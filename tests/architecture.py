"""The architecture as data: which floor each room stands on, and what may import what.

`tests/test_architecture.py` checks it. Run as a module, `python -m tests.architecture`, it prints the figures:
floors, upward imports, circles, late imports, repeated class names, and the sizes of functions and classes.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("installation", "motion", "scenes", "shaders")

FLOORS: tuple[tuple[str, ...], ...] = (
    ("motion", "shaders"),
    ("core",),
    ("interface",),
    ("workers",),
    ("venue",),
    ("eye", "ear", "music", "dance", "paint", "control", "stage"),
    ("training", "show"),
    ("evaluate", "offline", "docs"),
    ("commands",),
)
"""Rooms from the ground up; a room imports only from floors below its own. All but `motion` and `shaders` lie in
`installation/`. `scenes` stands beside the house and looks through one window, `installation.interface`."""
SIBLINGS = frozenset({("control", "ear")})
"""The one arrow between rooms of a floor: controllers set the pulse."""
SCENES_MAY_IMPORT = ("installation.interface",)
MAX_ARGUMENTS = 6
MAX_MEMBERS = 15
"""Methods, or attributes, of a class."""
REASON = re.compile(r"#.*\b(arguments|methods|attributes|fields):")
"""A comment above a function or class that says why more of them are better there."""


@dataclass(frozen=True, slots=True)
class Import:
    """One module imports another."""

    source: str
    target: str
    line: int
    late: bool
    """Whether it stands inside a function."""


@dataclass(slots=True)
class Module:
    """A module: its name, its file and its syntax tree."""

    name: str
    path: Path
    tree: ast.Module
    lines: list[str] = field(repr=False)

    @property
    def folder(self) -> str:
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]


@cache
def modules() -> Mapping[str, Module]:
    """Every module of the project by its dotted name, tests aside."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            text = path.read_text(encoding="utf-8")
            found[name] = Module(name, path, ast.parse(text), text.splitlines())
    return found


@cache
def imports() -> tuple[Import, ...]:
    """Every import of one of our modules by another, wherever in the file it stands."""
    return tuple(each for module in modules().values() for each in _imports_of(module, module.tree, late=False))


def _imports_of(module: Module, node: ast.AST, late: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield from _import(module, alias.name, child.lineno, late)
        elif isinstance(child, ast.ImportFrom) and child.module:
            for alias in child.names:
                inner = f"{child.module}.{alias.name}"
                yield from _import(module, inner if inner in modules() else child.module, child.lineno, late)
        inside = late or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from _imports_of(module, child, inside)


def _import(module: Module, target: str, line: int, late: bool) -> Iterator[Import]:
    if target in modules() and target != module.name:
        yield Import(module.name, target, line, late)


def room_of(name: str) -> str:
    """The room of a module: the folder of `installation/` it lies in, else the package."""
    parts = name.split(".")
    return parts[1] if parts[0] == "installation" and len(parts) > 1 else parts[0]


def floor_of(room: str) -> int | None:
    """The floor of a room, counted from 0; None where FLOORS does not name it."""
    return next((number for number, rooms in enumerate(FLOORS) if room in rooms), None)


def upward() -> list[Import]:
    """Imports of a room on the same floor or above, and what scenes import beside the interface."""
    return [each for each in imports() if not _allowed(each)]


def _allowed(each: Import) -> bool:
    source, target = room_of(each.source), room_of(each.target)
    if source == target or target == "installation":
        return True
    if source == "scenes":
        return any(each.target == door or each.target.startswith(f"{door}.") for door in SCENES_MAY_IMPORT)
    if (source, target) in SIBLINGS:
        return True
    below, above = floor_of(target), floor_of(source)
    return below is not None and above is not None and below < above


def unplaced() -> list[str]:
    """Modules in no room."""
    return [
        name
        for name in modules()
        if room_of(name) not in ("scenes", "installation") and floor_of(room_of(name)) is None
    ]


def late() -> list[Import]:
    """Our own modules imported inside functions; a command's own body may."""
    return [each for each in imports() if each.late and room_of(each.source) != "commands"]


def circles(edges: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Groups of nodes that reach each other: strongly connected components of more than one (Tarjan)."""
    graph: dict[str, set[str]] = defaultdict(set)
    for source, target in edges:
        graph[source].add(target)
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            place = stack.index(node)
            if len(stack) - place > 1:
                found.append(sorted(stack[place:]))
            del stack[place:]

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def file_circles() -> list[list[str]]:
    """Files that import each other, directly or through others."""
    return circles((each.source, each.target) for each in imports())


def room_circles() -> list[list[str]]:
    """Rooms that import each other."""
    pairs = ((room_of(each.source), room_of(each.target)) for each in imports())
    return circles((source, target) for source, target in pairs if source != target)


def folder_circles() -> list[list[str]]:
    """Folders, however deep, whose own files import each other's."""
    known = modules()
    pairs = ((known[each.source].folder, known[each.target].folder) for each in imports())
    return circles((source, target) for source, target in pairs if source != target)


def repeated_classes() -> dict[str, list[str]]:
    """Class names that stand for two things within `installation/`, or within `motion/`."""
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                places[module.name.split(".")[0], node.name].append(module.name)
    return {name: where for (_, name), where in places.items() if len(where) > 1}


def words(*which: str) -> int:
    """How often these words stand in code, comments and strings, in any case."""
    pattern = re.compile(rf"\b(?:{'|'.join(which)})\b", re.IGNORECASE)
    counted = (m for m in modules().values() if m.name.split(".")[0] != "shaders")
    return sum(len(pattern.findall(line)) for module in counted for line in module.lines)


@dataclass(frozen=True, slots=True)
class Size:
    """How large something is, and where it stands."""

    count: int
    name: str
    where: str
    reasoned: bool
    """Whether a comment above it says why."""


def functions() -> Iterator[tuple[Module, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function and method."""
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield module, node


def arguments() -> list[Size]:
    """Functions by their number of arguments, `self` aside, the largest first."""
    return _sorted(_size(m, node, _count_arguments(node)) for m, node in functions())


def lengths() -> list[Size]:
    """Functions by their number of lines, the longest first."""
    return _sorted(_size(m, node, (node.end_lineno or 0) - node.lineno + 1) for m, node in functions())


def members() -> list[Size]:
    """Classes by their methods or attributes, whichever are more, the largest first."""
    return _sorted(
        _size(module, node, max(_count_methods(node), len(_attributes(node))))
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    )


def _count_arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return sum(each.arg not in ("self", "cls") for each in named)


def _count_methods(node: ast.ClassDef) -> int:
    return sum(isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) for each in node.body)


def _attributes(node: ast.ClassDef) -> set[str]:
    declared = {e.target.id for e in node.body if isinstance(e, ast.AnnAssign) and isinstance(e.target, ast.Name)}
    assigned = {
        each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute)
        and isinstance(each.ctx, ast.Store)
        and isinstance(each.value, ast.Name)
        and each.value.id == "self"
    }
    return declared | assigned


def _size(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, count: int) -> Size:
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    above = module.lines[max(0, first - 4) : first - 1]
    where = f"{module.path.relative_to(ROOT)}:{node.lineno}"
    return Size(count, node.name, where, any(REASON.search(line) for line in above))


def _sorted(sizes: Iterable[Size]) -> list[Size]:
    return sorted(sizes, key=lambda size: -size.count)


def _print_sizes(title: str, sizes: list[Size], bound: int) -> None:
    over = [size for size in sizes if size.count > bound]
    unsaid = [size for size in over if not size.reasoned]
    print(f"{title}: {sizes[0].count} ({sizes[0].name}, {sizes[0].where}); over {bound}: {len(over)}, of them")
    print(f"    without a reason: {len(unsaid)}")
    for size in unsaid:
        print(f"    {size.count:3} {size.name} {size.where}")


def main() -> None:
    for number, rooms in enumerate(FLOORS):
        print(f"floor {number}: {' '.join(rooms)}")
    for title, found in (("upward imports", upward()), ("late imports of our own", late())):
        print(f"{title}: {len(found)}")
        for each in found:
            print(f"    {each.source}:{each.line} -> {each.target}")
    for title, groups in (("files", file_circles()), ("rooms", room_circles()), ("folders", folder_circles())):
        print(f"circles of {title}: {len(groups)}")
        for group in groups:
            print(f"    {' '.join(group)}")
    print(f"modules in no room: {len(unplaced())}")
    repeated = repeated_classes()
    print(f"class names used twice: {len(repeated)}")
    for name, where in sorted(repeated.items()):
        print(f"    {name}: {' '.join(where)}")
    print(f"told, tell, tells: {words('told', 'tell', 'tells')}")
    print(f"somebody, nobody, whoever: {words('somebody', 'nobody', 'whoever')}")
    files = Counter({str(m.path.relative_to(ROOT)): len(m.lines) for m in modules().values()})
    print("longest file: {} ({})".format(*reversed(files.most_common(1)[0])))
    longest = lengths()[0]
    print(f"longest function: {longest.count} lines ({longest.name}, {longest.where})")
    _print_sizes("most arguments", arguments(), MAX_ARGUMENTS)
    _print_sizes("largest class", members(), MAX_MEMBERS)


if __name__ == "__main__":
    main()
