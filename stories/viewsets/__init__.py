"""The API of stories, chapters, their history and plans. The rules are in the services."""
