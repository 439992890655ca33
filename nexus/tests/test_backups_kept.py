"""Which of the rolling backups stay, and when the first is made."""

from datetime import UTC, datetime, timedelta

from nexus.backups import keeping
from nexus.backups.keeping import backups_in, worth_keeping

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def test_twenty_four_quarters_of_an_hour_stay_and_the_next_older_goes():
    moments = [NOON - number * QUARTER for number in range(30)]
    assert worth_keeping(moments) == set(moments[:24])


def test_of_an_older_day_the_newest_stays():
    today = [NOON - number * QUARTER for number in range(24)]
    last = datetime(2026, 3, 30, 23, 59, 59, tzinfo=UTC)
    earlier = [last - number * QUARTER for number in range(1, 9)]
    midnight = datetime(2026, 3, 30, 0, 0, tzinfo=UTC)
    before = midnight - timedelta(seconds=1)
    kept = worth_keeping([*today, last, *earlier, midnight, before])
    assert kept == {*today, last, before}


def test_fourteen_days_stay_and_the_fifteenth_goes():
    noons = [NOON - timedelta(days=number) for number in range(20)]
    more = [noon - number * QUARTER for noon in noons for number in range(30)]
    kept = worth_keeping(more)
    assert kept == {*more[:24], *noons[:14]}


def test_weeks_away_do_not_cost_the_days_before():
    before = [NOON - timedelta(days=40 + number) for number in range(14)]
    quarters = [NOON - number * QUARTER for number in range(24)]
    assert worth_keeping([*quarters, *before]) == {*quarters, *before[:13]}


def test_few_and_none_all_stay():
    assert worth_keeping([]) == set()
    assert worth_keeping([NOON]) == {NOON}


def make_folders(folder, kind, moments):
    paths = [folder / keeping.name_of(kind, moment) for moment in moments]
    for path in paths:
        path.mkdir(parents=True)
        (path / "manifest.json").touch()
    return paths


def test_only_rolling_backups_are_discarded(tmp_path):
    moments = [NOON - number * QUARTER for number in range(30)]
    rolling = make_folders(tmp_path, keeping.ROLLING, moments)
    by_hand = make_folders(tmp_path, keeping.BY_HAND, [NOON - timedelta(days=400)])
    (tmp_path / "rolling-notes").mkdir()
    assert set(keeping.discard_old(tmp_path)) == set(rolling[24:])
    assert backups_in(tmp_path) == [*rolling[:24], *by_hand]
    assert (tmp_path / "rolling-notes").is_dir()


def test_the_first_attempt_waits_a_minute_or_until_the_last_is_a_quarter_old(tmp_path):
    assert keeping.seconds_to_first(tmp_path / "none", at=NOON) == 60
    make_folders(tmp_path, keeping.ROLLING, [NOON])
    for age, wait in ((0, 900), (10, 300), (14.5, 60), (15, 60), (60 * 24, 60), (-30, 900)):
        at = NOON + timedelta(minutes=age)
        assert keeping.seconds_to_first(tmp_path, at=at) == wait
