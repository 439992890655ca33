"""The shape of what a writer sends by a page; the rules are in the services."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from nexus.lib.errors import Invalid
from nexus.lib.names import clean_title
from stories.importing.book import SPLITS
from stories.models import Story
from stories.replacing import MAX_FIND, MAX_REPLACEMENT
from stories.tags import clean_tags, split_tags

PLAIN_TEXT = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "dir": "auto"}
SPLIT_LABELS = {
    "auto": _("Wherever the book does"),
    "headings": _("At each heading"),
    "files": _("One chapter per file of the book"),
    "none": _("Not at all: one chapter"),
}


class StoryForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=255)
    status = forms.ChoiceField(
        label=_("Status"), choices=Story.Status.choices, initial=Story.Status.ONGOING
    )
    genre = forms.CharField(label=_("Genre"), max_length=100, required=False)
    synopsis = forms.CharField(
        label=_("Synopsis"),
        max_length=50_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What the book is about, for you alone."),
    )
    series = forms.CharField(
        label=_("Series"),
        max_length=255,
        required=False,
        widget=forms.TextInput({"list": "series-titles", "autocomplete": "off"}),
        help_text=_("The title of the series it belongs to. A new title begins a new series."),
    )
    tags = forms.CharField(
        label=_("Tags"),
        max_length=2_000,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "off"}),
        help_text=_("Up to 20, with commas between them: first draft, novella."),
    )

    def clean_series(self) -> str:
        title = self.cleaned_data["series"]
        try:
            return clean_title(title, field="series") if title else ""
        except Invalid as error:
            raise forms.ValidationError(error.detail) from error

    def clean_tags(self) -> list[str]:
        try:
            return clean_tags(split_tags(self.cleaned_data["tags"]))
        except Invalid as error:
            raise forms.ValidationError(error.detail) from error


class ChapterForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=255)
    part_title = forms.CharField(label=_("A part begins here"), max_length=255, required=False)


class ChapterTextForm(forms.Form):
    """The chapter as plain text with the revision it is based on; saved without a script."""

    title = forms.CharField(max_length=255, required=False)
    text = forms.CharField(required=False, strip=False)
    base = forms.CharField(max_length=30)
    # From the page of a conflict: the head it showed, and what the writer wants of both texts.
    head = forms.CharField(max_length=30, required=False)
    choice = forms.ChoiceField(
        choices=[(c, c) for c in ("merged", "mine", "theirs", "chapter")], required=False
    )

    def clean_title(self) -> str:
        """The field grows with a long title, so it takes line breaks; a title has none."""
        return re.sub(r"\s*[\r\n]\s*", " ", self.cleaned_data["title"])


class MoveForm(forms.Form):
    direction = forms.ChoiceField(choices=[("up", "up"), ("down", "down")])


class SplitForm(forms.Form):
    """Where a chapter is split: before the outermost block of this number."""

    at = forms.IntegerField(
        min_value=1,
        max_value=10**9,
        error_messages={"required": _("Please choose where the new chapter begins.")},
    )
    title = forms.CharField(max_length=255, required=False)
    base = forms.CharField(max_length=30)


class MergeForm(forms.Form):
    base = forms.CharField(max_length=30)
    next_base = forms.CharField(max_length=30)
    next_id = forms.UUIDField()
    scene_break = forms.BooleanField(required=False)


class ToStoryForm(forms.Form):
    """Which of the writer's other stories a chapter moves to."""

    story = forms.ModelChoiceField(
        label=_("To"),
        queryset=Story.objects.none(),
        empty_label=None,
        error_messages={"required": _("Please choose a story.")},
    )


class ReplaceForm(forms.Form):
    """What to find in a book and what to put there; spaces are part of both."""

    find = forms.CharField(
        label=_("Find"), max_length=MAX_FIND, strip=False, widget=forms.TextInput(PLAIN_TEXT)
    )
    replacement = forms.CharField(
        label=_("Replace with"),
        help_text=_("Left empty, the words are taken out."),
        max_length=MAX_REPLACEMENT,
        strip=False,
        required=False,
        widget=forms.TextInput(PLAIN_TEXT),
    )
    match_case = forms.BooleanField(label=_("Match capitals and quotation marks"), required=False)
    whole_words = forms.BooleanField(label=_("Whole words only"), required=False)


class ReplaceChoiceForm(forms.Form):
    """Which hits a writer was shown on all pages and on this one, and which of them stay."""

    seen = forms.CharField(max_length=1_000_000, required=False)
    out = forms.CharField(max_length=1_000_000, required=False)
    shown = forms.CharField(max_length=1_000_000, required=False)
    page = forms.IntegerField(min_value=1, max_value=10**6, required=False)


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("Your book"),
    )
    story = forms.ModelChoiceField(
        label=_("Into"), queryset=Story.objects.none(), required=False, empty_label=_("A new story")
    )
    split = forms.ChoiceField(
        label=_("Divide into chapters"),
        choices=[(split, SPLIT_LABELS[split]) for split in SPLITS],
        initial="auto",
        required=False,
    )


class ImportChoiceForm(forms.Form):
    """Which of the chapters found are taken, and what the new story is called."""

    title = forms.CharField(max_length=255, required=False)
    chapters = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: object, found: int, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["chapters"].choices = [(n, n) for n in range(found)]  # type: ignore[attr-defined]
