"""Charts drawn on the server: pure functions from figures to SVG, each with its table."""

from analytics.charts.bars import bar_chart, bars_sentence, period_chart
from analytics.charts.chart import Chart
from analytics.charts.ring import ring_chart, today_sentence
from analytics.charts.year import year_chart

__all__ = [
    "Chart",
    "bar_chart",
    "bars_sentence",
    "period_chart",
    "ring_chart",
    "today_sentence",
    "year_chart",
]
