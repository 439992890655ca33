"""Small book files made in memory, for tests of importing."""

import io
import struct
import zipfile
from html import escape

from stories.importing import read_book
from stories.text import to_text

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
SYLLABLES = ("ba", "do", "fe", "gu", "ka", "li", "mo", "nu", "pe", "ra", "si", "tu", "ve", "zo")


def reader(folder):
    """Return a function that reads uploaded bytes or text as a book."""

    def read(content, filename, **options):
        path = folder / "upload"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_book(path, filename=filename, **options)

    return read


def titles(book):
    return [chapter.title for chapter in book.chapters]


def texts(book):
    return [to_text(chapter.content) for chapter in book.chapters]


def pseudo_words(count, seed=0):
    """Return `count` made-up words; another seed gives other words."""
    size = len(SYLLABLES)
    return " ".join(
        SYLLABLES[(seed + n) % size] + SYLLABLES[(seed + n * 7 + n // size) % size]
        for n in range(count)
    )


def zip_bytes(files, method=zipfile.ZIP_DEFLATED):
    """Zip {name: text or bytes}; a ZipInfo may stand for a name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def page(body, *, types="", title="", head=""):
    attribute = f' epub:type="{types}"' if types else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        f"<head><title>{escape(title)}</title>{head}</head><body{attribute}>{body}</body></html>"
    )


def nav_list(entries):
    """Make a nested list of (title, href) or (title, href, children)."""
    items = []
    for title, href, *children in entries:
        inner = nav_list(children[0]) if children else ""
        items.append(f'<li><a href="{href}">{escape(title)}</a>{inner}</li>')
    return f"<ol>{''.join(items)}</ol>"


def ncx_points(entries):
    points = []
    for title, href, *children in entries:
        inner = ncx_points(children[0]) if children else ""
        points.append(
            f"<navPoint><navLabel><text>{escape(title)}</text></navLabel>"
            f'<content src="{href}"/>{inner}</navPoint>'
        )
    return "".join(points)


def epub_files(pages, nav=None, *, version=3, title="The Salt Road", css="", guide="", extra=None):
    """Return the files of an EPUB whose spine is `pages`: {file name: XHTML}."""
    items = [
        f'<item id="i{n}" href="text/{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(pages)
    ]
    spine = [f'<itemref idref="i{n}"/>' for n in range(len(pages))]
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
            "<rootfiles>"
            '<rootfile full-path="book/content.opf" media-type="application/oebps-package+xml"/>'
            "</rootfiles></container>"
        ),
    }
    if nav and version == 3:
        items.append(
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        )
        entries = nav_list([_below_text(entry) for entry in nav])
        files["book/nav.xhtml"] = page(f'<nav epub:type="toc"><h2>Contents</h2>{entries}</nav>')
    elif nav:
        items.append('<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>')
        points = ncx_points([_below_text(entry) for entry in nav])
        files["book/toc.ncx"] = (
            '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1">'
            f"<navMap>{points}</navMap></ncx>"
        )
    if css:
        items.append('<item id="css" href="book.css" media-type="text/css"/>')
        files["book/book.css"] = css
    files["book/content.opf"] = (
        f'<package xmlns="http://www.idpf.org/2007/opf" version="{version}.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>Ines Ferro</dc:creator>"
        f"<dc:language>en-GB</dc:language></metadata><manifest>{''.join(items)}</manifest>"
        f"<spine>{''.join(spine)}</spine>{guide}</package>"
    )
    files |= {f"book/text/{name}": content for name, content in pages.items()}
    return files | (extra or {})


def epub(pages, nav=None, **options):
    return zip_bytes(epub_files(pages, nav, **options))


def _below_text(entry):
    title, href, *children = entry
    below = [[_below_text(child) for child in children[0]]] if children else []
    return (title, f"text/{href}", *below)


def chapter_page(heading, *paragraphs, types="chapter"):
    inner = "".join(f"<p>{text}</p>" for text in paragraphs)
    return page(f'<section epub:type="{types}"><h2>{heading}</h2>{inner}</section>', title=heading)


def run(text, *properties):
    marks = "".join(f"<w:{name}/>" for name in properties)
    return f'<w:r><w:rPr>{marks}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def para(*runs, style="", extra=""):
    """Make a Word paragraph of runs (XML) or one plain string."""
    inner = "".join(each if each.startswith("<w:") else run(each) for each in runs)
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{styled}{extra}</w:pPr>{inner}</w:p>"


def list_item(text, number=1, depth=0):
    return para(
        text, extra=f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
    )


STYLES = (
    f'<w:styles xmlns:w="{W}">'
    '<w:style w:styleId="Heading1"><w:name w:val="heading 1"/><w:rPr><w:b/></w:rPr></w:style>'
    '<w:style w:styleId="Heading2"><w:name w:val="heading 2"/></w:style>'
    '<w:style w:styleId="Berschrift1"><w:name w:val="My heading"/>'
    '<w:basedOn w:val="Heading1"/></w:style>'
    '<w:style w:styleId="Title"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="Quote"><w:name w:val="Quote"/><w:rPr><w:i/></w:rPr></w:style>'
    '<w:style w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>'
    '<w:style w:styleId="Emphasis"><w:name w:val="Emphasis"/><w:rPr><w:i/></w:rPr></w:style>'
    "</w:styles>"
)
NUMBERING = (
    f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">'
    '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl><w:lvl w:ilvl="1">'
    '<w:numFmt w:val="decimal"/>'
    '</w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)


def docx_files(*paragraphs, title="", footnotes="", links=None, document=None):
    relations = "".join(
        f'<Relationship Id="{key}" Type="{R}/hyperlink" Target="{target}" TargetMode="External"/>'
        for key, target in (links or {}).items()
    )
    files = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{RELS}"><Relationship Id="r1" Type="{R}/officeDocument" '
            'Target="word/document.xml"/></Relationships>'
        ),
        "word/_rels/document.xml.rels": (
            f'<Relationships xmlns="{RELS}">{relations}</Relationships>'
        ),
        "word/styles.xml": STYLES,
        "word/numbering.xml": NUMBERING,
        "word/document.xml": document
        or f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>'
        f"{''.join(paragraphs)}</w:body></w:document>",
        "docProps/core.xml": (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
            'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{escape(title)}</dc:title><dc:creator>Ines Ferro</dc:creator>"
            f"</cp:coreProperties>"
        ),
    }
    if footnotes:
        files["word/footnotes.xml"] = f'<w:footnotes xmlns:w="{W}">{footnotes}</w:footnotes>'
    return files


def docx(*paragraphs, **options):
    return zip_bytes(docx_files(*paragraphs, **options))


def patched(archive, find, put):
    """Return the bytes with `find` replaced everywhere: to lie in a zip's tables."""
    assert find in archive
    return archive.replace(find, put)


def many_entries(count):
    """Make a zip of empty entries by hand: zipfile would need a minute for 200,000."""
    local, central, names = [], [], b"PK\x03\x04"
    offset = 0
    for number in range(count):
        name = f"{number:06d}".encode()
        entry = struct.pack("<4s5H3L2H", names, 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0) + name
        central.append(
            struct.pack(
                "<4s6H3L5H2L",
                b"PK\x01\x02",
                20,
                20,
                0,
                0,
                0,
                33,
                0,
                0,
                0,
                len(name),
                *[0] * 5,
                offset,
            )
            + name
        )
        local.append(entry)
        offset += len(entry)
    table = b"".join(central)
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, *[min(count, 0xFFFF)] * 2, len(table), offset, 0
    )
    return b"".join(local) + table + end


def two_chapters(**options):
    """Make the smallest EPUB worth the name."""
    return epub(
        {
            "one.xhtml": chapter_page("One", "First words."),
            "two.xhtml": chapter_page("Two", "Last words."),
        },
        [("One", "one.xhtml"), ("Two", "two.xhtml")],
        **options,
    )
