"""What may be done to stories: every way in (page, API, task) enters here."""
