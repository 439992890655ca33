"""What is rendered once and kept is the same for everybody."""

from django.template import engines
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override

from nexus.lib.moulds import once_per_language


def counted():
    calls = []

    @once_per_language
    def made(name="nobody"):
        calls.append(name)
        return SafeString(f"{name} in {get_language()}")

    return made, calls


def test_a_part_is_made_once_for_each_of_its_arguments_and_languages():
    made, calls = counted()
    assert [made(), made(), made(name="a"), made(name="a")] == [
        *["nobody in en-gb"] * 2,
        *["a in en-gb"] * 2,
    ]
    with override("de"):
        assert made() == "nobody in de"
    assert calls == ["nobody", "a", "nobody"]


def test_under_debug_a_changed_template_is_seen(settings):
    settings.DEBUG = True
    made, calls = counted()
    made()
    made()
    assert calls == ["nobody", "nobody"]


def test_a_fixed_part_of_a_page_learns_nothing_of_who_looks_at_it(rf, alice):
    request = rf.get("/")
    request.user = alice
    page = engines["django"].from_string(
        '{% include "stories/_chapter_shelter.html" %}-{% fixed "stories/_chapter_shelter.html" %}'
    )
    included, fixed = page.render({"user": alice}, request).split("</section>\n-")
    assert alice.email in included
    assert alice.email not in fixed


def test_a_fixed_part_takes_what_it_is_told():
    page = engines["django"].from_string(
        '{% fixed "components/_site_nav.html" place="below" here="desk" %}'
    )
    assert 'class="below"' in page.render()
    assert page.render().count('aria-current="page"') == 1
