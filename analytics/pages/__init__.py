"""Ready values for the pages of statistics: charts, figures, causes."""

from analytics.pages.day import day_context
from analytics.pages.lifetime import lifetime_context
from analytics.pages.overview import overview_context
from analytics.pages.story import story_context

__all__ = ["day_context", "lifetime_context", "overview_context", "story_context"]
