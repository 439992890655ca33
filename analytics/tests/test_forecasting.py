"""Forecasts: calibrated on simulated writers, seeded, and honest about too little data."""

import time
from datetime import date, timedelta

import numpy as np
import pytest

from analytics.forecasting import HORIZON_DAYS, look_ahead

TODAY = date(2026, 3, 11)
DUE = TODAY + timedelta(90)


def past(words, days=90):
    """Return a pace of so many days before today; `words` of a day by its number back."""
    return {TODAY - timedelta(n): words(n) for n in range(days, 0, -1)}


def ahead(pace, words_left, *, due_on=DUE, rests=(), seed=1):
    return look_ahead(
        pace, words_left=words_left, today=TODAY, due_on=due_on, rests=rests, seed=seed
    )


class Writer:
    """One who writes by weekday, skips days, and never twice the same."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.pace = self.random.lognormal(6, 0.5)
        self.chances = self.random.uniform(0.3, 0.95, 7)
        self.evenness = self.random.uniform(0.8, 4)

    def words(self, day):
        if day in self.rests or self.random.random() > self.chances[day.weekday()]:
            return 0
        return int(self.random.gamma(self.evenness, self.pace / self.evenness))

    rests = frozenset(TODAY + timedelta(n) for n in range(-90, 400) if n % 17 == 0)

    def done_on(self, words_left):
        day = TODAY
        while (words_left := words_left - self.words(day)) > 0:
            day += timedelta(1)
        return day


def test_the_true_date_falls_between_p10_and_p90_for_four_fifths_of_writers():
    began, held, early, odds, met = time.process_time(), 0, 0, 0.0, 0
    for seed in range(500):
        writer = Writer(seed)
        pace = {
            day: writer.words(day)
            for n in range(90, 0, -1)
            if (day := TODAY - timedelta(n)) not in Writer.rests
        }
        words_left = 1 + int(np.mean(list(pace.values())) * writer.random.integers(20, 150))
        found = ahead(pace, words_left, rests=Writer.rests, seed=seed)
        true = writer.done_on(words_left)
        held += found.p10 <= true <= found.p90
        early += true < found.p50
        odds, met = odds + found.odds, met + (true <= DUE)
    assert 375 <= held <= 425
    assert 200 <= early <= 300
    assert odds == pytest.approx(met, abs=15)
    assert time.process_time() - began < 20


def test_an_even_writer_is_foretold_to_the_day():
    found = ahead(past(lambda n: 100), 1000)
    assert (found.p10, found.p50, found.p90) == (TODAY + timedelta(9),) * 3
    assert (found.odds, found.days_of_data, found.runs) == (1.0, 90, 2000)


def test_rest_days_bring_nothing():
    rests = [TODAY + timedelta(n) for n in range(5)]
    found = ahead(past(lambda n: 100), 1000, rests=rests)
    assert found.p50 == TODAY + timedelta(14)


def test_days_without_a_word_count_as_they_were():
    found = ahead(past(lambda n: 100 * (n % 2)), 4500)
    assert abs((found.p50 - TODAY).days - 90) <= 4


def test_a_weekday_is_drawn_from_its_own_kind():
    def mondays(n):
        return 700 if (TODAY - timedelta(n)).weekday() == 0 else 0

    found = ahead(past(mondays), 1400)
    assert found.p10 == found.p90 == date(2026, 3, 23)


def test_the_same_seed_says_the_same():
    pace = past(lambda n: n * 37 % 400)
    due_on = ahead(pace, 9000).p50
    assert ahead(pace, 9000, due_on=due_on, seed=7) == ahead(pace, 9000, due_on=due_on, seed=7)
    assert ahead(pace, 9000, due_on=due_on, seed=7) != ahead(pace, 9000, due_on=due_on, seed=8)


def test_under_ten_days_of_data_it_says_so_instead():
    found = ahead(past(lambda n: 100, days=9), 1000)
    assert (found.has_data, found.days_of_data, found.p50, found.odds) == (False, 9, None, None)
    assert ahead(past(lambda n: 100, days=10), 1000).has_data


def test_what_is_never_done_has_no_date_and_no_odds():
    assert ahead(past(lambda n: 0), 1000).odds == 0
    found = ahead(past(lambda n: -5), 1000)
    assert (found.p10, found.p90, found.odds) == (None, None, 0.0)


def test_the_odds_are_of_the_deadline():
    pace = past(lambda n: 200 * (n % 2))
    sure = ahead(pace, 900, due_on=TODAY + timedelta(60)).odds
    even = ahead(pace, 9000).odds
    assert sure > 0.99 > 0.9 > even > 0.1
    assert ahead(pace, 9000, due_on=TODAY - timedelta(1)).odds == 0


def test_a_forecast_takes_no_time_to_speak_of():
    pace = past(lambda n: n * 37 % 400)
    ahead(pace, 1000)
    began = time.process_time()
    found = ahead(pace, 10_000_000, due_on=TODAY + timedelta(HORIZON_DAYS))
    assert time.process_time() - began < 0.3
    assert found.p10 is None
