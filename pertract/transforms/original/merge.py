"""Write what has changed in a model into the original files it was read from.

Three models are compared, feature by feature: the stored one; what becomes of it when it is read and written
again (the base); and what is to be written now. Where the last two agree, nothing was changed, and the stored
value stays, whatever the language could not say. Elsewhere the new value counts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from .demands import TYPES
from .metamodel import DirectedEdge, Element, ExecutionNode, Feature, ResourceDemand, ResourceNode, features
from .references import ROOT, split, step, walk
from .trio import Trio

_LONG = 1000  # lists beyond it are compared position by position


class _At(NamedTuple):
    """An element of one of the three models, with its place."""

    element: Element
    place: str


@dataclass(frozen=True, slots=True)
class _Pending:
    """A reference of the result; its targets are known only when all elements are."""

    stored: str | None
    base: str | None
    mine: str | None


def merge(stored: Trio, base: Trio, mine: Trio) -> Trio:
    """Return the stored model with what differs between base and mine.

    Parameters
    ----------
    stored
        As it was read.
    base
        The stored model in the language, written again.
    mine
        What is to be written now.
    """
    merging = _Merging()
    made = []
    for (package, old), (_, before), (_, now) in zip(stored.parts, base.parts, mine.parts, strict=True):
        root = f"{package.extension}#{ROOT}"
        made.append(merging.element(_At(old, root), _At(before, root), _At(now, root), root))
    own = [package.extension for package, _ in stored.parts]
    resolved = [merging.resolved(root, part) for root, part in zip(made, own, strict=True)]
    return Trio(*resolved)  # type: ignore[arg-type]


@dataclass(slots=True)
class _Merging:
    """Places in the result of elements by their places in the three models, all with their part."""

    stored: dict[str, str] = field(default_factory=dict)
    base: dict[str, str] = field(default_factory=dict)
    mine: dict[str, str] = field(default_factory=dict)

    # -- elements --------------------------------------------------------------------------------

    def element(self, stored: _At, base: _At, mine: _At, place: str) -> Element:
        """Return the merged element that will be at a place."""
        self.stored[stored.place] = self.base[base.place] = self.mine[mine.place] = place
        cls = type(stored.element)
        if cls is not type(base.element) and not _same(base, mine):
            cls = type(mine.element)
        values: dict[str, Any] = {}
        if isinstance(stored.element, ExecutionNode) and not self._alignable(stored, base):
            values = self._graph(stored, base, mine, place)
        for feature in features(cls):
            name = feature.field
            if name in values:
                continue
            if not all(hasattr(at.element, name) for at in (stored, base, mine)):
                values[name] = getattr(mine.element, name, getattr(stored.element, name, feature.default))
                continue
            old, before, now = (getattr(at.element, name) for at in (stored, base, mine))
            if feature.kind == "attribute":
                values[name] = old if now == before else now
            elif feature.kind == "reference":
                values[name] = _Pending(
                    *(
                        _with_part(value, at.place)
                        for value, at in ((old, stored), (before, base), (now, mine))
                    )
                )
            elif feature.many:
                values[name] = self._list(feature, stored, base, mine, place)
            else:
                values[name] = self._single(feature, stored, base, mine, place)
        return cls(**values)

    def _single(self, feature: Feature, stored: _At, base: _At, mine: _At, place: str) -> Element | None:
        old, before, now = (_part(at, feature) for at in (stored, base, mine))
        inside = step(place, feature.name)
        if old is not None and before is not None and now is not None:
            return self.element(old, before, now, inside)
        unchanged = (
            _same(before, now) if before is not None and now is not None else before is None and now is None
        )
        chosen, places = (old, self.stored) if unchanged else (now, self.mine)
        return None if chosen is None else self._copy(chosen, inside, places)

    def _list(self, feature: Feature, stored: _At, base: _At, mine: _At, place: str) -> tuple[Element, ...]:
        old, before, now = (_items(at, feature) for at in (stored, base, mine))
        foreign = {i: at for i, at in enumerate(old) if _is_foreign(at.element)}
        known = [at for i, at in enumerate(old) if i not in foreign]
        if len(known) != len(before):
            unchanged = len(before) == len(now) and all(map(_same, before, now))
            chosen, places = (old, self.stored) if unchanged else (now, self.mine)
            return tuple(
                self._copy(at, step(place, f"{feature.name}.{i}"), places) for i, at in enumerate(chosen)
            )
        items: list[tuple[_At, int | None]] = list(zip(now, self._counterparts(before, now), strict=True))
        for i, at in foreign.items():  # stay where they are
            items.insert(i, (at, None))
        found: list[Element] = []
        for at, counterpart in items:
            inside = step(place, f"{feature.name}.{len(found)}")
            if at in foreign.values():
                found.append(self._copy(at, inside, self.stored))
            elif counterpart is None:
                found.append(self._copy(at, inside, self.mine))
            else:
                found.append(self._item(known[counterpart], before[counterpart], at, inside))
        return tuple(found)

    def _item(self, stored: _At, base: _At, mine: _At, place: str) -> Element:
        """Return an element of a list; where the language puts it in another form, the old one or the new."""
        if _is_leaf(stored) == _is_leaf(base):
            return self.element(stored, base, mine, place)
        self.base[base.place] = self.mine[mine.place] = place
        if _same(base, mine):
            return self._copy(stored, place, self.stored)
        return self._copy(mine, place, self.mine)

    def _counterparts(self, before: list[_At], now: list[_At]) -> list[int | None]:
        """Return for each of the new elements the position of the one it was before, or None."""
        keys = [
            [self._key(at, places) for at in items]
            for items, places in ((before, self.base), (now, self.mine))
        ]
        if None not in keys[0] and len(set(keys[0])) == len(keys[0]) and len(set(keys[1])) == len(keys[1]):
            position = {key: i for i, key in enumerate(keys[0])}
            return [position.get(key) for key in keys[1]]
        if max(len(before), len(now)) > _LONG:
            return [i if i < len(before) else None for i in range(len(now))]
        found: list[int | None] = [None] * len(now)
        matcher = SequenceMatcher(
            None, [at.element for at in before], [at.element for at in now], autojunk=False
        )
        for _, i, i_end, j, j_end in matcher.get_opcodes():
            if i_end - i == j_end - j:
                found[j:j_end] = range(i, i_end)
        return found

    def _key(self, at: _At, places: dict[str, str]) -> object:
        """Return what tells an element from its neighbours, however else it changes; None if nothing does."""
        if isinstance(at.element, (ExecutionNode, ResourceNode)):
            return at.element.name
        if isinstance(at.element, DirectedEdge):
            ends = (at.element.tail, at.element.head)
            return tuple(places.get(_with_part(end, at.place) or "") for end in ends)
        return None

    # -- nodes whose inside has another form in the language ---------------------------------------

    @staticmethod
    def _alignable(stored: _At, base: _At) -> bool:
        nodes = [at.element.children for at in (stored, base) if isinstance(at.element, ExecutionNode)]
        return len(nodes[0]) == len(nodes[1])

    def _graph(self, stored: _At, base: _At, mine: _At, place: str) -> dict[str, Any]:
        """Return children and edges together: all stored ones, or all new ones."""
        graph = [f for f in features(ExecutionNode) if f.name in ("children", "edgesOfChildren")]
        unchanged = all(
            len(_items(base, f)) == len(_items(mine, f)) and all(map(_same, _items(base, f), _items(mine, f)))
            for f in graph
        )
        chosen, places = (stored, self.stored) if unchanged else (mine, self.mine)
        return {
            f.field: tuple(
                self._copy(at, step(place, f"{f.name}.{i}"), places) for i, at in enumerate(_items(chosen, f))
            )
            for f in graph
        }

    # -- copies and references -----------------------------------------------------------------------

    def _copy(self, at: _At, place: str, places: dict[str, str]) -> Element:
        """Return an element of one model as it is; its references are resolved later."""
        places[at.place] = place
        for inner, _ in walk(at.element):
            places[at.place + inner[1:]] = place + inner[1:]
        return self._marked(at, stored=places is self.stored)

    def _marked(self, at: _At, *, stored: bool) -> Element:
        changes: dict[str, Any] = {}
        for feature in features(type(at.element)):
            value = getattr(at.element, feature.field)
            if feature.kind == "reference":
                target = _with_part(value, at.place)
                changes[feature.field] = (
                    _Pending(target, None, None) if stored else _Pending(None, None, target)
                )
            elif feature.kind == "containment" and feature.many:
                changes[feature.field] = tuple(
                    self._marked(item, stored=stored) for item in _items(at, feature)
                )
            elif feature.kind == "containment" and value is not None:
                changes[feature.field] = self._marked(_At(value, step(at.place, feature.name)), stored=stored)
        return dataclasses.replace(at.element, **changes)

    def resolved(self, element: Element, part: str) -> Element:
        """Return an element of the result with its references as places in the result."""
        changes: dict[str, Any] = {}
        for feature in features(type(element)):
            value = getattr(element, feature.field)
            if isinstance(value, _Pending):
                changes[feature.field] = self._target(value, part)
            elif feature.kind == "containment" and value:
                changes[feature.field] = (
                    tuple(self.resolved(item, part) for item in value)
                    if feature.many
                    else self.resolved(value, part)
                )
        return dataclasses.replace(element, **changes)

    def _target(self, pending: _Pending, part: str) -> str | None:
        base, mine = self._place(pending.base, self.base), self._place(pending.mine, self.mine)
        target = self._place(pending.stored, self.stored) if base == mine else mine
        return target.removeprefix(f"{part}#") if target is not None else None

    @staticmethod
    def _place(reference: str | None, places: dict[str, str]) -> str | None:
        """Return where the target of a reference is in the result; other files stay where they are."""
        if reference is None:
            return None
        known = split(reference)[0] in ("pta", "ptd", "ptr")
        return places.get(reference) if known else reference


def _with_part(reference: str | None, place: str) -> str | None:
    if reference is None or split(reference)[0]:
        return reference
    return f"{split(place)[0]}#{reference}"


def _part(at: _At, feature: Feature) -> _At | None:
    value = getattr(at.element, feature.field)
    return None if value is None else _At(value, step(at.place, feature.name))


def _items(at: _At, feature: Feature) -> list[_At]:
    items: Sequence[Element] = getattr(at.element, feature.field)
    return [_At(item, step(at.place, f"{feature.name}.{i}")) for i, item in enumerate(items)]


def _is_leaf(at: _At) -> bool:
    return not (isinstance(at.element, ExecutionNode) and at.element.children)


def _is_foreign(element: Element) -> bool:
    """Return whether an element has no place in the language, so that it cannot have been changed."""
    return isinstance(element, ResourceDemand) and element.processing_type not in TYPES


def _same(before: _At, now: _At) -> bool:
    """Return whether two elements are the same, apart from where they are."""
    return _relative(before) == _relative(now)


def _relative(at: _At) -> Element:
    """Return an element with references to its neighbours as if it were at the root."""
    around = split(at.place)[1].rpartition("/")[0]

    def moved(element: Element) -> Element:
        changes: dict[str, Any] = {}
        for feature in features(type(element)):
            value = getattr(element, feature.field)
            if feature.kind == "reference" and value is not None and value.startswith(around):
                changes[feature.field] = "..." + value[len(around) :]
            elif feature.kind == "containment" and value:
                changes[feature.field] = tuple(map(moved, value)) if feature.many else moved(value)
        return dataclasses.replace(element, **changes) if changes else element

    return moved(at.element)
