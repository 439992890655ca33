"""Shapes of a day and of the ledger's rows."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class CausesShape(serializers.Serializer[Any]):
    typed = serializers.IntegerField()
    pasted = serializers.IntegerField()
    imported = serializers.IntegerField()
    restored = serializers.IntegerField()
    replaced = serializers.IntegerField()
    moved_in = serializers.IntegerField()
    applied = serializers.IntegerField()
    removed = serializers.IntegerField()
    cut = serializers.IntegerField()
    moved_out = serializers.IntegerField()
    undone = serializers.IntegerField()


class SessionShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    story_id = serializers.UUIDField(allow_null=True)
    chapter_id = serializers.UUIDField(allow_null=True)
    story_title = serializers.CharField()
    chapter_title = serializers.CharField()
    started_at = serializers.DateTimeField()
    last_change_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    day = serializers.DateField()
    time_zone = serializers.CharField()
    active_seconds = serializers.IntegerField()
    saves = serializers.IntegerField()
    words_start = serializers.IntegerField()
    words_end = serializers.IntegerField()
    words_written = serializers.IntegerField()
    net_words = serializers.IntegerField(source="net")
    source = serializers.CharField()  # type: ignore[assignment]
    causes = CausesShape(source="*")


class SessionListShape(serializers.Serializer[Any]):
    sessions = SessionShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class DayShape(serializers.Serializer[Any]):
    date = serializers.DateField(source="day")
    words = serializers.IntegerField(source="figures.words_written")
    net_words = serializers.IntegerField(source="figures.net")
    goal = serializers.IntegerField(allow_null=True)
    minutes = serializers.IntegerField(source="figures.minutes")
    causes = CausesShape(source="figures")
    sessions = SessionShape(many=True)
