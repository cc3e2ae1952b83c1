"""CPU outside tasks, and what it does to tasks, in cases worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pertract.simulate import Plan, Trace, simulate
from pertract.simulate.background import BackgroundWork
from pertract.simulate.contention import waiting, without_waiting

from ...property.strategies_plan import plan, slots_at_once, stage


def simulated(described: Plan, work: BackgroundWork, **fields: object) -> Trace:
    known = replace(described, background=work, cores_known=True, **fields)
    return simulate(known, np.random.default_rng(0))


def one_task(cores: int, cpu_s: float = 2.0) -> Plan:
    return plan([(stage([cpu_s], cpu_s=[cpu_s]), [])], slots_at_once(1), [cores])


def test_an_executor_learns_exponentially_and_works_beside_its_tasks_for_ever() -> None:
    work = BackgroundWork(warm_up_core_s=10.0, warm_up_task_core_s=2.0, per_task_core_s=0.5)
    assert work.beside(0.0) == 0.0
    assert work.beside(2.0) == pytest.approx(10 * (1 - math.exp(-1)) + 1)
    assert work.beside(1000.0) == pytest.approx(510.0)


def test_work_beside_a_task_slows_it_down_where_cores_are_few() -> None:
    """Task and compiler share one core until 2 s each are served."""
    work = BackgroundWork(per_task_core_s=1.0)
    assert simulated(one_task(1), work).response_time_s == pytest.approx(4.0)


def test_work_beside_a_task_does_not_matter_where_cores_suffice() -> None:
    work = BackgroundWork(per_task_core_s=1.0)
    assert simulated(one_task(2), work).response_time_s == pytest.approx(2.0)


def test_work_beside_tasks_does_not_compete_where_cores_are_only_slots() -> None:
    described = replace(one_task(1), background=BackgroundWork(per_task_core_s=1.0), cores_known=False)
    assert simulate(described, np.random.default_rng(0)).response_time_s == pytest.approx(2.0)


def test_an_executor_compiles_on_one_core_at_a_time() -> None:
    """Two tasks of 1 s and 4 s of compiling on two cores: shares of 2/3 for 1.5 s, so tasks end then."""
    described = plan([(stage([1, 1], cpu_s=[1, 1]), [])], slots_at_once(2), [2])
    assert simulated(described, BackgroundWork(per_task_core_s=2.0)).response_time_s == pytest.approx(1.5)


def test_the_driver_works_for_a_stage_on_its_own_node() -> None:
    work = BackgroundWork(driver_node=0, driver_per_stage_core_s=1.0)
    assert simulated(one_task(1), work).response_time_s == pytest.approx(
        3.0
    )  # the driver's 1 s fit in between


def test_a_driver_delay_competes_with_its_own_threads() -> None:
    described = plan([(3.0, []), (stage([1], cpu_s=[1]), [0])], slots_at_once(1), [1])
    work = BackgroundWork(driver_node=0, driver_per_delay_s=1.0)
    assert simulated(described, work).response_time_s == pytest.approx(6.0 + 1.0)


def test_the_cores_of_the_drivers_node_start_driver_and_executors() -> None:
    work = BackgroundWork(start_core_s=4.0, driver_start_core_s=10.0)
    assert work.shortest_start_s(executors_on_node=3, cores=2) == 11.0


def test_waiting_for_a_core_is_taken_out_of_measured_durations() -> None:
    """A task measured at 4 s with 2 s CPU that competed with 2 s of compiling had only these 4 s."""
    work = BackgroundWork(per_task_core_s=1.0)
    measured = plan([(stage([4], cpu_s=[2]), [])], slots_at_once(1), [1])
    calibration = replace(measured, background=work, cores_known=True)
    assert simulate(calibration, np.random.default_rng(0)).response_time_s == pytest.approx(6.0)
    stages = without_waiting(calibration.stages, waiting(calibration))
    assert simulated(replace(measured, stages=stages), work).response_time_s == pytest.approx(4.0)
    assert simulated(replace(measured, stages=stages), BackgroundWork()).response_time_s == pytest.approx(2.0)


def test_durations_stay_where_nothing_competed() -> None:
    measured = plan([(stage([4], cpu_s=[2]), [])], slots_at_once(1), [2])
    calibration = replace(measured, background=BackgroundWork(per_task_core_s=1.0), cores_known=True)
    assert without_waiting(calibration.stages, waiting(calibration)) == calibration.stages
