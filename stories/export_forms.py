"""The shape of what a writer asks of an export by its page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from stories.export_shown import FORMAT_LABELS
from stories.exporting.book import FONTS, MANUSCRIPT_STYLES, PAGE_SIZES

# A language tag of BCP 47, as far as books need one.
LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
MAX_NAME = 255
MAX_NOTE = 20_000
MAX_CONTACT = 1_000
SIZES = {"trade": _("Trade paperback, 6 × 9 inches"), "a4": _("A4"), "letter": _("US Letter")}
FACES = {
    "book": _("A book face"),
    "classic": _("A classic face"),
    "typewriter": _("A typewriter"),
}
STYLES = {
    "modern": _("Modern: Times, italics as italics"),
    "classic": _("Classic: Courier, italics underlined"),
}


NOTES = {
    "epub": _("For e-readers, phones and shops."),
    "docx": _("For Word and LibreOffice, with real headings."),
    "pdf": _("Pages set as a book, ready to print."),
    "manuscript_docx": _("Standard manuscript format, for agents and magazines."),
    "manuscript_pdf": _("Standard manuscript format, to read or print."),
    "markdown": _("One file, plain to read and to keep."),
    "markdown_zip": _("A zip with one file for each chapter."),
    "html": _("One file for any browser, without the internet."),
    "text": _("For everything else; _emphasis_ in underscores."),
}


class FormatChoice(forms.RadioSelect):
    """Radio buttons, each with a note on what the format is for."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["note"] = NOTES[str(value)]
        return option


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=_("Format"),
        choices=list(FORMAT_LABELS.items()),
        initial="epub",
        widget=FormatChoice,
    )
    chapters = forms.TypedMultipleChoiceField(
        label=_("Chapters"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    drafts = forms.BooleanField(label=_("Drafts, too"), required=False, initial=True)
    front_matter = forms.BooleanField(
        label=_("Title page and contents"), required=False, initial=True
    )
    cover = forms.BooleanField(
        label=_("Your cover"),
        required=False,
        initial=True,
        help_text=_("The picture you chose, in EPUB, Word and PDF."),
    )
    author = forms.CharField(label=_("Author’s name"), max_length=MAX_NAME, required=False)
    author_note = forms.CharField(
        label=_("Author’s note"),
        max_length=MAX_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands at the end of the book."),
    )
    language = forms.CharField(
        label=_("Language"),
        max_length=35,
        initial="en",
        validators=[RegexValidator(LANGUAGE, _("Write it like en, de or pt-BR."))],
        help_text=_("As a short sign: en, de, pt-BR. It guides hyphens and voices that read."),
    )
    font = forms.ChoiceField(
        label=_("Letters"), choices=[(font, FACES[font]) for font in FONTS], initial="book"
    )
    page_size = forms.ChoiceField(
        label=_("Page"),
        choices=[("", _("As usual for the format")), *((size, SIZES[size]) for size in PAGE_SIZES)],
        required=False,
    )
    manuscript_style = forms.ChoiceField(
        label=_("Style"),
        choices=[(style, STYLES[style]) for style in MANUSCRIPT_STYLES],
        initial="modern",
    )
    contact = forms.CharField(
        label=_("Contact"),
        max_length=MAX_CONTACT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "street-address"}),
        help_text=_("Your legal name, address, telephone and e-mail, a line each."),
    )

    def __init__(self, *args: Any, outline: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chapters"].choices = outline  # type: ignore[attr-defined]
