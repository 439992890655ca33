"""The shape of what a writer puts down beside a chapter; the rules are in the services."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from stories.services.comments import MAX_COMMENT, MAX_QUOTE
from stories.services.notes import MAX_CHAPTER_SYNOPSIS, MAX_NOTES


class NotesForm(forms.Form):
    synopsis = forms.CharField(
        label=_("Synopsis"),
        max_length=MAX_CHAPTER_SYNOPSIS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One or two sentences; they stand under the title in the story’s outline."),
    )
    notes = forms.CharField(
        label=_("Notes"),
        max_length=MAX_NOTES,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("For you alone: not counted, not exported."),
    )
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class NewCommentForm(forms.Form):
    text = forms.CharField(
        label=_("Comment"), max_length=MAX_COMMENT, widget=forms.Textarea(attrs={"rows": 3})
    )
    paragraph = forms.TypedChoiceField(
        label=_("Paragraph"), coerce=int, required=False, empty_value=None
    )
    quote = forms.CharField(
        label=_("The words it is about"),
        max_length=MAX_QUOTE,
        required=False,
        help_text=_("Just as they stand in the text. Left empty, it is the whole paragraph."),
    )


class CommentForm(forms.Form):
    """What happens to a comment; `text` is there when it was edited."""

    act = forms.ChoiceField(choices=[(act, act) for act in ("save", "resolve", "reopen", "delete")])
    text = forms.CharField(max_length=MAX_COMMENT, required=False)
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
