"""Width of text, and what is left of text that is too wide."""

from hypothesis import given
from hypothesis import strategies as st

from pertract.report.graph.lettering import shortened, width_of


def test_narrow_letters_need_less_room():
    assert width_of("illi") < width_of("abba") < width_of("WWWW")
    assert width_of("abba", bold=True) > width_of("abba")
    assert width_of("abba", size=24.0) == 2 * width_of("abba", size=12.0)


def test_text_that_fits_stays():
    assert shortened("count", 100.0) == "count"


def test_begin_and_end_stay():
    short = shortened("collectAsMap at RandomForestWithALongName.scala:1189", 150.0)
    assert short.startswith("collectAs")
    assert short.endswith("ala:1189")
    assert "…" in short


@given(st.text(max_size=300), st.floats(20, 500))
def test_what_is_shortened_fits(text, width):
    assert width_of(shortened(text, width)) <= max(width, width_of("…"))


def test_very_long_names_take_no_time():
    assert len(shortened("x" * 1_000_000, 200.0)) < 60
