"""Coarse models of published response times: what small clusters tell about large ones.

usage: python benchmarks/hibench/tables.py [-v] [--published] [--sensitivity]

Each model is fitted to the runs that calibrate, written as a document, and simulated for the others; of these
nothing is used but cluster and amount of data. Errors are absolute values, in per cent of the measurement,
over predicted runs only.

-v             prints each run with its role
--published    leaves out tables that lie beside the project, in ../shared
--sensitivity  prints mean errors under other priors instead
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from splits import Split, beside, published

import pertract
from pertract.evaluate import Validation
from pertract.fit import coarse

BASELINES = ("ideal scaling", "Amdahl", "Ernest")


@dataclass
class Errors:
    """What was found for the splits of one name."""

    said: list[str] = field(default_factory=list)
    calibrated: int = 0
    models: int = 0
    signed: list[float] = field(default_factory=list)
    inside: list[bool] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    baselines: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def mean(self) -> float:
        """Mean absolute error of the predicted response times."""
        return float(np.mean(np.abs(self.signed)))


def validated(split: Split) -> Validation:
    """Return the predictions of a split by the model of its calibration runs."""
    model = pertract.fit_table(split.calibration, name=split.workload)
    return pertract.validate(model, (*split.calibration, *split.predicted), replications=1)


def measure(splits: Iterable[Split], *, verbose: bool = False) -> dict[str, Errors]:
    """Return what was found, by name of the split."""
    found: dict[str, Errors] = defaultdict(Errors)
    for split in splits:
        validation = validated(split)
        errors = found[split.name]
        if split.said not in errors.said:
            errors.said.append(split.said)
        errors.models += 1
        errors.calibrated += sum(row.role == "calibration" for row in validation.rows)
        if len(validation.predicted) != len(split.predicted):
            raise RuntimeError(
                f"{split.name} {split.workload}: a run was not predicted as one that was not fitted"
            )
        for row in validation.predicted:
            compared = row.comparisons["response_time_s"]
            errors.signed.append(compared.error)
            errors.inside.append(compared.inside)
            if (cpu := row.comparisons.get("cpu_utilisation")) is not None:
                errors.cpu.append(cpu.error)
        for baseline in validation.baselines:
            if baseline.summary is not None:
                errors.baselines[baseline.name] += [baseline.summary.mean] * baseline.summary.runs
        if verbose:
            print("\n".join(_rows(split, validation)))
    return dict(found)


def _rows(split: Split, validation: Validation) -> Iterator[str]:
    yield f"{split.name}: {split.workload} ({split.said})"
    for row in validation.rows:
        compared = row.comparisons["response_time_s"]
        yield (
            f"  {row.role:11} {row.run.label:44} {compared.measured:9.1f} s  {compared.predicted:9.1f} s  "
            f"{compared.error:+7.1%}"
        )


def table(found: Mapping[str, Errors]) -> Iterator[str]:
    """Yield a line per name."""
    heads = "".join(f"{name:>15}" for name in BASELINES)
    yield f"{'':34}models  fitted  predicted   mean  median    90th     max    bias  inside{heads}"
    for name, errors in found.items():
        sizes = np.abs(errors.signed)
        others = "".join(f"{np.mean(errors.baselines[b]):15.1%}" for b in BASELINES)
        yield (
            f"{name:34}{errors.models:6}{errors.calibrated:8}{len(sizes):11}{sizes.mean():7.1%}"
            f"{np.median(sizes):8.1%}{np.quantile(sizes, 0.9):8.1%}{sizes.max():8.1%}"
            f"{np.mean(errors.signed):+8.1%}{np.mean(errors.inside):8.0%}{others}"
        )
        if errors.cpu:
            yield f"{'  CPU utilisation':34}{'':25}{np.mean(np.abs(errors.cpu)):7.1%}"


@contextmanager
def other_prior(noise: float, **shares: tuple[float, float]) -> Iterator[None]:
    """Fit with another prior: run-to-run noise, and mean and spread of shares of the response time."""
    before = coarse.PRIOR, coarse.NOISE
    coarse.PRIOR, coarse.NOISE = {**before[0], **shares}, noise
    try:
        yield
    finally:
        coarse.PRIOR, coarse.NOISE = before


def sensitivity(splits: Iterable[Split]) -> Iterator[str]:
    """Yield mean errors under other priors, a line for each."""
    splits, usual = list(splits), (coarse.NOISE, coarse.PRIOR)
    noise, prior = usual
    scaled = {
        factor: {name: (mean, factor * spread) for name, (mean, spread) in prior.items()}
        for factor in (0.5, 2)
    }
    serial, logarithm = prior["constant"][1], prior["log_executors"][1]
    variants = {
        "as it is": (noise, {}),
        **{f"noise {other:.0%}": (other, {}) for other in (0.04, 0.05, 0.07, 0.09)},
        **{
            f"serial share {m:.0%}": (noise, {"constant": (m, serial), "data": (m, serial)})
            for m in (0.05, 0.1, 0.2)
        },
        **{f"logarithm {m:.0%}": (noise, {"log_executors": (m, logarithm)}) for m in (0.05, 0.15)},
        "spreads halved": (noise, scaled[0.5]),
        "spreads doubled": (noise, scaled[2]),
    }
    names = list(dict.fromkeys(split.name for split in splits))
    yield f"{'':18}" + "".join(f"{name[-14:]:>16}" for name in names)
    for said, (other, shares) in variants.items():
        with other_prior(other, **shares):
            found = measure(splits)
        yield f"{said:18}" + "".join(f"{found[name].mean:16.1%}" for name in names)


def main(arguments: list[str]) -> None:
    splits = [*published(), *(() if "--published" in arguments else beside())]
    if "--sensitivity" in arguments:
        wanted = (
            "paper RFC",
            "paper LR",
            "bbo rf",
            "bbo linear",
            "bbo lda",
            "scout spark",
            "c3o grep",
            "c3o pagerank",
        )
        print("\n".join(sensitivity(split for split in splits if split.name in wanted)))
        return
    found = measure(splits, verbose="-v" in arguments)
    print("Calibrated on -> predicted")
    for name, errors in found.items():
        print(f"  {name:32} {'; '.join(errors.said)}")
    print()
    print("\n".join(table(found)))


if __name__ == "__main__":
    main(sys.argv[1:])
