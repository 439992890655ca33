"""Files made to do harm, each kind in every format it can wear. All are made here, in memory.

A maker is told the address of a canary server nobody may ask, and the path of a secret file.
"""

import functools
import zipfile

from stories.tests import samples
from stories.tests.documents import (
    binder,
    cocoa,
    h,
    item,
    odt_files,
    p,
    rtf,
    scriv_files,
)
from stories.tests.samples import chapter_page, para, zip_bytes

PROSE = "Some harmless words."
XML_PARTS = {
    "a.epub": ("META-INF/container.xml", "book/content.opf", "book/nav.xhtml",
               "book/text/one.xhtml"),
    "a.docx": ("word/document.xml", "word/styles.xml", "_rels/.rels", "docProps/core.xml"),
    "a.odt": ("content.xml", "styles.xml", "meta.xml"),
    "a.scriv.zip": ("Salt.scriv/Salt.scrivx", "Salt.scriv/Files/Data/A/content.comments"),
}  # fmt: skip
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;">]>'
PROLOGS = {
    "laughing entities": LAUGHS,
    "an entity of a file": '<!DOCTYPE x [<!ENTITY a SYSTEM "file://{secret}">]>',
    "an entity of an address": '<!DOCTYPE x [<!ENTITY a SYSTEM "{canary}/entity">]>',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % a SYSTEM "{canary}/parameter"> %a;]>',
}
OUTSIDE_DTD = '<!DOCTYPE x SYSTEM "{canary}/x.dtd">'
STYLESHEET = '<?xml-stylesheet href="{canary}/x.xsl" type="text/xsl"?>'


def archives():
    """Return the files of a small honest book in each format that is a zip."""
    nav = [("One", "one.xhtml"), ("Two", "two.xhtml")]
    pages = {name: chapter_page(title, PROSE) for title, name in nav}
    comments = "<Comments><Comment ID='X'>x</Comment></Comments>"
    return {
        "a.epub": samples.epub_files(pages, nav),
        "a.docx": samples.docx_files(para("One", style="Heading1"), para(PROSE)),
        "a.odt": odt_files(h("One"), p(PROSE)),
        "a.scriv.zip": scriv_files(
            {"A": PROSE}, item("A", "One"), extra={"Files/Data/A/content.comments": comments}
        ),
        "a.md.zip": {"01-one.md": f"# One\n\n{PROSE}\n"},
    }


def refused():
    """Yield (what, file name, maker of its bytes) of what must be refused."""
    for name in ("a.epub", "a.docx", "a.odt", "a.scriv.zip", "a.rtf", "a.md", "a.html", "a.txt"):
        yield "nothing", name, lambda **_: b""
    for name, files in archives().items():
        yield from _ruined_archives(name, files)
    for name, parts in XML_PARTS.items():
        for part in parts:
            for what, prolog in PROLOGS.items():
                yield f"{what} in {part}", name, _with_prolog(name, part, prolog)
    for what, prolog in PROLOGS.items():
        yield what, "a.html", _page(prolog)
    yield from _ruined_rtf()
    yield from _overwrought()
    deep = "<text:section>" * 3_000 + p("x") + "</text:section>" * 3_000
    yield "sections too deep", "a.odt", lambda **_: zip_bytes(odt_files(deep))
    yield (
        "folders too deep",
        "a.scriv.zip",
        lambda **_: zip_bytes({"a.scriv/a.scrivx": _deep_binder(2_000)}),
    )


def harmless():
    """Yield (what, file name, maker) of what may be read, but must not be obeyed."""
    for name, parts in XML_PARTS.items():
        for what, prolog in (("an outside DTD", OUTSIDE_DTD), ("a style sheet", STYLESHEET)):
            yield f"{what} in {parts[0]}", name, _with_prolog(name, parts[0], prolog)
    yield "a picture and a section from outside", "a.odt", _calling_odt
    yield "pictures and styles from outside", "a.html", _calling_page
    yield "pictures and templates from outside", "a.rtf", _calling_rtf
    yield "a target outside", "a.docx", _calling_docx
    yield "a picture from outside", "a.epub", _calling_epub
    yield "a key that climbs", "a.scriv.zip", _climbing_binder
    yield "a picture from outside", "a.md", lambda canary, **_: f"{PROSE} ![x]({canary}/md.png)\n"
    yield "a bomb within a bomb", "a.docx", _nested_bomb


