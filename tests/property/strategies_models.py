"""Random models of the language, all valid."""

from typing import get_args

from hypothesis import strategies as st

from pertract import dsl
from pertract.dsl.execution import EdgeVariable
from pertract.dsl.law import LawVariable
from pertract.dsl.profile import UNIT_OF

NAME = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
IDENTIFIER = st.one_of(
    st.sampled_from(["no", "on", "1e-5", "null", "true", "stage-0", "a: b", "# c", "- d", "<<", "=", "0x1F"]),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6),
)
NUMBER = st.one_of(st.just(0.0), st.floats(0, 1e300), st.sampled_from([1e-5, 5e-324, 1e16, 0.1]))
POSITIVE = st.floats(0, 1e300, exclude_min=True)
COUNT = st.integers(0, 2**70)
SOME = st.integers(1, 10**6)
ABSENT = st.none()


def tuples(of: st.SearchStrategy, least: int = 0, most: int = 3) -> st.SearchStrategy:
    return st.lists(of, min_size=least, max_size=most).map(tuple)


DEMAND = dsl.Demand.model_json_schema()["properties"]
PARTITIONS = dsl.Partitions.model_json_schema()["properties"]
RESOURCES, ACTIVITIES = (st.sampled_from(DEMAND[f]["enum"]) for f in ("resource", "activity"))
RULES = st.sampled_from([rule for rule in PARTITIONS["rule"]["enum"] if rule != "law"])
LAWS = st.dictionaries(st.sampled_from(get_args(LawVariable)), NUMBER, min_size=1)
VARIABLES = st.sampled_from(DEMAND["mean"]["propertyNames"]["enum"])


@st.composite
def profiles(draw: st.DrawFn, name: str) -> dsl.StageProfile:
    groups = draw(st.integers(1, 4))

    def values(of: st.SearchStrategy) -> st.SearchStrategy:
        return tuples(of, groups, groups)

    demand = st.builds(
        lambda resource, **fields: dsl.Demand(resource=resource, unit=UNIT_OF[resource], **fields),
        resource=RESOURCES,
        activity=ACTIVITIES,
        mean=st.dictionaries(VARIABLES, NUMBER, max_size=3),
        spread=values(NUMBER),
    )
    return dsl.StageProfile(
        id=name,
        weights=draw(values(POSITIVE)),
        launch_order=draw(st.one_of(st.just(()), values(st.floats(0, 1)))),
        demands=draw(tuples(demand)),
        volumes=draw(
            st.builds(dsl.Volumes, input_bytes=COUNT, shuffle_write_bytes=COUNT, output_bytes=COUNT)
        ),
        warm_up_s=draw(NUMBER),
        usable_slots_ratio=draw(st.floats(0, 1, exclude_min=True)),
        attempts_per_task=draw(POSITIVE),
    )


def delays(name: str) -> st.SearchStrategy[dsl.Delay]:
    return st.builds(dsl.Delay, id=st.just(name), delay_s=NUMBER, law=st.just({}) | LAWS)


def stages(name: str, profile_ids: list[str], data_ids: list[str]) -> st.SearchStrategy[dsl.Stage]:
    operation = st.builds(dsl.Operation, name=NAME, call_site=ABSENT | NAME)
    return st.builds(
        dsl.Stage,
        id=st.just(name),
        name=NAME,
        profile=st.sampled_from(profile_ids),
        partitions=st.builds(dsl.Partitions, count=SOME, rule=RULES)
        | st.builds(dsl.Partitions, count=SOME, rule=st.just("law"), law=LAWS),
        reads=st.lists(st.sampled_from(data_ids), unique=True).map(tuple) if data_ids else st.just(()),
        operations=tuples(operation, most=2),
    )


@st.composite
def forward_edges(draw: st.DrawFn, names: list[str]) -> tuple[dsl.Edge, ...]:
    """Edges that lead from earlier to later names only."""
    pairs = [(tail, head) for i, tail in enumerate(names) for head in names[i + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=4, unique=True)) if pairs else []
    factor = ABSENT | NUMBER
    laws = st.dictionaries(st.sampled_from(get_args(EdgeVariable)), NUMBER)
    return tuple(
        dsl.Edge(tail=t, head=h, data_transmission_factor=draw(factor), law=draw(laws)) for t, h in chosen
    )


