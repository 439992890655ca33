"""Charts drawn on the server: pure functions from figures to SVG, each with its table."""

from analytics.charts.bars import (
    MEASURE_NAMES,
    Bar,
    Sheet,
    bar_chart,
    bars_sentence,
    named_chart,
    period_chart,
    series_chart,
    words_sentence,
)
from analytics.charts.chapters import Length, lengths_chart
from analytics.charts.chart import Chart
from analytics.charts.cohorts import Stayed, cohorts_chart
from analytics.charts.columns import Column, columns_chart
from analytics.charts.hours import clock_chart
from analytics.charts.hours_by_year import YearHours, hours_by_year_chart
from analytics.charts.lanes import CAUSE_LABELS, Stretch, causes_chart, causes_sentence, day_chart
from analytics.charts.lines import Band, Level, growth_chart
from analytics.charts.ring import ring_chart, today_sentence
from analytics.charts.year import year_chart

__all__ = [
    "CAUSE_LABELS",
    "MEASURE_NAMES",
    "Band",
    "Bar",
    "Chart",
    "Column",
    "Length",
    "Level",
    "Sheet",
    "Stayed",
    "Stretch",
    "YearHours",
    "bar_chart",
    "bars_sentence",
    "causes_chart",
    "causes_sentence",
    "clock_chart",
    "cohorts_chart",
    "columns_chart",
    "day_chart",
    "growth_chart",
    "hours_by_year_chart",
    "lengths_chart",
    "named_chart",
    "period_chart",
    "ring_chart",
    "series_chart",
    "today_sentence",
    "words_sentence",
    "year_chart",
]