def _ruined_archives(name, files):
    whole = zip_bytes(files)
    link = zipfile.ZipInfo("text/link")
    link.external_attr = 0o120777 << 16
    yield "a bomb", name, lambda **_: zip_bytes(files | {"pad.bin": b"\0" * 4_000_000})
    yield "a way out", name, lambda **_: zip_bytes(files | {"../../out.txt": "x"})
    yield "a way to the root", name, lambda **_: zip_bytes(files | {"/tmp/out.txt": "x"})
    yield "a symlink", name, lambda secret, **_: zip_bytes(files | {link: str(secret)})
    yield "200,000 entries", name, lambda **_: _many()
    yield "a password", name, lambda **_: _locked(whole)
    for share in (0.3, 0.9):
        yield (
            f"{share:.0%} of itself",
            name,
            lambda share=share, **_: whole[: int(len(whole) * share)],
        )
    yield "another format's bytes", name, lambda **_: b"\x89PNG\r\n\x1a\n" + b"\0" * 100
    yield "plain words", name.replace(".zip", ""), _no_archive(name)
    yield "only a zip within", name, lambda **_: zip_bytes({"inner.zip": whole})


def _no_archive(name):
    # Words named .md are Markdown: only where a name promises more is there a lie.
    return lambda **_: b"" if name.startswith("a.md") else PROSE.encode()


@functools.cache
def _many():
    return samples.many_entries(200_000)


def _locked(whole):
    locked = bytearray(whole)
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    return bytes(locked)


def _with_prolog(name, part, prolog):
    def make(**places):
        files = archives()[name]
        head, _, rest = files[part].rpartition("?>")
        declared = f"{head}?>" if head else ""
        body = rest.replace("<!DOCTYPE html>", "")
        return zip_bytes(files | {part: declared + prolog.format(**places) + body})

    return make


def _page(prolog):
    return lambda **places: f"{prolog.format(**places)}<html><body><p>&a; x</p></body></html>"


def _ruined_rtf():
    yield "groups too deep", "a.rtf", lambda **_: r"{\rtf1 " + "{" * 100_000 + "x"
    yield "bytes that are not there", "a.rtf", lambda **_: r"{\rtf1 {\pict\bin2000000000 x}}"
    yield "nothing but groups", "a.rtf", lambda **_: r"{\rtf1 " + "{}" * 600_000 + "x}"
    yield "no text", "a.rtf", lambda **_: r"{\rtf1\ansi{\*\generator x;}}"
    yield (
        "groups too deep",
        "a.scriv.zip",
        lambda **_: zip_bytes(scriv_files({"A": "{" * 100_000}, item("A", "One"))),
    )


def _deep_binder(depth):
    inner = item("A", "One")
    for _ in range(depth):
        inner = f'<BinderItem Type="Folder"><Children>{inner}</Children></BinderItem>'
    return binder(inner)


