"""The styles of a Word document: what a heading is, is a heading there, too."""

from __future__ import annotations

from stories.exporting.formats.docx_parts import DECLARATION, Sheet, W
from stories.exporting.markup import said

# Of the headings below a chapter's, in half points.
HEADING_SIZES = {1: 36, 2: 32, 3: 28, 4: 26, 5: 24}


def styles(sheet: Sheet, language: str) -> str:
    body = _spacing(sheet.line)
    first = f'<w:ind w:firstLine="{sheet.indent}"/>'
    parts = [
        _defaults(sheet, language),
        _style("Normal", "Normal", f"<w:widowControl/>{body}", is_default=True),
        _style("BodyText", "Body Text", f'{body}{first}<w:jc w:val="{sheet.align}"/>'),
        _style("FirstParagraph", "First Paragraph", _first(sheet), base="BodyText"),
        _style("Title", "Title", '<w:jc w:val="center"/>', run=_title_run(sheet)),
        _style("Subtitle", "Subtitle", '<w:jc w:val="center"/>'),
        _style("Contact", "Contact", _spacing(240)),
        _style("SceneBreak", "Scene Break", f'{_around(sheet)}<w:jc w:val="center"/>'),
        _style("Quote", "Quote", f'{body}<w:ind w:left="720" w:right="720"/>'),
        _style("ListParagraph", "List Paragraph", f'{body}<w:ind w:left="720"/>'),
        _style("Header", "header", '<w:jc w:val="right"/>'),
        _style("Footer", "footer", '<w:jc w:val="center"/>'),
        *(_heading(level, sheet) for level in HEADING_SIZES),
        _CODE,
    ]
    return f'{DECLARATION}<w:styles xmlns:w="{W}">{"".join(parts)}</w:styles>'


def _defaults(sheet: Sheet, language: str) -> str:
    font = said(sheet.font)
    fonts = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" w:cs="{font}"/>'
    return (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{fonts}"
        f'<w:sz w:val="{sheet.size}"/><w:szCs w:val="{sheet.size}"/>'
        f'<w:lang w:val="{said(language)}"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault><w:pPr/></w:pPrDefault></w:docDefaults>"
    )


def _heading(level: int, sheet: Sheet) -> str:
    """Chapters begin on their own page, by the paragraph that bears them; the style only sets."""
    size = sheet.size if sheet.is_manuscript else HEADING_SIZES[level]
    weight = "" if sheet.is_manuscript else "<w:b/><w:bCs/>"
    before = sheet.chapter_drop if level <= 2 else 360
    paragraph = (
        f'<w:keepNext/><w:spacing w:before="{before}" w:after="{240 if level > 2 else 480}"/>'
        f'<w:jc w:val="center"/><w:outlineLvl w:val="{level - 1}"/>'
    )
    return _style(
        f"Heading{level}",
        f"heading {level}",
        paragraph,
        run=f'{weight}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>',
        following="FirstParagraph",
    )


def _first(sheet: Sheet) -> str:
    indent = sheet.indent if sheet.is_manuscript else 0
    return f'<w:ind w:firstLine="{indent}"/>'


def _title_run(sheet: Sheet) -> str:
    return "" if sheet.is_manuscript else '<w:sz w:val="56"/><w:szCs w:val="56"/>'


def _around(sheet: Sheet) -> str:
    return _spacing(sheet.line, around=0 if sheet.is_manuscript else sheet.line)


def _spacing(line: int, *, around: int = 0) -> str:
    return f'<w:spacing w:before="{around}" w:after="{around}" w:line="{line}" w:lineRule="auto"/>'


def _style(
    identifier: str,
    name: str,
    paragraph: str,
    *,
    run: str = "",
    base: str = "Normal",
    following: str = "",
    is_default: bool = False,
) -> str:
    default = ' w:default="1"' if is_default else ""
    based = "" if is_default else f'<w:basedOn w:val="{base}"/>'
    after = f'<w:next w:val="{following}"/>' if following else ""
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{identifier}">'
        f'<w:name w:val="{name}"/>{based}{after}<w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


_CODE = (
    '<w:style w:type="character" w:styleId="Code"><w:name w:val="Code"/><w:rPr>'
    '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/></w:rPr></w:style>'
)
