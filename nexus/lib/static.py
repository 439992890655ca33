"""Static files whose names change with their content, so that browsers may keep them for ever.

On the way they lose their comments, and those that are always fetched together become one file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

from nexus.lib.joining import join_modules, join_sheets, lighten

RELATIVE = ("./", "../", "/")
OURS = ("css/", "js/")
SHEET = "css/app.css"
# Each takes in what is its own, or remembers nothing.
MODULES = {
    "js/elements/nx-editor.js": (
        "js/editor/",
        "js/lib/counting.js",
        "js/offline/prepare.js",
        "js/offline/tidying.js",
    ),
    "js/elements/nx-palette.js": ("js/elements/palette-items.js",),
}


class HashedStaticStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports of JavaScript modules, which name their files in the source.

    Compresses with gzip, which a laptop's start does not notice.
    """

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, Any], **options: Any) -> Iterator[Any]:
        if not options.get("dry_run"):
            for name in paths:
                if name.startswith(OURS) and name.endswith((".css", ".js")):
                    self._rewrite(name)
                    paths[name] = (self, name)
        yield from super().post_process(paths, **options)

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(use_brotli=False, **options)

    def _rewrite(self, name: str) -> None:
        if name == SHEET:
            text = lighten(join_sheets(name, self._source))
        elif name in MODULES:
            text = join_modules(name, self._source, MODULES[name])
        else:
            text = lighten(self._source(name))
        Path(self.path(name)).write_text(text, "utf-8")

    def _source(self, name: str) -> str:
        return Path(self.path(name)).read_text("utf-8")

    def url_converter(self, name: str, *args: Any, **kwargs: Any) -> Callable[[re.Match[str]], str]:
        convert = super().url_converter(name, *args, **kwargs)

        def convert_files_only(found: re.Match[str]) -> str:
            # A bare name is a package: in a type comment, or in a source of the editor's bundle.
            matched: dict[str, Any] = found.groupdict()
            if name.endswith(".js") and not matched["url"].startswith(RELATIVE):
                return str(matched["matched"])
            return convert(found)

        return convert_files_only


class CompressedStaticStorage(HashedStaticStorage):
    """For the network: by brotli too, once at build; it takes longer than a laptop's start may."""

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(**options)
