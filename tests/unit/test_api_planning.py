"""`pertract.what_if`."""

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import pertract
from pertract.errors import PertractError, UsageError
from pertract.simulate.document import prediction_document
from tests.unit.plan.models import chain, compared

MODEL = chain(48, spread=(0.5, 1.0, 1.5))

CATALOGUE = """
schema: pertract/catalogue/1
offerings:
- provider: ours
  currency: EUR
  node_types:
  - {name: small, cores: 4, memory_gib: 16, price_per_hour: 0.2}
  - {name: large, cores: 8, memory_gib: 32, price_per_hour: 0.5}
  - {name: free, cores: 8, memory_gib: 32}
- provider: theirs
  currency: USD
  node_types:
  - {name: blade, cores: 8, memory_gib: 32, price_per_hour: 0.3}
"""


@pytest.fixture
def catalogue(tmp_path):
    path = tmp_path / "catalogue.yaml"
    path.write_text(CATALOGUE, encoding="utf-8")
    return path


def test_points_are_what_predict_says():
    found = compared(MODEL, executors=np.array([1, 4]), data_scale=[1.0, 2.0], replications=3, seed=4)
    for point in found.points:
        alone = pertract.predict(MODEL, replications=3, seed=4, **point.asked)
        document = prediction_document(alone)
        for key in ("response_time_s", "cpu_utilisation", "configuration", "stages", "breakdown_s"):
            assert point.prediction[key] == document[key]
        assert point.response_time_s == alone.response_time_s
        assert point.cpu_utilisation == alone.cpu_utilisation


def test_random_numbers_are_the_same_everywhere():
    found = compared(MODEL, executors=[3, 4], replications=30)
    one, other = (np.array(point.prediction["replications_s"]) for point in found.points)
    apart = compared(MODEL, executors=[4], replications=30, seed=99).points[0]
    independent = one - np.array(apart.prediction["replications_s"])
    assert np.std(one - other) < 0.8 * np.std(independent)


def test_answers_are_kept_in_the_users_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    ask = {"executors": [1, 2], "replications": 2, "jobs": 1}
    first = pertract.what_if(MODEL, **ask)
    second = pertract.what_if(MODEL, **ask)
    assert (first.simulated, first.known) == (6, 0)  # with the base
    assert (second.simulated, second.known) == (0, 3)
    assert [p.prediction for p in second.points] == [p.prediction for p in first.points]
    assert list((tmp_path / "pertract" / "what-if").rglob("*.gz"))
    extended = pertract.what_if(MODEL, **ask | {"executors": [1, 2, 3]}, price=0.3)
    assert (extended.simulated, extended.known) == (2, 3)
    assert pertract.what_if(MODEL, **ask, cache=tmp_path / "mine").simulated == 6
    assert (tmp_path / "mine").is_dir()
    assert pertract.what_if(MODEL, **ask, cache=False).simulated == 6


def test_node_types_bring_their_prices(catalogue):
    found = compared(MODEL, nodes=2, node_type=["small", "large", "free"], catalogue=catalogue)
    assert found.tariff.unit == "EUR"
    costs = [point.cost and point.cost.mean * 1800 / point.response_time_s.mean for point in found.points]
    assert costs == [pytest.approx(0.2), pytest.approx(0.5), None]


def test_prices_of_node_types_can_be_given(catalogue):
    found = compared(
        MODEL, nodes=2, node_type=["small", "blade"], catalogue=catalogue, price={"small": 0.1, "blade": 0.4}
    )
    assert found.tariff.unit == ""
    assert [p.prediction["configuration"]["price_per_node_hour"] for p in found.points] == [0.1, 0.4]


def test_prices_in_different_currencies_are_not_compared(catalogue):
    with pytest.raises(UsageError, match="prices in EUR and USD cannot be compared"):
        compared(MODEL, nodes=2, node_type=["small", "blade"], catalogue=catalogue)


@pytest.mark.parametrize(
    ("options", "unit"),
    [
        ({"executors": 2}, "slot-hours"),
        ({"nodes": 2}, "node-hours"),
        ({"executors": 2, "node_cores": [2, 4]}, "node-hours"),
        ({"nodes": 2, "price": 0.3}, ""),
        ({"nodes": 2, "price_per_node_hour": [0.3, 0.4]}, ""),
    ],
)
def test_what_cost_is_counted_in(options, unit):
    assert compared(MODEL, **options).tariff.unit == unit


def test_billing_can_be_text():
    found = compared(MODEL, nodes=2, price=1.0, billing="hour")
    assert found.points[0].cost.mean == pytest.approx(2.0)


def test_values_of_settings_may_be_numbers():
    shuffled = chain(48, rule="shuffle_partitions")
    found = compared(
        shuffled, settings={"spark.sql.shuffle.partitions": [24, 48], "spark.speculation": False}
    )
    assert [p.prediction["stages"][0]["tasks"] for p in found.points] == [24, 48]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"node": [2]}, "no option is called 'node'"),
        ({"nodes": [0, -1]}, "--nodes must be above zero"),
        ({"settings": {"spark.unknown": ["1", "2"]}}, "has no effect on the prediction"),
        ({"node_type": ["m5.xlarge", "m5.xlrge"], "nodes": 2}, "no node type is called 'm5.xlrge'"),
        ({"executors": range(1, 10_000), "search": False}, "9,999 executors are 9,999 configurations"),
        ({"executors": range(1, 1000), "nodes": range(1, 1000)}, "more than 200,000"),
        ({"executors": [1, 2], "confidence": 1.5}, "--confidence"),
        ({"executors": [1, 2], "billing": "soon"}, "--billing"),
        ({"executors": [1, 2], "replications": 0}, "the number of replications must be above zero"),
        ({"catalogue": "mine.yaml", "nodes": [1, 2]}, "--catalogue has no effect"),
    ],
)
def test_what_nobody_can_mean_is_refused_in_one_sentence(options, said):
    with pytest.raises(PertractError, match=said) as caught:
        compared(MODEL, **options)
    assert caught.value.hint


def test_many_configurations_are_searched():
    sizes = {"executors": range(1, 41), "executor_cores": range(1, 31)}
    found = compared(chain(8), **sizes, replications=20)
    assert found.searched is not None
    assert found.searched.configurations == 1200
    assert found.searched.share <= 0.1
    assert len(found.points) < 60


def test_a_script_without_a_guard_may_use_several_processes(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import sys
            sys.path.insert(0, {str(Path(__file__).parents[2])!r})
            import pertract
            from pertract.plan import sweep
            from tests.unit.plan.models import chain
            print("started")
            sweep.FEW_TASKS = 0
            found = pertract.what_if(chain(8), executors=[1, 2, 3], replications=2, jobs=2, cache=False)
            print(len(found.points))
            """
        ),
        encoding="utf-8",
    )
    result = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout == "started\n3\n"
