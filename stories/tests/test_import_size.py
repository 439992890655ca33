"""The largest books come in without taking the machine with them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stories.tests import samples
from stories.tests.documents import h, item, odt, p, rtf, rtf_para, scriv, span, text_style
from stories.tests.samples import chapter_page, para, run

CHAPTERS, LENGTH, PARAGRAPHS = 400, 630, 5
MEMORY = 200 * 1024
# A process of its own, because memory once taken counts as taken for ever.
MEASURE = """
import json, re, sys
from pathlib import Path
from stories.importing import read_book
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
before = peak()
book = read_book(Path(sys.argv[1]), filename=sys.argv[2])
print(json.dumps([len(book.chapters), book.word_count, book.format, peak() - before]))
"""


def epub(chapters):
    pages = {f"c{n}.xhtml": chapter_page(name, *texts) for n, (name, texts) in enumerate(chapters)}
    return samples.epub(pages)


def docx(chapters):
    made = []
    for name, texts in chapters:
        made.append(para(name, style="Heading1"))
        # Every fifth word is a run of its own, as after many revisions.
        for text in texts:
            words = text.split()
            made.append(
                para(*[run(f"{word} ", *("i" * (n % 5 == 0))) for n, word in words_of(words)])
            )
    return samples.docx(*made)


def words_of(words):
    """Return stretches of five words, numbered."""
    return enumerate(" ".join(words[at : at + 5]) for at in range(0, len(words), 5))


def open_document(chapters):
    made = []
    for name, texts in chapters:
        made.append(h(name))
        for text in texts:
            runs = (span(f"{part} ", f"T{n % 2}") for n, part in words_of(text.split()))
            made.append(p("".join(runs)))
    styles = text_style("T0", 'fo:font-style="italic"') + text_style("T1", 'fo:color="#000000"')
    return odt(*made, automatic=styles)


def rich_text(chapters):
    made = []
    for name, texts in chapters:
        made.append(rtf_para(name, 1))
        for text in texts:
            runs = (
                rf"{{\rtlch\fcs1 \af0\insrsid{n} {part} }}" for n, part in words_of(text.split())
            )
            made.append("".join(runs))
    return rtf(*made)


def scrivener(chapters):
    texts, folders = {}, []
    for number, (name, paragraphs) in enumerate(chapters):
        keys = [f"K{number}-{n}" for n in range(len(paragraphs))]
        texts |= dict(zip(keys, paragraphs, strict=True))
        folders.append(item(f"K{number}", name, *[item(key, "Scene") for key in keys]))
    return scriv(texts, *folders)


def web_page(chapters):
    return "<html><body>" + "".join(
        f"<h2>{name}</h2>" + "".join(f"<p><i>{text}</i></p>" for text in texts)
        for name, texts in chapters
    )


def markdown(chapters):
    return "\n\n".join(
        f"# {name}\n\n" + "\n\n".join(f"{text} *so*" for text in texts) for name, texts in chapters
    )


def plain(chapters):
    return "\n\n\n".join(f"{name}\n\n" + "\n\n".join(texts) for name, texts in chapters)


@pytest.mark.parametrize(
    ("suffix", "make"),
    [
        (".epub", epub), (".docx", docx), (".odt", open_document), (".rtf", rich_text),
        (".scriv.zip", scrivener), (".html", web_page), (".md", markdown), (".txt", plain),
    ],
)  # fmt: skip
def test_a_quarter_of_a_million_words_stay_in_memory(suffix, make, tmp_path, require):
    require(Path("/proc/self/status").exists(), "Linux, to ask a process for its memory")
    texts = [
        (f"Chapter {n + 1}", [samples.pseudo_words(LENGTH // PARAGRAPHS, n * PARAGRAPHS + m)
                              for m in range(PARAGRAPHS)])
        for n in range(CHAPTERS)
    ]  # fmt: skip
    content = make(texts)
    path = tmp_path / "upload"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE, path, f"long{suffix}"],
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    chapters, words, format, kilobytes = json.loads(answer.stdout)
    assert (chapters, words >= 250_000) == (CHAPTERS, True), format
    assert kilobytes < MEMORY
