"""Applying the writing day to the past: only when asked, in pieces, and the same however often."""

from datetime import timedelta

import pytest

from analytics import redate_all, rollups
from analytics.models import WritingDay, WritingSession
from analytics.tests.builders import add_words, at, make_chapter, sessions
from jobs import services as job_services
from jobs.models import Job
from jobs.work import JobCancelled, Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def evenings(alice):
    """Five evenings in London that are the next morning in Tokyo, each with an hour of work."""
    chapter = make_chapter(alice)
    for number in range(5):
        evening = at("2026-03-02 21:00") + timedelta(days=number)
        add_words(chapter, 10, evening, typed=10)
        rollups.roll_up_day(alice, evening.date(), at=evening)
    return chapter


def move_to_tokyo(user):
    user.time_zone = "Asia/Tokyo"
    user.save()


def run_it(user):
    job = redate_all.apply_to_past(user)
    job_services.run_job(str(job.pk))
    job.refresh_from_db()
    return job


def days_of(user):
    """Return each whole day with its words and its busy hour."""
    rows = WritingDay.objects.filter(user=user, story=None).order_by("day")
    return [(str(row.day), row.typed, row.hours.index(row.typed)) for row in rows]


def test_nothing_happens_to_the_past_unasked(alice, evenings):
    before = days_of(alice)
    move_to_tokyo(alice)
    for row in sessions(alice):
        rollups.roll_up_day(alice, row.day, at=at("2026-03-20 12:00"))
    assert days_of(alice) == before == [(f"2026-03-0{2 + n}", 10, 21) for n in range(5)]


def test_asked_for_every_session_and_day_follows(alice, evenings):
    move_to_tokyo(alice)
    job = run_it(alice)
    assert (job.status, job.result) == (Job.Status.DONE, {"sessions": 5, "days": 6})
    assert days_of(alice) == [(f"2026-03-0{3 + n}", 10, 6) for n in range(5)]
    assert {row.time_zone for row in sessions(alice)} == {"Asia/Tokyo"}


def test_a_second_time_changes_nothing(alice, evenings):
    move_to_tokyo(alice)
    run_it(alice)
    before = days_of(alice)
    assert run_it(alice).result == {"sessions": 0, "days": 0}
    assert days_of(alice) == before


def test_the_day_end_counts_too(alice, evenings):
    add_words(evenings, 3, "2026-03-09 02:00", typed=3)
    alice.day_end_hour = 3
    alice.save()
    run_it(alice)
    assert days_of(alice)[-1] == ("2026-03-08", 3, 2)


def test_goals_stay_with_their_days(alice, evenings):
    WritingDay.objects.filter(user=alice, story=None, day="2026-03-04").update(goal=777)
    move_to_tokyo(alice)
    run_it(alice)
    assert WritingDay.objects.get(user=alice, story=None, day="2026-03-04").goal == 777


def test_stopped_half_way_it_is_right_so_far_and_goes_on_from_there(alice, evenings, monkeypatch):
    monkeypatch.setattr(redate_all, "PIECE", 2)
    move_to_tokyo(alice)
    job = redate_all.apply_to_past(alice)

    def stop(step, _steps):
        if step == 4:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        redate_all.redate_all(Run(job, stop))
    told = WritingDay.objects.filter(user=alice, story=None)
    assert sum(row.typed for row in told) == 50
    assert [row.time_zone for row in sessions(alice)] == ["Asia/Tokyo"] * 4 + ["UTC"]
    job.delete()
    assert run_it(alice).result["sessions"] == 1
    assert days_of(alice) == [(f"2026-03-0{3 + n}", 10, 6) for n in range(5)]


def test_progress_is_told_in_sessions(alice, evenings, monkeypatch):
    monkeypatch.setattr(redate_all, "PIECE", 2)
    seen = []
    job = redate_all.apply_to_past(alice)
    redate_all.redate_all(Run(job, lambda step, steps: seen.append((step, steps))))
    assert seen == [(2, 5), (4, 5), (5, 5)]


def test_settings_changed_meanwhile_end_it(alice, evenings):
    job = redate_all.apply_to_past(alice)
    move_to_tokyo(alice)
    job_services.run_job(str(job.pk))
    job.refresh_from_db()
    assert job.status == Job.Status.FAILED and "changed meanwhile" in job.error
    assert {row.time_zone for row in sessions(alice)} == {"UTC"}


def test_nobody_elses_days_are_touched(alice, bob, evenings):
    other = make_chapter(bob)
    add_words(other, 4, "2026-03-02 21:00", typed=4)
    move_to_tokyo(alice)
    run_it(alice)
    assert [str(row.day) for row in WritingSession.objects.filter(user=bob)] == ["2026-03-02"]


def test_the_api_answers_with_the_job_and_asked_again_with_the_same(as_alice, evenings):
    first = as_alice.post("/api/v1/me/apply-to-past")
    assert first.status_code == 202
    assert first.json()["kind"] == redate_all.KIND
    assert as_alice.post("/api/v1/me/apply-to-past").json()["id"] == first.json()["id"]


def test_strangers_are_refused(anonymous):
    assert anonymous.post("/api/v1/me/apply-to-past").status_code == 403
    assert anonymous.post("/settings/day/past/").status_code == 302
    assert not Job.objects.exists()


def test_the_settings_offer_it_and_lead_to_the_jobs_page(as_alice, alice, evenings):
    assert b"Count earlier days anew" in as_alice.get("/settings/day/").content
    answer = as_alice.post("/settings/day/past/")
    job = Job.objects.get(owner=alice)
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"
    job_services.run_job(str(job.pk))
    page = as_alice.get(f"/jobs/{job.pk}/").content.decode()
    assert "All of your days were as they should be." in page
