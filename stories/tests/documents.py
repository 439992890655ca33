"""Small OpenDocument, RTF and Scrivener files made in memory, for tests of importing."""

from html import escape

from stories.tests.samples import zip_bytes

ODF = "urn:oasis:names:tc:opendocument:xmlns:"
NAMES = {
    "office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style",
    "fo": "xsl-fo-compatible", "meta": "meta",
}  # fmt: skip
SPACES = " ".join(f'xmlns:{short}="{ODF}{long}:1.0"' for short, long in NAMES.items())
SPACES += ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'

ODT_STYLES = (
    '<style:style style:name="Heading_20_1" style:display-name="Heading 1"'
    ' style:family="paragraph" style:default-outline-level="1"/>'
    '<style:style style:name="Quotations" style:family="paragraph"/>'
    '<style:style style:name="Title" style:family="paragraph"/>'
    '<style:style style:name="Contents_20_1" style:family="paragraph"/>'
    '<style:style style:name="Horizontal_20_Line" style:family="paragraph"/>'
    '<style:style style:name="Emphasis" style:family="text">'
    '<style:text-properties fo:font-style="italic"/></style:style>'
    '<text:list-style style:name="Numbers"><text:list-level-style-number text:level="1"'
    ' style:num-format="1"/><text:list-level-style-bullet text:level="2"/></text:list-style>'
)


def span(text, style):
    return f'<text:span text:style-name="{style}">{text}</text:span>'


def p(text, style="", tag="p", **attributes):
    named = f' text:style-name="{style}"' if style else ""
    more = "".join(f' text:{name.replace("_", "-")}="{v}"' for name, v in attributes.items())
    return f"<text:{tag}{named}{more}>{text}</text:{tag}>"


def h(text, level=1, style=""):
    return p(text, style, "h", outline_level=level)


def odt_note(text, kind="footnote", key="ftn1"):
    return (
        f'<text:note text:id="{key}" text:note-class="{kind}"><text:note-citation>1'
        f"</text:note-citation><text:note-body>{p(text)}</text:note-body></text:note>"
    )


def text_style(name, properties, parent="", family="text"):
    below = f' style:parent-style-name="{parent}"' if parent else ""
    return (
        f'<style:style style:name="{name}" style:family="{family}"{below}>'
        f"<style:text-properties {properties}/></style:style>"
    )


def odt_files(*body, automatic="", title="", content=None):
    mimetype = "application/vnd.oasis.opendocument.text"
    return {
        "mimetype": mimetype,
        "META-INF/manifest.xml": "<manifest/>",
        "meta.xml": (
            f"<office:document-meta {SPACES}><office:meta><dc:title>{escape(title)}</dc:title>"
            "<meta:initial-creator>Ines Ferro</meta:initial-creator>"
            "<dc:language>en-GB</dc:language></office:meta></office:document-meta>"
        ),
        "styles.xml": (
            f"<office:document-styles {SPACES}><office:styles>{ODT_STYLES}</office:styles>"
            "<office:automatic-styles>"
            + text_style("T1", 'fo:font-weight="bold"')
            + "</office:automatic-styles></office:document-styles>"
        ),
        "content.xml": content
        or f"<office:document-content {SPACES}><office:automatic-styles>{automatic}"
        f"</office:automatic-styles><office:body><office:text>{''.join(body)}"
        "</office:text></office:body></office:document-content>",
    }


def odt(*body, **options):
    return zip_bytes(odt_files(*body, **options))


RTF_HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\froman\fcharset0 Times;}"
    r"{\f1\fnil\fcharset128 Mincho;}{\f2\fnil\fcharset204 Times Cyr;}}"
    r"{\colortbl;\red0\green0\blue0;}"
    r"{\stylesheet{\s0 Normal;}{\s1\b\fs32 heading 1;}{\s2\sbasedon1 My chapter;}"
    r"{\s3\i Quote;}{\s4 toc 1;}{\s5 Title;}{\*\cs6\i Emphasis;}}"
    r"{\info{\title The Salt Road}{\author Ines Ferro}{\company Nobody}}"
)


def rtf(*paragraphs, head=RTF_HEAD):
    """Make an RTF file of paragraphs already in RTF."""
    return head + "".join(rf"\pard\plain {text}\par" + "\n" for text in paragraphs) + "}"


def rtf_para(text, style=0):
    return rf"\s{style} {text}"


def item(key, title, *children, kind="", compiled="Yes"):
    """Make a line of a binder; `compiled` None leaves the word out."""
    kind = kind or ("Folder" if children else "Text")
    said = f"<IncludeInCompile>{compiled}</IncludeInCompile>" if compiled else ""
    below = f"<Children>{''.join(children)}</Children>" if children else ""
    return (
        f'<BinderItem UUID="{key}" Type="{kind}"><Title>{escape(title)}</Title>'
        f"<MetaData>{said}</MetaData>{below}</BinderItem>"
    )


def binder(*draft, others=(), prolog=""):
    inner = item("DRAFT", "Manuscript", *draft, kind="DraftFolder")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<ScrivenerProject Version="2.0">'
        f"<Binder>{inner}{''.join(others)}</Binder></ScrivenerProject>"
    )


def scriv_files(texts, *draft, others=(), extra=None, folder="Salt.scriv/"):
    """Return the files of a project; `texts` are RTF bodies by key."""
    files = {f"{folder}Salt.scrivx": binder(*draft, others=others)}
    for key, text in texts.items():
        files[f"{folder}Files/Data/{key}/content.rtf"] = cocoa(text)
    return files | {folder + name: content for name, content in (extra or {}).items()}


def scriv(texts, *draft, **options):
    return zip_bytes(scriv_files(texts, *draft, **options))


def cocoa(text):
    """Make RTF as macOS writes it: a backslash at a line's end ends a paragraph."""
    return (
        r"{\rtf1\ansi\ansicpg1252\cocoartf2761{\fonttbl\f0\froman\fcharset0 Palatino;}"
        r"\pard\f0\fs24 " + text.replace("\n", "\\\n") + "}"
    )