@st.composite
def executions(draw: st.DrawFn, profile_ids: list[str], data_ids: list[str]) -> dsl.ExecutionArchitecture:
    names = iter(draw(st.lists(IDENTIFIER, min_size=12, max_size=12, unique=True)))
    nodes: list[dsl.Job | dsl.Delay] = []
    cross: list[dsl.Edge] = []
    last: str | None = None  # a node inside the job before
    for _ in range(draw(st.integers(1, 3))):
        name = next(names)
        if draw(st.booleans()):
            nodes.append(draw(delays(name)))
            continue
        inner = [next(names) for _ in range(draw(st.integers(0, 3)))]
        elements = tuple(
            draw(st.one_of(stages(i, profile_ids, data_ids), delays(i)) if profile_ids else delays(i))
            for i in inner
        )
        edges = draw(forward_edges(inner))
        nodes.append(
            dsl.Job(id=name, name=draw(NAME), group=draw(ABSENT | NAME), nodes=elements, edges=edges)
        )
        if last is not None and inner:
            cross.append(dsl.Edge(tail=last, head=inner[0]))
        last = inner[-1] if inner else last
    times = st.tuples(NUMBER, NUMBER).map(sorted)
    group = st.builds(
        lambda times, stays, **fields: dsl.ExecutorGroup(
            registered_s=times[0], removed_s=None if stays else times[1], **fields
        ),
        times,
        st.booleans(),
        count=SOME,
        slots=SOME,
        memory_bytes=ABSENT | COUNT,
    )
    return dsl.ExecutionArchitecture(
        framework=draw(NAME),
        framework_version=draw(ABSENT | NAME),
        configuration=dsl.ApplicationConfiguration(
            executors=draw(tuples(group, 1)),
            shuffle_partitions=draw(ABSENT | COUNT),
            dynamic_allocation=draw(
                ABSENT | st.builds(dsl.DynamicAllocation, idle_timeout_s=st.floats(0, 99))
            ),
            scheduler_mode=draw(st.sampled_from(["FIFO", "FAIR"])),
        ),
        nodes=tuple(nodes),
        edges=draw(forward_edges([node.id for node in nodes])) + tuple(cross),
    )


def data_models(name: str) -> st.SearchStrategy[dsl.FileData | dsl.RecordData]:
    source = st.one_of(st.just(dsl.SingleSource()), st.builds(dsl.OpenSource, arrival_rate_per_s=NUMBER))
    common = {"id": st.just(name), "name": NAME, "partitions": SOME, "source": source}
    return st.one_of(
        st.builds(dsl.FileData, size_bytes=COUNT, records=COUNT, **common),
        st.builds(dsl.RecordData, mean_record_bytes=NUMBER, **common),
    )


@st.composite
def models(draw: st.DrawFn) -> dsl.PerformanceModel:
    several = st.lists(IDENTIFIER, max_size=3, unique=True)
    profile_ids, data_ids = draw(several), draw(several)
    groups = draw(st.lists(IDENTIFIER, max_size=2, unique=True))
    node_group = st.builds(
        dsl.NodeGroup,
        id=st.just("worker nodes"),
        count=SOME,
        cores=SOME,
        cores_known=st.booleans(),
        processing_rate=POSITIVE,
        drives=st.builds(dsl.Drives, count=SOME, read_rate=POSITIVE),
    )
    masters = [dsl.NodeGroup(id=f"master {name}", role="master", count=1, cores=1) for name in groups]
    return dsl.PerformanceModel(
        name=draw(NAME),
        execution=draw(executions(profile_ids, data_ids)),
        profiles=dsl.ResourceProfiles(stages=tuple(draw(profiles(name)) for name in profile_ids)),
        workload=dsl.DataWorkload(data=tuple(draw(data_models(name)) for name in data_ids)),
        resources=dsl.ResourceArchitecture(nodes=(draw(node_group), *masters)),
        completeness=draw(
            st.builds(
                dsl.Completeness,
                events=st.dictionaries(IDENTIFIER, COUNT, max_size=3),
                notes=tuples(NAME),
            )
        ),
        provenance=draw(ABSENT | st.builds(dsl.Provenance, version=NAME, created=NAME)),
    )
