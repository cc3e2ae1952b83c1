"""Allocation files of the FAIR scheduler."""

from __future__ import annotations

import pytest

import pertract
from pertract import dsl
from pertract.api.pools import read_pools
from pertract.errors import PertractError, SourceNotFound

FILE = """<?xml version="1.0"?>
<allocations>
  <pool name="etl"><schedulingMode>fair</schedulingMode><weight>2</weight><minShare> 3 </minShare></pool>
  <pool name="default"/>
</allocations>
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "fairscheduler.xml"
        path.write_text(text)
        return path

    return write


def test_mode_weight_and_share_are_read_and_have_sparks_defaults(written):
    assert read_pools(written(FILE)) == (
        dsl.SchedulerPool(name="etl", mode="FAIR", weight=2, minimum_share=3),
        dsl.SchedulerPool(name="default"),
    )


def test_no_name_of_a_file_is_an_error_of_the_setting():
    model = dsl.PerformanceModel.model_construct()
    settings = {"spark.scheduler.mode": "FAIR", "spark.scheduler.allocation.file": ""}
    with pytest.raises(PertractError) as caught:
        pertract.predict(model, settings=settings)
    assert "--set spark.scheduler.allocation.file" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pool: a", "not an allocation file"),
        ("<allocations/>", "describes no pool"),
        ("<a><pool/></a>", "a pool has no name"),
        ('<a><pool name="x"><weight>0</weight></pool></a>', "weight of pool x is '0'"),
        ('<a><pool name="x"><minShare>-1</minShare></pool></a>', "minShare of pool x is '-1'"),
        ('<a><pool name="x"><schedulingMode>LIFO</schedulingMode></pool></a>', "is 'LIFO'"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a/>', "entities"),
    ],
)
def test_a_wrong_file_is_one_sentence_with_its_path(written, text, message):
    with pytest.raises(PertractError, match=message) as error:
        read_pools(written(text))
    assert "fairscheduler.xml" in str(error.value)
    assert error.value.hint


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(SourceNotFound, match="no such file"):
        read_pools(tmp_path / "none.xml")


def test_the_setting_reads_the_file(written):
    model = pertract.load("dsl/valid/concurrent-jobs.yaml")
    settings = {"spark.scheduler.mode": "FAIR", "spark.scheduler.allocation.file": str(written(FILE))}
    prediction = pertract.predict(model, settings=settings, replications=1)
    assert [pool.name for pool in prediction.configuration.pools] == ["etl", "default"]
    del settings["spark.scheduler.mode"]
    with pytest.raises(PertractError, match="no effect in FIFO mode"):
        pertract.predict(model, settings=settings, replications=1)
