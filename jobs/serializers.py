"""The shape of a job on the wire."""

from __future__ import annotations

from rest_framework import serializers

from jobs.models import Job


class JobSerializer(serializers.ModelSerializer[Job]):
    progress = serializers.IntegerField(source="percent", read_only=True)
    result = serializers.JSONField(read_only=True, allow_null=True)

    class Meta:
        model = Job
        fields = (
            "id",
            "kind",
            "title",
            "status",
            "progress",
            "step",
            "steps",
            "sequence",
            "error",
            "result",
            "created_at",
            "updated_at",
            "started_at",
            "finished_at",
        )
        read_only_fields = fields


class JobListSerializer(serializers.Serializer[dict[str, object]]):
    jobs = JobSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
