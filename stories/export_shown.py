"""What pages say of an export: its job's page, and the list of earlier ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs import files
from jobs.models import Job
from jobs.reports import job_card
from jobs.work import Shown

FORMAT_LABELS = {
    "epub": gettext_lazy("EPUB"),
    "docx": gettext_lazy("Word"),
    "pdf": gettext_lazy("PDF"),
    "manuscript_docx": gettext_lazy("Manuscript, Word"),
    "manuscript_pdf": gettext_lazy("Manuscript, PDF"),
    "markdown": gettext_lazy("Markdown"),
    "markdown_zip": gettext_lazy("Markdown, by chapter"),
    "html": gettext_lazy("Web page"),
    "text": gettext_lazy("Plain text"),
}


def show_export(job: Job) -> Shown:
    """Say what came out, and where to get it."""
    end = files.expires_at(job)
    if end is None or not files.is_ready(job, at=timezone.now()):
        return Shown(sentence=_("This file was kept for a week and is gone."))
    made = job.result or {}
    values = {
        "format": FORMAT_LABELS[made["format"]],
        "words": f"{made['word_count']:,}",
        "until": date_format(timezone.localtime(end), "j F Y, H:i"),
    }
    said = _("%(format)s with %(words)s words. It is kept here until %(until)s.") % values
    return Shown(
        sentence=f"{said} {_shapeless(made)}".strip(),
        result_url=reverse("stories:export_file", args=[job.pk]),
        result_label=_("Download it"),
    )


def _shapeless(made: dict[str, Any]) -> str:
    letters = made.get("without_shape", "")
    if not letters:
        return ""
    return _(
        "No font of this studio has a shape for %(letters)s: on its pages they are boxes. EPUB and "
        "Word files show them."
    ) % {"letters": " ".join(letters)}


def export_row(job: Job, *, at: datetime) -> dict[str, Any]:
    """Return one line of the list of earlier exports."""
    return {
        "id": str(job.pk),
        "card": job_card(job, now=at),
        "label": FORMAT_LABELS.get(job.parameters.get("format", ""), ""),
        "bytes": (job.result or {}).get("bytes", 0),
        "until": files.expires_at(job),
        "is_ready": files.is_ready(job, at=at),
    }
