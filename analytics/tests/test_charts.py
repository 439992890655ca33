"""What is drawn is what the numbers say; nothing a writer typed gets out of its place."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from analytics.charts import Level, bar_chart, growth_chart, ring_chart, year_chart
from analytics.charts.chart import nice_top
from analytics.charts.svg import element, number
from analytics.periods import Period
from analytics.reports import DayWords, Figures, HeatYear
from analytics.reports.heat import quantile_bounds

FIRST = date(2026, 2, 10)
SVG = "{http://www.w3.org/2000/svg}"


def days(*words):
    last = len(words) - 1
    return [
        DayWords(FIRST + timedelta(days=place), count, Figures(typed=count), place == last)
        for place, count in enumerate(words)
    ]


def parse(svg):
    return ElementTree.fromstring(f'<div xmlns="http://www.w3.org/2000/svg">{svg}</div>')


def drawings(chart):
    return list(parse(chart.svg).iter(f"{SVG}svg"))


def draw(*words, goal=None, title="Words"):
    return bar_chart(days(*words), goal=goal, title=title, ident="month")


def bars(drawing):
    return [r for r in drawing.iter(f"{SVG}rect") if r.get("class").startswith("chart__bar")]


@pytest.mark.parametrize("which", [0, 1])
def test_bars_are_as_high_as_their_words(which):
    drawing = drawings(draw(100, 0, 250, 37))[which]
    heights = {int(bar.get("data-words")): float(bar.get("height")) for bar in bars(drawing)}
    assert set(heights) == {100, 250, 37}
    scale = heights[250] / 250
    for words, height in heights.items():
        assert height == pytest.approx(words * scale, abs=0.01)


@pytest.mark.parametrize("which", [0, 1])
def test_the_goal_is_a_line_at_its_own_height(which):
    drawing = drawings(draw(100, 400, goal=200))[which]
    line = next(x for x in drawing.iter(f"{SVG}line") if x.get("class") == "chart__target")
    heights = {int(bar.get("data-words")): bar for bar in bars(drawing)}
    base = float(heights[400].get("y")) + float(heights[400].get("height"))
    assert base - float(line.get("y1")) == pytest.approx(
        float(heights[400].get("height")) / 2, abs=0.02
    )


def test_a_goal_above_all_bars_stays_inside_the_picture():
    for drawing in drawings(draw(10, goal=9000)):
        line = next(x for x in drawing.iter(f"{SVG}line") if x.get("class") == "chart__target")
        assert float(line.get("y1")) > 0


@pytest.mark.parametrize("which", [0, 1])
def test_no_bar_or_label_leaves_the_picture(which):
    drawing = drawings(draw(*range(0, 30_000, 1000), goal=500))[which]
    _x, _y, width, height = map(float, drawing.get("viewBox").split())
    for bar in bars(drawing):
        assert 0 <= float(bar.get("x")) <= width - float(bar.get("width"))
        assert 0 <= float(bar.get("y")) <= height
    for label in drawing.iter(f"{SVG}text"):
        assert 0 <= float(label.get("x")) <= width
        assert 8 <= float(label.get("y")) <= height


def test_the_table_holds_exactly_the_numbers_drawn():
    chart = draw(1234, 0, 50)
    drawn = {bar.get("data-day"): bar.get("data-words") for bar in bars(drawings(chart)[0])}
    assert drawn == {"2026-02-10": "1234", "2026-02-12": "50"}
    assert [row[1] for row in chart.rows] == ["1,234", "0", "50"]
    assert chart.rows[0][0] == "10 February 2026"


def test_the_sentence_says_the_sum_and_the_best_day():
    sentence = draw(100, 0, 250).sentence
    assert sentence == "350 words on 2 writing days; the best was 12 February 2026 with 250."


def test_an_empty_chart_says_so_and_draws_its_axis():
    chart = draw(0, 0)
    assert chart.sentence == "No words in these 2 days."
    assert bars(drawings(chart)[0]) == []


def test_no_days_at_all_are_drawn_too():
    assert drawings(bar_chart([], goal=None, title="Words", ident="month"))


def test_every_picture_is_named_described_and_has_ids_of_its_own():
    charts = [
        draw(1, 2),
        ring_chart(words=10, goal=20, ident="today"),
        year_chart(HeatYear(2026, tuple(days(1, 2)), (1, 2)), title="2026", ident="year"),
    ]
    found = [svg for chart in charts for svg in drawings(chart)]
    ids = [node.get("id") for svg in found for node in svg.iter() if node.get("id")]
    assert len(ids) == len(set(ids)) == 2 * len(found)
    for svg in found:
        assert svg.get("role") == "img"
        assert set(svg.get("aria-labelledby").split()) <= set(ids)
        assert svg.find(f"{SVG}title").text and svg.find(f"{SVG}desc").text


def test_nothing_is_styled_inline():
    charts = [draw(1, 2, goal=3), ring_chart(words=10, goal=20)]
    assert not any("style=" in chart.svg for chart in charts)


def test_titles_are_escaped():
    chart = draw(1, title='<script>alert("x")</script>')
    assert "<script" not in chart.svg
    assert drawings(chart)[0].find(f"{SVG}title").text == '<script>alert("x")</script>'


def test_attributes_are_escaped():
    assert element("rect", class_='"><b>') == '<rect class="&quot;&gt;&lt;b&gt;"></rect>'


@pytest.mark.parametrize(
    ("words", "goal", "drawn"),
    [(0, 100, 0), (50, 100, 50), (250, 100, 100), (5, None, 0), (0, 0, 100)],
)
def test_the_ring_shows_the_share(words, goal, drawn):
    svg = ring_chart(words=words, goal=goal).svg
    value = re.search(r'stroke-dasharray="(\d+) 200"', svg)
    assert int(value[1]) == drawn


def test_the_ring_says_what_is_left():
    assert ring_chart(words=312, goal=500).sentence == "312 words today, 188 to go."
    assert ring_chart(words=1, goal=None).sentence == "1 word today."
    assert "met" in ring_chart(words=1000, goal=500).sentence


def year(words_by_day):
    span = Period(date(2026, 1, 1), date(2026, 12, 31))
    shown = tuple(DayWords(day, words_by_day.get(day, 0)) for day in span.days())
    return HeatYear(2026, shown, quantile_bounds(list(words_by_day.values())))


def test_the_year_has_a_cell_a_day_in_its_weeks_and_shades():
    words = {date(2026, 3, day): day * 10 for day in range(1, 9)}
    chart = year_chart(year(words), title="2026", ident="year")
    cells = {cell.get("data-day"): cell for cell in parse(chart.svg).iter(f"{SVG}rect")}
    cells.pop(None)
    assert len(cells) == 365
    assert cells["2026-03-01"].get("class") == "heat__cell heat__cell--1"
    assert cells["2026-03-08"].get("class") == "heat__cell heat__cell--4"
    assert cells["2026-03-09"].get("class") == "heat__cell heat__cell--0"
    monday, tuesday, next_monday = (cells[f"2026-03-{day:02}"] for day in (2, 3, 9))
    assert monday.get("x") == tuesday.get("x") != next_monday.get("x")
    assert monday.get("y") == next_monday.get("y")
    assert [row[3] for row in chart.rows] == [
        "10",
        "20",
        "30",
        "40",
        "50",
        "60",
        "70",
        "80",
        *["0"] * 23,
    ]
    assert [row[2] for row in chart.rows][27:] == ["0", "", "", ""]


@pytest.mark.parametrize("week_start", [1, 6, 7])
@pytest.mark.parametrize("which", [2012, 2024, 2026, 2028])
def test_every_year_fits_whatever_day_the_week_starts(which, week_start):
    span = Period(date(which, 1, 1), date(which, 12, 31))
    shown = HeatYear(which, tuple(DayWords(day, 0) for day in span.days()), ())
    svg = drawings(year_chart(shown, title="Year", ident="year", week_start=week_start))[0]
    width = float(svg.get("viewBox").split()[2])
    cells = [cell for cell in svg.iter(f"{SVG}rect") if cell.get("data-day")]
    assert max(float(cell.get("x")) + 11 for cell in cells) <= width
    assert len({(cell.get("x"), cell.get("y")) for cell in cells}) == len(cells)


def test_the_scale_is_stated():
    chart = year_chart(year({date(2026, 1, day): day for day in range(1, 9)}), title="", ident="y")
    assert "Shades: 1–2, 3–4, 5–6, 7–8 words." in chart.svg
    assert chart.why == "Shades: 1–2, 3–4, 5–6, 7–8 words."


def test_only_months_that_have_begun_are_named():
    shown = tuple(DayWords(date(2026, month, 1), 1) for month in (1, 2, 3))
    svg = year_chart(HeatYear(2026, shown, (1,)), title="2026", ident="year").svg
    assert ">Mar<" in svg and ">Apr<" not in svg


@pytest.mark.parametrize(
    ("most", "top"), [(1, 10), (11, 12), (13, 16), (21, 30), (99, 100), (551, 600), (601, 800)]
)
def test_scales_end_at_round_numbers(most, top):
    assert nice_top(most) == top


def test_coordinates_are_written_the_same_in_every_locale():
    assert (number(1.5), number(2.0), number(0.333)) == ("1.5", "2", "0.33")


# --- A book growing -----------------------------------------------------------------


def last_words(levels):
    """Return where each picture writes the book's words, and where its last dot is."""
    chart = growth_chart(levels, title="Growth", ident="growth")
    words = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*chart__label--on[^>]*>', chart.svg)
    dots = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', chart.svg)
    pairs = zip(words, dots, strict=True)
    return [tuple(map(float, (*word, *dot))) for word, dot in pairs]


def test_the_words_of_a_book_stand_below_its_line():
    levels = [Level(date(2026, 3, day), 1000 + day) for day in range(1, 31)]
    assert all(y > dot_y + 12 for _x, y, _dot_x, dot_y in last_words(levels))


def test_the_words_of_a_book_stand_beside_a_line_that_leaps():
    levels = [Level(date(2026, 3, day), 0 if day < 30 else 121_905) for day in range(1, 31)]
    assert len(last_words(levels)) == 2
    assert all(abs(y - dot_y) < 6 and x < dot_x - 6 for x, y, dot_x, dot_y in last_words(levels))
