"""Which stage of one run is which stage of another run of the same application.

Jobs are aligned by what they do: inside each sequence of jobs of the same name, by the hash of their graphs,
then in order. Stages are aligned inside matched jobs: by the hash of all that leads to them, then by their
operators in order, last by their name. So other numbers of iterations, skipped stages and plans that
adaptive execution changed still match.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from hashlib import sha256
from typing import TypeVar

import networkx as nx

from .. import dsl

_NUMBERS = re.compile(r"\d+")
_PLACE = re.compile(r"\S*(?:/|://)\S*")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Match:
    """What two runs have in common."""

    jobs: dict[str, str] = field(default_factory=dict)
    """Job of the other run by job of the reference."""
    stages: dict[str, str] = field(default_factory=dict)
    """Stage of the other run by stage of the reference."""
    left_share: float = 1.0
    """Share of the reference's task time that lies in matched stages."""
    right_share: float = 1.0
    """The same of the other run."""

    @property
    def similarity(self) -> float:
        """The smaller share."""
        return min(self.left_share, self.right_share)


def match(reference: dsl.PerformanceModel, other: dsl.PerformanceModel) -> Match:
    """Return which jobs and stages of two runs correspond."""
    stages: dict[str, str] = {}
    jobs: dict[str, str] = {}
    left, right = _by_name(reference), _by_name(other)
    for name, ours in left.items():
        theirs = right.get(name, [])
        for mine, its in _align(ours, theirs, _job_hash):
            jobs[mine.id] = its.id
            stages |= {a.id: b.id for a, b in _stages(mine, its)}
    return Match(jobs, stages, _share(reference, set(stages)), _share(other, set(stages.values())))


def _by_name(model: dsl.PerformanceModel) -> dict[str, list[dsl.Job]]:
    found: dict[str, list[dsl.Job]] = defaultdict(list)
    for job in model.execution.jobs:
        if any(isinstance(node, dsl.Stage) for node in job.nodes):
            found[job_name(job)].append(job)
    return found


def job_name(job: dsl.Job) -> str:
    """Return the group and name of a job without what differs from run to run."""
    return f"{_normal(job.group or '')} {_normal(job.name)}"


def _align(left: Sequence[_T], right: Sequence[_T], key: Callable[[_T], Hashable]) -> list[tuple[_T, _T]]:
    """Return pairs: where keys agree in order, then what is left between these, in order."""
    matcher = SequenceMatcher(None, [key(x) for x in left], [key(x) for x in right], autojunk=False)
    pairs: list[tuple[_T, _T]] = []
    rest_left: list[_T] = []
    rest_right: list[_T] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pairs += list(zip(left[i1:i2], right[j1:j2], strict=True))
        else:
            rest_left += left[i1:i2]
            rest_right += right[j1:j2]
    return pairs + list(zip(rest_left, rest_right, strict=False))


def _stages(left: dsl.Job, right: dsl.Job) -> Iterable[tuple[dsl.Stage, dsl.Stage]]:
    """Yield pairs of stages of two jobs: by all that leads to them, by their operators, by their name."""
    ours, theirs = _stage_hashes(left), _stage_hashes(right)
    mine, its = _stages_of(left), _stages_of(right)
    keys: tuple[tuple[Callable[[dsl.Stage], Hashable], Callable[[dsl.Stage], Hashable]], ...] = (
        (lambda s: ours[s.id], lambda s: theirs[s.id]),
        (_label, _label),
        (lambda s: _normal(s.name), lambda s: _normal(s.name)),
    )
    for left_key, right_key in keys:
        waiting: dict[Hashable, list[dsl.Stage]] = defaultdict(list)
        for stage in sorted(its, key=_tasks):
            waiting[right_key(stage)].append(stage)
        still = []
        for stage in sorted(mine, key=_tasks):
            if candidates := waiting[left_key(stage)]:
                yield stage, candidates.pop(0)
            else:
                still.append(stage)
        mine, its = still, [stage for stages in waiting.values() for stage in stages]


def _tasks(stage: dsl.Stage) -> int:
    """Return the number of tasks: it tells apart stages that do the same, such as branches."""
    return stage.partitions.count


def _stages_of(job: dsl.Job) -> list[dsl.Stage]:
    return [node for node in job.nodes if isinstance(node, dsl.Stage)]


def _job_hash(job: dsl.Job) -> Hashable:
    return tuple(sorted(_stage_hashes(job).values()))


def _stage_hashes(job: dsl.Job) -> dict[str, str]:
    """Return a hash of every stage and of all stages that lead to it."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(node.id for node in job.nodes)
    graph.add_edges_from((edge.tail, edge.head) for edge in job.edges)
    labels = {stage.id: _label(stage) for stage in _stages_of(job)}
    hashes: dict[str, str] = {}
    for node in nx.topological_sort(graph):  # a delay hands on what leads to it
        before = sorted(hashes[tail] for tail in graph.predecessors(node))
        whole = "\n".join([labels.get(node, ""), *before])
        hashes[node] = sha256(whole.encode()).hexdigest() if node in labels else " ".join(before)
    return {stage: hashes[stage] for stage in labels}


def _label(stage: dsl.Stage) -> str:
    operators = [f"{_normal(o.name)}@{o.call_site or ''}" for o in stage.operations]
    return "|".join([_normal(stage.name), *operators])


def _normal(text: str) -> str:
    """Return a name without what differs from run to run: paths and numbers that are not a line's."""
    kept = _PLACE.sub("/", text)
    head, colon, line = kept.rpartition(":")
    return _NUMBERS.sub("0", head) + colon + line if colon else _NUMBERS.sub("0", kept)


def _share(model: dsl.PerformanceModel, chosen: set[str]) -> float:
    """Return the share of the task time that lies in some stages."""
    executors = sum(group.count for group in model.execution.configuration.executors)
    time_s = {}
    profiles = {profile.id: profile for profile in model.profiles.stages}
    for stage in model.execution.stages:
        profile = profiles[stage.profile]
        variables = profile.measured_variables(executors)
        time_s[stage.id] = profile.attempts * sum(
            dsl.evaluate(d.mean, variables) for d in profile.demands if d.unit != "bytes"
        )
    total = sum(time_s.values())
    return sum(time_s[s] for s in chosen) / total if total else 1.0
