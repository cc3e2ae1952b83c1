"""Lists and ranges of the command line."""

import pytest

from pertract.errors import UsageError
from pertract.plan.ranges import MOST_VALUES, expand


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("4", ["4"]),
        ("4,8,16", ["4", "8", "16"]),
        ("2..5", ["2", "3", "4", "5"]),
        ("2..9:3", ["2", "5", "8"]),
        ("2..64*2", ["2", "4", "8", "16", "32", "64"]),
        ("2..60*2", ["2", "4", "8", "16", "32"]),
        ("1..10*1.5", ["1", "2", "3", "5", "8"]),  # 1, 1.5, 2.25, 3.4, 5.1, 7.6
        ("1,2..4,3", ["1", "2", "3", "4"]),
        (" 4 , 8 ", ["4", "8"]),
        ("7..7", ["7"]),
    ],
)
def test_whole_numbers(text, values):
    assert list(expand(text, option="--nodes", whole=True)) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.5..2:0.5", ["0.5", "1", "1.5", "2"]),
        ("0.1..0.3:0.1", ["0.1", "0.2", "0.3"]),  # no 0.30000000000000004
        ("1..8*2", ["1", "2", "4", "8"]),
        ("4g..16g:4g", ["4g", "8g", "12g", "16g"]),
        ("4..16g:4g", ["4g", "8g", "12g", "16g"]),
        ("512m..4096m*2", ["512m", "1024m", "2048m", "4096m"]),
        ("m5.xlarge,r5.xlarge", ["m5.xlarge", "r5.xlarge"]),
        ("30s..60s:15s", ["30s", "45s", "60s"]),
        ("0..3*2", ["0"]),
    ],
)
def test_other_values(text, values):
    assert list(expand(text, option="--x")) == values


def test_values_of_settings_need_be_no_numbers():
    values = expand("../pools.xml,100..300:100,true", option="--set a", whole=True, words=True)
    assert values == ("../pools.xml", "100", "200", "300", "true")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty part"),
        ("4,,8", "empty part"),
        ("4..", "not a range"),
        ("..8", "not a range"),
        ("-4..8", "not a range"),
        ("8..4", "ends before it begins"),
        ("4g..8g", "does not say in which steps"),
        ("4g..8m:1g", "mixes units"),
        ("4g..8g*2g", "mixes units"),
        ("4..8:0", "step must be above 0"),
        ("4..8*1", "factor must be above 1"),
        ("1..1000000000", f"more than {MOST_VALUES:,} values"),
        ("1..2*1.0000000001", f"more than {MOST_VALUES:,} values"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(text, said):
    with pytest.raises(UsageError, match=said) as caught:
        expand(text, option="--nodes", whole=True)
    assert str(caught.value).startswith("--nodes: ")
    assert caught.value.hint