def _overwrought():
    """Yield what is no bomb, but far more markup than a book: memory and time go by its pieces."""

    def stored(files):
        return zip_bytes(files, zipfile.ZIP_STORED)

    pad = "<x>" + "<x/>" * 1_000_000 + "</x>"
    spaces = p("x" + "<text:s/>" * 2_000_000)
    items = "<text:list-item><text:p>x</text:p></text:list-item>" * 101_000
    yield "tags", "a.html", lambda **_: "<html>" + "<p>" * 1_000_000 + "x"
    yield "paragraphs", "a.html", lambda **_: "<html>" + "<p>x" * 101_000
    yield "tags", "a.odt", lambda **_: stored(odt_files(spaces))
    yield "list items", "a.odt", lambda **_: stored(odt_files(f"<text:list>{items}</text:list>"))
    yield "paragraphs", "a.odt", lambda **_: stored(odt_files(p("x") * 101_000))
    yield "paragraphs", "a.docx", lambda **_: stored(samples.docx_files(para("x") * 101_000))
    yield "styles", "a.odt", lambda **_: stored(odt_files(p("x")) | {"styles.xml": pad})
    yield (
        "lines in a binder",
        "a.scriv.zip",
        lambda **_: stored({"a.scrivx": binder("<BinderItem/>" * 800_000)}),
    )
    yield (
        "groups in all documents",
        "a.scriv.zip",
        lambda **_: stored(
            scriv_files(
                {f"K{n}": "{}" * 200_000 for n in range(3)}, *map(item, ("K0", "K1", "K2"), "xyz")
            )
        ),
    )
    yield "paragraphs", "a.rtf", lambda **_: r"{\rtf1 " + r"x\par " * 101_000 + "}"
    yield "lines", "a.md", lambda **_: "- x\n" * 200_000
    yield "signs", "a.md", lambda **_: "*x* " * 400_000
    yield (
        "lines in all files",
        "a.md.zip",
        lambda **_: stored({f"{n}.md": "x\n" * 100_000 for n in range(3)}),
    )


def _calling_odt(canary, **_):
    return zip_bytes(
        odt_files(
            f'<text:section><text:section-source xlink:href="{canary}/section.odt"/>{p(PROSE)}'
            f'</text:section><draw:frame><draw:image xlink:href="{canary}/odt.png"/></draw:frame>'
        )
    )


def _calling_page(canary, **_):
    return (
        f'<html><head><base href="{canary}/"><link rel="stylesheet" href="{canary}/x.css">'
        f'<style>@import "{canary}/y.css";</style><script src="{canary}/x.js"></script></head>'
        f'<body background="{canary}/b.png"><img src="{canary}/a.png"><iframe src="{canary}/f">'
        f'</iframe><p style="background:url({canary}/s.png)">{PROSE}</p></body></html>'
    )


def _calling_rtf(canary, **_):
    return rtf(
        rf'{{\field{{\*\fldinst{{INCLUDEPICTURE "{canary}/a.png"}}}}{{\fldrslt x}}}}'
        rf'{{\field{{\*\fldinst{{INCLUDETEXT "{canary}/a.rtf"}}}}{{\fldrslt }}}} {PROSE}',
        rf"{{\*\template {canary}/t.dot}}{{\object\objautlink{{\*\objclass {canary}}}}}",
    )


def _calling_docx(canary, **_):
    files = samples.docx_files(para(PROSE))
    kinds = ("attachedTemplate", "image", "subDocument", "frame")
    relations = "".join(
        f'<Relationship Id="x{n}" Type="{samples.R}/{kind}" Target="{canary}/{kind}"'
        ' TargetMode="External"/>'
        for n, kind in enumerate(kinds)
    )
    name = "word/_rels/document.xml.rels"
    return zip_bytes(
        files | {name: f'<Relationships xmlns="{samples.RELS}">{relations}</Relationships>'}
    )


def _calling_epub(canary, **_):
    body = f'{PROSE}<img src="{canary}/a.png"/><object data="{canary}/o"/>'
    return samples.epub({"one.xhtml": chapter_page("One", body)}, css=f'@import "{canary}/x.css";')


def _climbing_binder(secret, **_):
    climbing = item("../../../../.." + str(secret.parent), "Climbs")
    files = scriv_files({"A": PROSE}, item("A", "One"), climbing)
    return zip_bytes(files | {"Salt.scriv/Files/Data/notes.rtf": cocoa("x")})


def _nested_bomb(**_):
    inner = zip_bytes({"b.bin": b"\0" * 50_000_000})
    return zip_bytes(samples.docx_files(para(PROSE)) | {"word/embeddings/inner.zip": inner})
