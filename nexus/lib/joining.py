"""Fewer and lighter static files: comments go, sheets and modules of one part become one file.

The sources stay plain files that browsers run as they are; this happens once, when they are
gathered for a studio. It understands the few forms our own files use and refuses any other, so that
nothing is joined by guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import dirname, join, normpath, relpath

# Only comments that have their lines to themselves: inside a line they could be part of a string.
COMMENT = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.DOTALL | re.MULTILINE)
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
SHEET = re.compile(r'^@import "(\./[^"]+)";\n', re.MULTILINE)
ADDRESS = re.compile(r"""url\((?!\s*["']?data:)""")
IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]*)";\n', re.MULTILINE)
EXPORTED = re.compile(r"^export (?:async function|function|class|const) ([\w$]+)", re.MULTILINE)
EXPORT = re.compile(r"^export (?=async function|function|class|const)", re.MULTILINE)
EXPORT_LIST = re.compile(r'^export \{([^}]*)\}(?: from "(\.[^"]*)")?;\n', re.MULTILINE)
UNKNOWN = re.compile(r"^(?:import|export)\b|\bimport\s*\(|\bimport\.meta\b", re.MULTILINE)

Read = Callable[[str], str]


def lighten(source: str) -> str:
    """Return JavaScript or CSS without comments and indentation; a text of many lines is kept."""
    if any(line.count("`") % 2 for line in source.splitlines()):
        return source
    return INDENT.sub("", COMMENT.sub("", source))


def join_sheets(name: str, read: Read) -> str:
    """Return a sheet with those it imports in their places.

    Raises ValueError where an address in one of them would mean another file from here.
    """

    def sheet(found: re.Match[str]) -> str:
        near = normpath(join(dirname(name), found[1]))
        source = read(near)
        if "@import" in source or (ADDRESS.search(source) and dirname(near) != dirname(name)):
            raise ValueError(f"{near} cannot become a part of {name}.")
        return source

    return SHEET.sub(sheet, read(name))


def join_modules(name: str, read: Read, inside: tuple[str, ...]) -> str:
    """Return a module with what it imports from `inside`, each in a function of its own.

    `inside` are beginnings of paths. What it imports from elsewhere stays an import, so that other
    modules share it, and whatever it remembers. Raises ValueError at a circle, or at a form of
    import or export it does not know.
    """
    return _Joint(name, read, inside).text()


class _Joint:
    def __init__(self, name: str, read: Read, inside: tuple[str, ...]) -> None:
        self.name, self.read, self.inside = name, read, inside
        self.parts: dict[str, str] = {}
        self.others: dict[str, str] = {}
        self.entered: list[str] = []

    def text(self) -> str:
        body = self._body(self.name)[0]
        folder = dirname(self.name)
        imports = [
            # With a point before it in every case: a bare name would be a package.
            f'import * as {sign} from "./{relpath(name, folder)}";\n'
            for name, sign in self.others.items()
        ]
        return "".join((*imports, *self.parts.values(), body))

    def _body(self, name: str) -> tuple[str, list[str]]:
        """Return the code of a module, after what it needs, and the names it exports."""
        if name in self.entered:
            raise ValueError(f"{name} imports itself by way of {self.entered[-1]}.")
        self.entered.append(name)
        source = lighten(self.read(name))
        exported = EXPORTED.findall(source)

        def take(found: re.Match[str]) -> str:
            names = re.sub(r"\s+as\s+", ": ", found[1].strip().rstrip(","))
            return f"const {{ {names} }} = {self._sign(name, found[2])};\n"

        def give(found: re.Match[str]) -> str:
            names = [one.strip() for one in found[1].split(",") if one.strip()]
            sign = found[2] and self._sign(name, found[2])
            exported.extend(f"{one}: {sign}.{one}" if sign else one for one in names)
            return ""

        source = EXPORT_LIST.sub(give, IMPORT.sub(take, source))
        source = EXPORT.sub("", source)
        if UNKNOWN.search(source) or any(" as " in one for one in exported):
            raise ValueError(f"{name} imports or exports in a way that is not known here.")
        self.entered.pop()
        return source, exported

    def _sign(self, importer: str, path: str) -> str:
        """Return the name under which a module's exports are found, and see to it that they are."""
        name = normpath(join(dirname(importer), path))
        if not name.startswith(self.inside):
            return self.others.setdefault(name, f"_o{len(self.others)}")
        if name not in self.parts:
            body, exported = self._body(name)
            code = f"(() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"
            self.parts[name] = f"const _m{len(self.parts)} = {code}"
        return f"_m{list(self.parts).index(name)}"
