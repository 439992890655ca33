"""How a writer puts stories in order: series, one book after the other, and tags."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from nexus.lib.ids import new_id
from stories.models.book import Story
from stories.tags import MAX_TAG, MAX_TAGS


class SeriesQuerySet(models.QuerySet["Series"]):
    def visible_to(self, user: User) -> SeriesQuerySet:
        return self.filter(owner=user)

    def by_title(self) -> SeriesQuerySet:
        return self.order_by("title_key", "id")


class Series(models.Model):
    """Stories of one writer that are read one after the other."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="series"
    )
    title = models.CharField(_("title"), max_length=255)
    title_key = models.CharField(max_length=800, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = (
            models.UniqueConstraint(
                fields=["owner", "title_key"], name="series_title_once_per_owner"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="series_has_title"),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("stories:series", args=[self.pk])


class VolumeQuerySet(models.QuerySet["Volume"]):
    def live(self) -> VolumeQuerySet:
        """Volumes whose story is not in the trash; there it keeps its place, unseen."""
        return self.filter(story__trashed_at__isnull=True)

    def in_order(self) -> VolumeQuerySet:
        return self.order_by("series", "position")

    def numbered(self) -> VolumeQuerySet:
        """Add `number`, from 1: which book of its series a live volume is."""
        before = Volume.objects.live().filter(
            series=OuterRef("series"), position__lte=OuterRef("position")
        )
        count = before.order_by().values("series").annotate(n=Count("pk")).values("n")
        return self.annotate(number=Coalesce(Subquery(count), 0))


class Volume(models.Model):
    """The place of a story in the one series it may belong to.

    Positions order, they do not count: a story in the trash keeps its own, and whoever reads the
    series counts the books that are left.
    """

    story = models.OneToOneField(Story, models.CASCADE, primary_key=True, related_name="volume")
    # Found by the index of the constraint.
    series = models.ForeignKey(Series, models.CASCADE, db_index=False, related_name="volumes")
    position = models.PositiveIntegerField()

    objects = VolumeQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["series", "position"],
                name="volume_position_once_per_series",
                deferrable=models.Deferrable.DEFERRED,
            ),
        )

    def __str__(self) -> str:
        return f"{self.position} of {self.series_id}"


class TagQuerySet(models.QuerySet["Tag"]):
    def visible_to(self, user: User) -> TagQuerySet:
        return self.filter(owner=user)

    def by_name(self) -> TagQuerySet:
        return self.order_by("key", "id")

    def with_counts(self) -> TagQuerySet:
        """Add `stories_total`, the live stories that bear the tag."""
        live = Q(story_tags__story__trashed_at__isnull=True)
        return self.annotate(stories_total=Count("story_tags", filter=live))

    def unused(self) -> TagQuerySet:
        """Tags that no story bears, not even one in the trash."""
        return self.filter(story_tags__isnull=True)


class Tag(models.Model):
    """A word by which a writer finds stories again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="tags"
    )
    name = models.CharField(_("name"), max_length=MAX_TAG)
    key = models.CharField(max_length=4 * MAX_TAG, editable=False)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = (
            models.UniqueConstraint(fields=["owner", "key"], name="tag_once_per_owner"),
            models.CheckConstraint(condition=~Q(name=""), name="tag_has_name"),
        )

    def __str__(self) -> str:
        return self.name


class StoryTag(models.Model):
    """A tag on a story, in the order the writer gave them; its place holds the limit."""

    # Found by the indexes of the constraints.
    story = models.ForeignKey(Story, models.CASCADE, db_index=False, related_name="story_tags")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="story_tags")
    place = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["story", "tag"], name="story_tag_once_per_story"),
            models.UniqueConstraint(
                fields=["story", "place"],
                name="story_tag_place_once_per_story",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(place__gte=1, place__lte=MAX_TAGS), name="story_tag_within_limit"
            ),
        )

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.story_id}"
