"""Which job waited for which: derived from when jobs ran and to which group they belong.

The log does not tell what the driver program waits for. What it tells narrows the choice:

* No other job runs when a job is submitted: the driver has collected all results. The job follows
  every job that no later, already ended job followed (the frontier of the interval order).
* Others run, and a job of the same group has ended: the group is one thread of the driver, the job
  continues it.
* Others run since the last end of any job: the job was started together with them and follows the
  same jobs.
* Others run, but some job has ended since they started: its thread went on with this job.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..sources.spark import JobRecord


def job_predecessors(jobs: Sequence[JobRecord]) -> list[list[int]]:
    """Return for every job the positions of the jobs it waited for.

    Parameters
    ----------
    jobs
        In order of submission.

    Notes
    -----
    A predecessor always ended before the job was submitted, so the result is acyclic.
    """
    begin = np.array([job.submitted_s for job in jobs])
    end = np.array([job.completed_s for job in jobs])
    found: list[list[int]] = []
    for i, job in enumerate(jobs):
        ended = np.flatnonzero(end[:i] <= begin[i])
        running = np.flatnonzero(end[:i] > begin[i])
        if not len(ended):
            found.append([])
        elif not len(running):
            found.append(ended[end[ended] > begin[ended].max()].tolist() or [_latest(ended, end)])
        else:
            same = [k for k in ended.tolist() if job.group is not None and jobs[k].group == job.group]
            latest = _latest(ended, end)
            if same:
                found.append([_latest(np.array(same), end)])
            elif end[latest] <= begin[running].min():
                found.append(list(found[int(running[0])]))
            else:
                found.append([latest])
    return found


def _latest(candidates: np.ndarray, end: np.ndarray) -> int:
    return int(candidates[np.argmax(end[candidates])])
