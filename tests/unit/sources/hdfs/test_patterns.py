"""Patterns as Hadoop understands them."""

import pytest

from pertract.sources.hdfs import matcher, path_of, split_paths
from pertract.sources.hdfs.patterns import fixed_part


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/a", "/a", True),
        ("/a/", "/a/b/c", True),
        ("/a", "/ab", False),
        ("/a/*.gz", "/a/x.gz", True),
        ("/a/*.gz", "/a/b/x.gz", False),
        ("/a/*", "/a/b/x", True),  # a folder that fits is read
        ("/a/2020-0[1-3]", "/a/2020-02/part", True),
        ("/a/[^b]", "/a/b", False),
        ("/a/{x,y{1,2}}", "/a/y2", True),
        ("/a/?", "/a/bc", False),
        (r"/a/\*", "/a/*", True),
        (r"/a/\*", "/a/b", False),
        ("/a/(b+", "/a/(b+", True),
        ("/a/[b", "/a/[b", True),
        ("/", "/a", True),
    ],
)
def test_a_pattern_means_what_hadoop_lists(pattern, path, fits):
    assert matcher(pattern)(path) is fits


def test_lists_of_paths_are_split_outside_of_braces():
    assert split_paths("/a, hdfs://n/b/{x,y},/c") == ["/a", "hdfs://n/b/{x,y}", "/c"]
    assert split_paths("") == []


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("hdfs://nn:8020/a/b", "/a/b"),
        ("file:/a", "/a"),
        ("file:///a", "/a"),
        ("/a", "/a"),
        ("hdfs://nn", "/"),
    ],
)
def test_scheme_and_host_are_no_part_of_a_path(given, path):
    assert path_of(given) == path


def test_the_fixed_part_is_what_has_to_be_listed():
    assert fixed_part("/a/b") == "/a/b"
    assert fixed_part("/a/b*/c") == "/a"
    assert fixed_part("/*") == "/"
