"""Static files whose names change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

RELATIVE = ("./", "../", "/")


class HashedStaticStorage(ManifestStaticFilesStorage):
    """Also rewrites the imports of JavaScript modules, which name their files in the source."""

    support_js_module_import_aggregation = True

    def url_converter(self, name: str, *args: Any, **kwargs: Any) -> Callable[[re.Match[str]], str]:
        convert = super().url_converter(name, *args, **kwargs)

        def convert_files_only(found: re.Match[str]) -> str:
            # A bare name is a package: in a type comment, or in a source of the editor's bundle.
            matched: dict[str, Any] = found.groupdict()
            if name.endswith(".js") and not matched["url"].startswith(RELATIVE):
                return str(matched["matched"])
            return convert(found)

        return convert_files_only


class CompressedStaticStorage(HashedStaticStorage, CompressedManifestStaticFilesStorage):
    """For the network: compressed once at build, which takes longer than a laptop's start may."""
