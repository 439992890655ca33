"""Charts drawn on the server: pure functions from figures to SVG, each with its table."""

from analytics.charts.bars import (
    MEASURE_NAMES,
    Sheet,
    bar_chart,
    bars_sentence,
    period_chart,
    series_chart,
    words_sentence,
)
from analytics.charts.chapters import Length, lengths_chart
from analytics.charts.chart import Chart
from analytics.charts.hours import clock_chart
from analytics.charts.lanes import CAUSE_LABELS, Stretch, causes_chart, causes_sentence, day_chart
from analytics.charts.lines import Band, Level, growth_chart
from analytics.charts.ring import ring_chart, today_sentence
from analytics.charts.year import year_chart

__all__ = [
    "CAUSE_LABELS",
    "MEASURE_NAMES",
    "Band",
    "Chart",
    "Length",
    "Level",
    "Sheet",
    "Stretch",
    "bar_chart",
    "bars_sentence",
    "causes_chart",
    "causes_sentence",
    "clock_chart",
    "day_chart",
    "growth_chart",
    "lengths_chart",
    "period_chart",
    "ring_chart",
    "series_chart",
    "today_sentence",
    "words_sentence",
    "year_chart",
]
