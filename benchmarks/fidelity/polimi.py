"""Prediction error at host counts that were left out, from stages of runs on the other host counts.

usage: python benchmarks/fidelity/polimi.py [--runs] [--pieces N] [FOLDER]

For every application and host count of the Politecnico di Milano measurements (Spark 1.x, several host
counts, many data sizes): laws of stage times are chosen by cross validation and fitted on the runs of all
other host counts; a PerTract-DSL model is assembled for each run of the left-out host count, simulated, and
compared with the measured application time and the sum of job durations. Nothing of the left-out host count
is used, except how much data each run had and on how many hosts, which is the question. Baselines on the
same split: Ernest, through all runs and through the runs of the same data size; nothing changes; ideal
scaling.

--runs prints every run, --pieces says into how many pieces cross validation cuts the runs of a host count (2;
1 leaves out whole host counts). FOLDER holds the tables; without it those kept beside the project are taken.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import baselines
import numpy as np
from assemble import model, simulated
from laws import choose
from polimi_runs import Run, campaigns, read

MEASUREMENTS = Path(__file__).resolve().parents[2].parent / "shared/data/measurements/polimi-spark-stages"
METHODS = ("pertract", "Ernest", "Ernest, one size", "nothing changes", "ideal scaling")
REPEATED = 0.01
"""Relative difference of inputs up to which two runs on as many hosts are repetitions."""


@dataclass(slots=True)
class Outcome:
    """One run of a left-out host count."""

    run: Run
    inner: bool
    """Whether the host count lies between others: interpolation."""
    known_data: bool
    """Whether the data lies between those of the runs on other host counts."""
    jobs_s: float
    """Predicted sum of job durations."""
    predicted_s: dict[str, float] = field(default_factory=dict)
    """Predicted application time by method."""

    def error(self, method: str) -> float:
        """Return the relative error of the application time."""
        return self.predicted_s[method] / self.run.application_s - 1

    @property
    def jobs_error(self) -> float:
        """Relative error of the sum of job durations."""
        return self.jobs_s / self.run.jobs_s - 1


def leave_out(runs: Sequence[Run], hosts: int, pieces: int) -> list[Outcome]:
    """Predict all runs on this many hosts from all others."""
    training = [run for run in runs if run.hosts != hosts]
    others = {run.hosts for run in training}
    sizes = [run.data_gb for run in training]
    laws = choose(training, pieces)
    best = laws.fits[0]
    cache = f", cache {best.cache_gb:.1f} GB/host" if "overflow" in best.law else ""
    print(f"\n{runs[0].workload}, {hosts} hosts left out, {len(training)} runs on {sorted(others)} hosts")
    print(f"  {len(laws.fits)} laws, the best: {' + '.join(best.law)}{cache}")
    print(f"  in cross validation {laws.validation_error:.1%}")
    found = []
    for run in runs:
        if run.hosts != hosts:
            continue
        application_s, jobs_s = simulated(model(training, laws, run.data_gb, hosts))
        predicted = {
            "pertract": application_s,
            "Ernest": baselines.ernest(training, run),
            "nothing changes": baselines.nothing_changes(training, run),
            "ideal scaling": baselines.ideal_scaling(training, run),
        }
        of_one_size = baselines.ernest_of_one_size(training, run)
        if of_one_size is not None:
            predicted["Ernest, one size"] = of_one_size
        near = (1 - REPEATED) * min(sizes) <= run.data_gb <= (1 + REPEATED) * max(sizes)
        found.append(Outcome(run, min(others) < hosts < max(others), near, jobs_s, predicted))
    return found


def print_runs(outcomes: Sequence[Outcome]) -> None:
    print(
        f"  {'folder':22} {'GB':>6} {'application':>18} {'error':>7} {'jobs':>18} {'error':>7}  {'Ernest':>7}"
    )
    for o in outcomes:
        more = "" if o.known_data else "  data beyond that of others"
        print(
            f"  {o.run.group:22} {o.run.data_gb:6.1f} "
            f"{o.run.application_s:7.0f} -> {o.predicted_s['pertract']:7.0f} {o.error('pertract'):+7.1%} "
            f"{o.run.jobs_s:7.0f} -> {o.jobs_s:7.0f} {o.jobs_error:+7.1%}  {o.error('Ernest'):+7.1%}{more}"
        )


def summary(errors: Sequence[float]) -> str:
    """Return mean, median, 90th percentile, maximum of the absolute errors, and their bias."""
    if not errors:
        return "none"
    size = np.abs(errors)
    return (
        f"{len(size):4} {size.mean():7.1%} {np.median(size):7.1%} {np.quantile(size, 0.9):7.1%} "
        f"{size.max():7.1%} {np.mean(errors):+7.1%}"
    )


def print_summary(outcomes: Sequence[Outcome]) -> None:
    subsets = {
        "all": outcomes,
        "host count between others": [o for o in outcomes if o.inner],
        "outermost host count": [o for o in outcomes if not o.inner],
        "data between that of others": [o for o in outcomes if o.known_data],
        "Ernest of one size possible": [o for o in outcomes if "Ernest, one size" in o.predicted_s],
    }
    for workload in sorted({o.run.workload for o in outcomes}):
        subsets[workload] = [o for o in outcomes if o.run.workload == workload]
    for name, chosen in subsets.items():
        print(f"\n{name:34} {'runs':>4} {'mean':>7} {'median':>7} {'90th':>7} {'max':>7} {'bias':>7}")
        print(f"  {'pertract, sum of jobs':32} {summary([o.jobs_error for o in chosen])}")
        for method in METHODS:
            print(f"  {method:32} {summary([o.error(method) for o in chosen if method in o.predicted_s])}")


def print_noise(runs: Sequence[Run]) -> None:
    """Print how far repetitions differ: two runs with the same data on as many hosts."""
    pairs: dict[str, list[float]] = defaultdict(list)
    for i, one in enumerate(runs):
        for other in runs[i + 1 :]:
            same = one.workload == other.workload and one.hosts == other.hosts
            if same and abs(one.data_gb / other.data_gb - 1) <= REPEATED:
                pairs[f"{one.workload}, {one.hosts} hosts"].append(
                    other.application_s / one.application_s - 1
                )
    print("\nRepetitions: difference of application times (of several campaigns, days or weeks apart)")
    for name, found in pairs.items():
        print(f"  {name:32} {summary(found)}")
    neighbours = neighbour_errors(runs)
    print("Each run against its neighbours in data size, same campaign: what is not a smooth curve is noise")
    print(f"  {'interpolated':32} {summary(neighbours)}")


def neighbour_errors(runs: Sequence[Run]) -> list[float]:
    """Return errors of interpolating each run between the next smaller and the next larger one."""
    curves: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for run in runs:
        curves[run.workload, run.group].append((run.data_gb, run.application_s))
    found = []
    for curve in curves.values():
        data_gb, times_s = np.log(np.array(sorted(curve)).T)
        for i in range(1, len(curve) - 1):
            between = np.interp(data_gb[i], data_gb[[i - 1, i + 1]], times_s[[i - 1, i + 1]])
            found.append(float(np.exp(between - times_s[i]) - 1))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=MEASUREMENTS)
    parser.add_argument("--runs", action="store_true")
    parser.add_argument("--pieces", type=int, default=2)
    arguments = parser.parse_args()
    if not (arguments.folder / "apps.csv").exists():
        sys.exit("The measurements beside the project are absent; give the folder that holds their apps.csv.")
    found = campaigns(read(arguments.folder))
    outcomes: list[Outcome] = []
    for runs in found.values():
        for hosts in sorted({run.hosts for run in runs}):
            left_out = leave_out(runs, hosts, arguments.pieces)
            print(f"  application {summary([o.error('pertract') for o in left_out])}")
            if arguments.runs:
                print_runs(left_out)
            outcomes += left_out
    print_summary(outcomes)
    print_noise([run for runs in found.values() for run in runs])


if __name__ == "__main__":
    main()
