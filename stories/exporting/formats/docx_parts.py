"""The parts of a Word document around its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from stories.exporting.book import Book, Cover
from stories.exporting.markup import said

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Lengths are in twentieths of a point: 1440 to an inch.
INCH = 1440
SIZES = {"trade": (8640, 12960), "a4": (11906, 16838), "letter": (12240, 15840)}
MAX_LIST_LEVEL = 8
COVER = "media/cover.jpg"
# English metric units in a twentieth of a point.
EMU = 635
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a document is set. `size` is in half points, `line` in 240ths of a line."""

    font: str
    size: int
    line: int
    page: str
    margin: int
    indent: int
    align: str
    is_manuscript: bool
    underlines: bool = False
    scene_break: str = "* * *"
    chapter_drop: int = 960


CONTENT_TYPES = (
    f'{DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="jpg" ContentType="image/jpeg"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_KIND}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    f'<Override PartName="/word/settings.xml" ContentType="{_KIND}.settings+xml"/>'
    f'<Override PartName="/word/numbering.xml" ContentType="{_KIND}.numbering+xml"/>'
    f'<Override PartName="/word/header1.xml" ContentType="{_KIND}.header+xml"/>'
    f'<Override PartName="/word/footer1.xml" ContentType="{_KIND}.footer+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
ROOT_RELATIONS = (
    f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{R}/officeDocument" Target="word/document.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/'
    'metadata/core-properties" Target="docProps/core.xml"/></Relationships>'
)


def core(book: Book) -> str:
    made = f"{book.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    dated = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{made}</dcterms:{name}>'
        for name in ("created", "modified")
    )
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{said(book.title)}</dc:title><dc:creator>{said(book.author)}</dc:creator>"
        f"<dc:language>{said(book.language)}</dc:language>{dated}</cp:coreProperties>"
    )


def relations(links: Sequence[str], *, has_cover: bool = False) -> str:
    """Name the parts of the document; the cover is rId6, outside links are rId10 and on."""
    fixed = ("styles", "settings", "numbering", "header", "footer")
    files = ("styles", "settings", "numbering", "header1", "footer1")
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{R}/{kind}" Target="{name}.xml"/>'
        for number, (kind, name) in enumerate(zip(fixed, files, strict=True), 1)
    )
    if has_cover:
        rows += f'<Relationship Id="rId6" Type="{R}/image" Target="{COVER}"/>'
    rows += "".join(
        f'<Relationship Id="rId{number}" Type="{R}/hyperlink" Target="{said(link)}" '
        'TargetMode="External"/>'
        for number, link in enumerate(links, 10)
    )
    return f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def settings() -> str:
    return (
        f'{DECLARATION}<w:settings xmlns:w="{W}"><w:defaultTabStop w:val="720"/>'
        # A line that is broken on purpose is not stretched to the margin.
        "<w:compat><w:doNotExpandShiftReturn/>"
        '<w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>'
    )


def header(text: str) -> str:
    """Return the head of all pages but the first; empty text, an empty head."""
    inner = f"{run(text)}{_PAGE_NUMBER}" if text else ""
    return (
        f'{DECLARATION}<w:hdr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>'
        f"{inner}</w:p></w:hdr>"
    )


def footer(*, is_numbered: bool) -> str:
    return (
        f'{DECLARATION}<w:ftr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
        f"{_PAGE_NUMBER if is_numbered else ''}</w:p></w:ftr>"
    )


def run(text: str, properties: str = "") -> str:
    return f'<w:r>{properties}<w:t xml:space="preserve">{said(text)}</w:t></w:r>'


def picture(cover: Cover, sheet: Sheet, description: str) -> str:
    """Return a run with the cover, as large as the page's text may be."""
    wide, high = (length - 2 * sheet.margin for length in SIZES[sheet.page])
    # A line of its own takes a little more than the picture's height.
    share = min(wide / cover.width, 0.97 * high / cover.height)
    width, height = (round(length * share) * EMU for length in (cover.width, cover.height))
    size = f'cx="{width}" cy="{height}"'
    about = f'id="1" name="Cover" descr="{said(description)}"'
    return (
        f'<w:r><w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing" distT="0" '
        f'distB="0" distL="0" distR="0"><wp:extent {size}/><wp:docPr {about}/>'
        f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">'
        f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr><pic:cNvPr {about}/><pic:cNvPicPr/>'
        f'</pic:nvPicPr><pic:blipFill><a:blip xmlns:r="{R}" r:embed="rId6"/>'
        "<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>"
        f'<a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
        "</w:r>"
    )


_PAGE_NUMBER = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def section(sheet: Sheet) -> str:
    """Return the page's size and margins, and that the first page has no head."""
    width, height = SIZES[sheet.page]
    sides = " ".join(f'w:{side}="{sheet.margin}"' for side in ("top", "right", "bottom", "left"))
    return (
        f'<w:sectPr><w:headerReference xmlns:r="{R}" w:type="default" r:id="rId4"/>'
        f'<w:footerReference xmlns:r="{R}" w:type="default" r:id="rId5"/>'
        f'<w:pgSz w:w="{width}" w:h="{height}"/>'
        f'<w:pgMar {sides} w:header="720" w:footer="720" w:gutter="0"/><w:titlePg/></w:sectPr>'
    )


def numbering(ordered: int) -> str:
    """Return the lists: number 1 has bullets, 2 and on count, each from 1."""
    bullets = "".join(_level(level, "bullet", "•") for level in range(MAX_LIST_LEVEL + 1))
    numbers = "".join(
        _level(level, "decimal", f"%{level + 1}.") for level in range(MAX_LIST_LEVEL + 1)
    )
    restart = "".join(
        f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="1"/></w:lvlOverride>'
        for level in range(MAX_LIST_LEVEL + 1)
    )
    nums = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="1"/>{restart}</w:num>'
        for number in range(2, ordered + 2)
    )
    return (
        f'{DECLARATION}<w:numbering xmlns:w="{W}">'
        f'<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="hybridMultilevel"/>{bullets}'
        '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
        f'<w:multiLevelType w:val="hybridMultilevel"/>{numbers}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{nums}</w:numbering>'
    )


def _level(level: int, kind: str, text: str) -> str:
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{720 + 360 * level}" w:hanging="360"/></w:pPr></w:lvl>'
    )
