"""What the pages of series and tags send."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from stories.tags import MAX_TAG


class SeriesForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=255)


class SeriesBookForm(forms.Form):
    story = forms.UUIDField()


class SeriesMoveForm(SeriesBookForm):
    direction = forms.ChoiceField(choices=[("up", "up"), ("down", "down")])


class TagForm(forms.Form):
    # Longer than a tag, so that the service says what a tag is.
    name = forms.CharField(label=_("Name"), max_length=4 * MAX_TAG)
