from pertract.sources.history_server.answers import Job, Stage
from pertract.sources.history_server.inference import infer_parents


def stage(number, begun, ended, *, read=0, written=0, rdd=None, status="COMPLETE"):
    return Stage(
        number,
        status=status,
        submission_time=f"2020-01-01T00:00:{begun:02d}.000GMT",
        completion_time=f"2020-01-01T00:00:{ended:02d}.000GMT",
        shuffle_read_bytes=10 * read,
        shuffle_read_records=read,
        shuffle_write_bytes=10 * written,
        shuffle_write_records=written,
        rdd_ids=[number if rdd is None else rdd],
    )


def infer(*stages, jobs=None):
    return infer_parents(jobs or [Job(0, stage_ids=[s.stage_id for s in stages])], stages)


def test_a_chain():
    found = infer(stage(0, 0, 1, written=5), stage(1, 1, 2, read=5, written=3), stage(2, 2, 3, read=3))
    assert found == {0: [], 1: [0], 2: [1]}


def test_a_join_reads_what_adds_up():
    stages = [stage(0, 0, 1, written=5), stage(1, 0, 2, written=7), stage(2, 0, 2, written=4)]
    assert infer(*stages, stage(3, 2, 3, read=11, written=1), stage(4, 3, 4, read=6))[3] == [1, 2]


def test_volumes_that_do_not_add_up_leave_what_nobody_has_read():
    stages = [stage(0, 0, 1, written=5), stage(1, 1, 2, read=5, written=7), stage(2, 0, 2, written=4)]
    assert infer(*stages, stage(3, 2, 3, read=10))[3] == [1, 2]


def test_what_ends_later_is_no_parent():
    assert infer(stage(0, 0, 3, written=5), stage(1, 1, 4, read=5), stage(2, 4, 5))[1] == []


def test_a_skipped_stage_stands_for_the_one_that_computed_its_data():
    first, result = stage(0, 0, 1, written=5, rdd=3), stage(1, 1, 2, read=5)
    skipped, again = Stage(2, status="SKIPPED", rdd_ids=[3]), stage(3, 3, 4, read=5)
    jobs = [Job(0, stage_ids=[0, 1]), Job(1, stage_ids=[2, 3])]
    assert infer(first, result, skipped, again, jobs=jobs) == {0: [], 1: [0], 3: [2]}


def test_a_stage_that_wrote_nothing_belongs_to_the_next():
    assert infer(stage(0, 0, 1), stage(1, 1, 2), stage(2, 2, 3)) == {0: [], 1: [0], 2: [1]}
