"""What a studio gathers says what the sources say, in fewer files."""

import shutil
import subprocess
from itertools import chain

import pytest
from django.conf import settings
from django.core.management import call_command

from nexus.lib.joining import join_modules, join_sheets, lighten
from nexus.lib.static import MODULES, SHEET


def reader(files):
    return files.__getitem__


def test_comments_go_and_a_text_of_many_lines_stays():
    source = '/** A word. */\nconst a = "//"; // kept\n  // gone\n  f(a);\n'
    assert lighten(source) == 'const a = "//"; // kept\nf(a);\n'
    assert lighten("/* one */ const a = 1;\n") == "/* one */ const a = 1;\n"
    text = "const page = `\n  // said\n`;\n"
    assert lighten(text) == text


def test_modules_become_one_that_answers_alike(tmp_path):
    files = {
        "js/page.js": 'import { two as more } from "./parts/two.js";\n'
        'import { shared } from "./shared.js";\nconsole.log(more(), shared);\n',
        "js/parts/two.js": 'import { one } from "./one.js";\nexport { one } from "./one.js";\n'
        'import { shared } from "../shared.js";\n'
        "export function two() {\n  return one + shared;\n}\n",
        "js/parts/one.js": "export const one = 1;\nconst two = 5;\nexport { two };\n",
        "js/shared.js": "export const shared = 40;\n",
    }
    joined = join_modules("js/page.js", reader(files), ("js/parts/",))
    assert joined.count("import ") == 1
    for name, text in {"page.mjs": joined, "shared.js": files["js/shared.js"]}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    node = shutil.which("node")
    if node:
        said = subprocess.run([node, tmp_path / "page.mjs"], capture_output=True, text=True)
        assert said.stdout == "41 40\n", said.stderr


@pytest.mark.parametrize(
    "odd",
    [
        'import all from "./b.js";\n',
        'export { one as two } from "./b.js";\n',
        "export default 1;\n",
        'const b = import("./b.js");\n',
        'import { a } from "./a.js";\n',
    ],
)
def test_what_is_not_understood_is_refused(odd):
    files = {"js/page.js": 'import { a } from "./parts/a.js";\n', "js/parts/a.js": odd}
    files["js/parts/b.js"] = "export const one = 1;\n"
    with pytest.raises(ValueError, match="js/parts/a"):
        join_modules("js/page.js", reader(files), ("js/parts/",))


def test_a_sheet_holds_those_it_imports():
    files = {"css/a.css": '@layer x;\n@import "./b/c.css";\np { }\n', "css/b/c.css": "b { }\n"}
    assert join_sheets("css/a.css", reader(files)) == "@layer x;\nb { }\np { }\n"
    files["css/b/c.css"] = "b { mask: url('data:image/svg+xml,<svg/>'); }\n"
    assert "data:" in join_sheets("css/a.css", reader(files))
    files["css/b/c.css"] = 'b { background: url("./d.png"); }\n'
    with pytest.raises(ValueError, match=r"css/b/c\.css"):
        join_sheets("css/a.css", reader(files))


def test_our_own_files_can_be_gathered(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    storage = {"BACKEND": "nexus.lib.static.HashedStaticStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": storage}
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["tests"])
    (sheet,) = tmp_path.glob("css/app.*.css")
    assert "@import" not in sheet.read_text()
    assert "@font-face" in sheet.read_text()
    assert sheet.with_name(sheet.name + ".gz").exists()
    (editor,) = tmp_path.glob("js/elements/nx-editor.*.js")
    assert "../editor/" not in editor.read_text()
    assert editor.stat().st_size < 250_000


def test_the_sources_named_here_exist():
    for name in (SHEET, *MODULES, *chain.from_iterable(MODULES.values())):
        assert (settings.BASE_DIR / "static" / name).exists()
