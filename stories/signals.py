"""What the apps above may hear. Sent in the past tense, from services."""

from django.dispatch import Signal

# Sent inside the save's transaction, because the ledger row must commit with the text.
# kwargs: chapter, user, at, change (stories.saving.Change)
chapter_saved = Signal()
