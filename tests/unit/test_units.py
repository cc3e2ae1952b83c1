import pytest

from pertract import units


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("15", 15),
        ("15B", 15),
        ("15GB", 15e9),
        ("15GiB", 15 * 2**30),
        ("15g", 15 * 2**30),
        (" 1.5 kB ", 1500),
        ("1.5KiB", 1536),
        ("2e3", 2000),
        ("1e-3kB", 1),
        (".5M", 2**19),
        ("3tb", 3e12),
        ("1PiB", 2**50),
    ],
)
def test_sizes_are_decimal_with_b_and_binary_without(text, size):
    assert units.parse_size(text) == pytest.approx(size)


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "15 bananas", "1,5GB", "1.2.3", "15iB5", "nan", "inf"])
def test_what_is_not_a_size_is_refused_by_name(text):
    with pytest.raises(ValueError, match="is not a size; write a number with a unit"):
        units.parse_size(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4g", 4 * 2**30),
        ("512m", 512 * 2**20),
        ("1024", 2**30),  # Spark counts a bare number in MiB
        ("1T", 2**40),
        ("10gb", 10 * 2**30),
        ("100k", 102_400),
        ("64b", 64),
        ("1.5g", None),
        ("lots", None),
        ("*********(redacted)", None),
        ("", None),
    ],
)
def test_memory_settings_are_read_as_spark_reads_them(text, size):
    assert units.parse_memory(text) == size


def test_the_unit_of_a_bare_memory_setting_can_be_bytes():
    assert units.parse_memory("1024", default_unit="b") == 1024


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (1536, "1.5 KiB"),
        (15e9, "14 GiB"),
        (2**50, "1.02e+03 TiB"),
        (-2048, "-2 KiB"),
    ],
)
def test_sizes_for_people(size, text):
    assert units.format_size(size) == text


@pytest.mark.parametrize(
    ("duration_s", "text"),
    [
        (0, "0 ms"),
        (0.0421, "42 ms"),
        (1, "1.0 s"),
        (59.94, "59.9 s"),
        (60, "1 min 0 s"),
        (75.25, "1 min 15 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (7325, "2 h 2 min"),
    ],
)
def test_durations_for_people(duration_s, text):
    assert units.format_duration(duration_s) == text


@pytest.mark.parametrize(
    ("duration_s", "text"), [(0.9996, "1.0 s"), (59.97, "1 min 0 s"), (3599.7, "1 h 0 min")]
)
def test_durations_are_rounded_into_the_next_unit(duration_s, text):
    assert units.format_duration(duration_s) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 tasks"), (1, "1 task"), (2, "2 tasks")])
def test_counts_for_people(number, text):
    assert units.counted(number, "task") == text
