"""The metamodel of the language for the Eclipse Modeling Framework, generated from the models.

Elements become classes and their fields features of the same name. Ecore has no mappings, pairs and lists
of lists, so these become lists of small classes (`ENTRIES`). What may stand in one place becomes the
subclasses of an abstract class (`ABSTRACT`), which takes the part of the field ``kind``; the namespace
takes that of ``schema``. Identifiers that name other elements become references.

Numbers are wrapped (``java.lang.Double``), because absent and 0 differ.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from types import ModuleType, NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from lxml import etree
from pydantic.fields import FieldInfo

from . import base, containers, execution, law, profile, resources
from .base import Element, RefersTo
from .execution import Delay, Job, Stage
from .system import SCHEMA_VERSION, PerformanceModel
from .workload import FileData, OpenSource, RecordData, SingleSource

NAMESPACE = f"http://pertract.org/dsl/{SCHEMA_VERSION.removeprefix('pertract/')}"
_ECORE = "http://www.eclipse.org/emf/2002/Ecore"
_GENMODEL = "http://www.eclipse.org/emf/2002/GenModel"
_EXTENDED = "http:///org/eclipse/emf/ecore/util/ExtendedMetaData"
_XMI = "http://www.omg.org/XMI"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_TYPE = f"{{{_XSI}}}type"
_WRAPPERS = {float: "java.lang.Double", int: "java.lang.Long", str: "java.lang.String"}
_FACETS = {
    "ge": "minInclusive",
    "gt": "minExclusive",
    "le": "maxInclusive",
    "min_length": "minLength",
    "max_length": "maxLength",
}


class Abstract(NamedTuple):
    """A class that stands for several elements."""

    name: str
    members: tuple[type[Element], ...]
    above: str | None
    doc: str


ABSTRACT = (
    Abstract("Node", (), None, "What edges join: a job, stage or delay."),
    Abstract("ApplicationNode", (Job, Delay), "Node", "What stands in the graph of the application."),
    Abstract("JobNode", (Stage, Delay), "Node", "What stands in the graph of a job."),
    Abstract("DataModel", (FileData, RecordData), None, "Data that an application reads."),
    Abstract("Source", (SingleSource, OpenSource), None, "How data arrives."),
)
_WITH_ID = ("Node", "DataModel")


class Entry(NamedTuple):
    """A class for one item of a mapping, one pair, or one list in a list."""

    name: str
    features: tuple[str, ...]
    doc: str


_TERM = ("variable", "coefficient")
ENTRIES = {
    "Partitions.law": Entry("LawTerm", _TERM, "One summand of a law."),
    "Delay.law": Entry("LawTerm", _TERM, "One summand of a law."),
    "FileData.law": Entry("LawTerm", _TERM, "One summand of a law."),
    "Edge.law": Entry("EdgeLawTerm", _TERM, "One summand of the law of an edge."),
    "Demand.mean": Entry("MeanTerm", _TERM, "One summand of the mean demand of a task."),
    "StageProfile.cpu_shares": Entry("CpuShare", ("use", "share"), "A use of CPU and its share."),
    "Fit.observed": Entry("Observation", ("data", "mean"), "Data size and mean demand of a run."),
    "Loop.rounds": Entry("Round", ("nodes",), "Jobs and delays of one round of a loop."),
    "Run.labels": Entry("Label", ("key", "value"), "What a column of the table of runs says."),
    "Completeness.events": Entry("EventCount", ("event", "count"), "Number of events of a class."),
    "Completeness.covered_s": Entry("Interval", ("first_s", "last_s"), "Two moments, seconds."),
}


class _Alias(NamedTuple):
    """A type of the language that has a name: an enumeration or a restricted number or text."""

    name: str
    hint: Any
    doc: str


def ecore() -> str:
    """Return the Ecore metamodel as XML text, ending in a newline."""
    return _Metamodel().text()


class _Metamodel:
    def __init__(self) -> None:
        self.aliases = [
            alias
            for module in (base, containers, execution, law, profile, resources)
            for alias in _aliases(module)
        ]
        self.used: set[str] = set()
        self.classes: dict[str, etree._Element] = {}
        self._add_element(PerformanceModel)

    def text(self) -> str:
        package = etree.Element(
            etree.QName(_ECORE, "EPackage"),
            {
                f"{{{_XMI}}}version": "2.0",
                "name": "pertract",
                "nsURI": NAMESPACE,
                "nsPrefix": "pertract",
            },
            nsmap={"xmi": _XMI, "xsi": _XSI, "ecore": _ECORE},
        )
        _document(package, "PerTract-DSL: performance models of big-data applications, see dsl/README.md.")
        package.extend(self.classes.values())
        package.extend(_data_type(alias) for alias in self.aliases if alias.name in self.used)
        etree.indent(package)
        return etree.tostring(package, encoding="UTF-8", xml_declaration=True).decode() + "\n"

    def _add_class(self, name: str, doc: str, above: list[str], *, abstract: bool = False) -> etree._Element:
        made = self.classes[name] = etree.Element("eClassifiers", {_TYPE: "ecore:EClass", "name": name})
        if abstract:
            made.set("abstract", "true")
        if above:
            made.set("eSuperTypes", " ".join(f"#//{name}" for name in above))
        _document(made, doc)
        return made

    def _add_abstract(self, name: str) -> None:
        if name in self.classes:
            return
        found = next(abstract for abstract in ABSTRACT if abstract.name == name)
        if found.above is not None:
            self._add_abstract(found.above)
        made = self._add_class(name, found.doc, [found.above] if found.above else [], abstract=True)
        if name in _WITH_ID:
            self._add_feature(made, "id", base.Identifier, "Identifier, unique among its kind.")
        for member in found.members:
            self._add_element(member)

    def _add_element(self, element: type[Element]) -> None:
        if element.__name__ in self.classes:
            return
        above = [abstract.name for abstract in ABSTRACT if element in abstract.members]
        made = self._add_class(element.__name__, inspect.cleandoc(element.__doc__ or ""), above)
        hints = get_type_hints(element, include_extras=True)
        inherited = {"kind", "schema_version"} | ({"id"} if above and "id" in hints else set())
        for name, field in element.model_fields.items():
            if name not in inherited:
                doc = inspect.cleandoc(field.description or "")
                self._add_feature(made, name, hints[name], doc, field=field)

    def _add_feature(
        self, owner: etree._Element, name: str, hint: Any, doc: str, *, field: FieldInfo | None = None
    ) -> None:
        """Add what a field of an element, or of an entry, is in Ecore."""
        hint, optional = _without_none(hint)
        hint, at_least_one = _without_limit(hint)
        many = get_origin(hint) is dict or (get_origin(hint) is tuple and get_args(hint)[-1] is Ellipsis)
        if (entry := ENTRIES.get(f"{owner.get('name')}.{name}")) is not None:
            target, kind = self._entry(entry, hint), "containment"
        else:
            target, kind = self._target(get_args(hint)[0] if many else hint)
        default = None
        if field is not None and not field.is_required():
            default = field.get_default(call_default_factory=True)
        made = {"name": name, "eType": target}
        if many:
            made["upperBound"] = "-1"
            if kind == "attribute":
                made["unique"] = "false"
        elif kind == "attribute" and default is not None:
            made["defaultValueLiteral"] = str(default).lower() if isinstance(default, bool) else str(default)
        given = field is None or field.is_required() or "defaultValueLiteral" in made
        if at_least_one or (given and not many and not optional):
            made["lowerBound"] = "1"
        if kind == "containment":
            made["containment"] = "true"
        ecore_type = "ecore:EAttribute" if kind == "attribute" else "ecore:EReference"
        _document(etree.SubElement(owner, "eStructuralFeatures", {_TYPE: ecore_type} | made), doc)

    def _target(self, hint: Any) -> tuple[str, str]:
        """Return the type of one value, and whether it is an attribute, a reference or contained."""
        for mark in getattr(hint, "__metadata__", ()):
            if isinstance(mark, RefersTo):
                return f"#//{mark.element}", "reference"
        if (alias := next((a for a in self.aliases if a.hint == hint), None)) is not None:
            self.used.add(alias.name)
            return f"#//{alias.name}", "attribute"
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        if get_origin(hint) in (Union, UnionType):
            name = next(abstract.name for abstract in ABSTRACT if {*abstract.members} == {*get_args(hint)})
            self._add_abstract(name)
            return f"#//{name}", "containment"
        if hint in (str, bool):
            return f"ecore:EDataType {_ECORE}#//{'EString' if hint is str else 'EBoolean'}", "attribute"
        if inspect.isclass(hint) and issubclass(hint, Element):
            self._add_element(hint)
            return f"#//{hint.__name__}", "containment"
        raise TypeError(f"{hint} has no name in the language; give it one beside the others")

    def _entry(self, entry: Entry, hint: Any) -> str:
        if entry.name not in self.classes:
            made = self._add_class(entry.name, entry.doc, [])
            of = get_args(hint)
            if of[-1] is Ellipsis:
                of = (of[0],) if len(entry.features) == 1 else get_args(of[0])
            for name, each in zip(entry.features, of, strict=True):
                self._add_feature(made, name, each, "")
        return f"#//{entry.name}"


def _without_none(hint: Any) -> tuple[Any, bool]:
    """Return the hint without ``None``, and whether it had it."""
    if get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint):
        (rest,) = (each for each in get_args(hint) if each is not NoneType)
        return rest, True
    return hint, False


def _without_limit(hint: Any) -> tuple[Any, bool]:
    """Return a list without its lower limit, and whether it had one."""
    marks = [mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, FieldInfo)]
    if any(mark.json_schema_extra for mark in marks):
        return get_args(hint)[0], True
    return hint, False


def _aliases(module: ModuleType) -> Iterator[_Alias]:
    """Yield the types with a docstring that a module gives a name, in their order."""
    body = ast.parse(inspect.getsource(module)).body
    for statement, after in pairwise(body):
        if (
            isinstance(statement, ast.Assign)
            and isinstance(statement.targets[0], ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(doc := after.value.value, str)
        ):
            name = statement.targets[0].id
            hint = getattr(module, name)
            if get_origin(hint) is Literal or (
                get_origin(hint) is Annotated and get_args(hint)[0] in _WRAPPERS
            ):
                yield _Alias(name, hint, inspect.cleandoc(doc))


def _data_type(alias: _Alias) -> etree._Element:
    kind = "EEnum" if get_origin(alias.hint) is Literal else "EDataType"
    made = etree.Element("eClassifiers", {_TYPE: f"ecore:{kind}", "name": alias.name})
    _document(made, alias.doc)
    if kind == "EEnum":
        for value, word in enumerate(get_args(alias.hint)):
            etree.SubElement(made, "eLiterals", name=word, value=str(value))
        return made
    of, limits = get_args(alias.hint)
    made.set("instanceClassName", _WRAPPERS[of])
    facets = {
        facet: getattr(mark, name)
        for mark in limits.metadata
        for name, facet in _FACETS.items()
        if hasattr(mark, name)
    }
    if facets:
        note = etree.SubElement(made, "eAnnotations", source=_EXTENDED)
        for facet, limit in facets.items():
            etree.SubElement(note, "details", key=facet, value=str(limit))
    return made


def _document(of: etree._Element, doc: str) -> None:
    if doc:
        note = etree.SubElement(of, "eAnnotations", source=_GENMODEL)
        etree.SubElement(note, "details", key="documentation", value=doc)
