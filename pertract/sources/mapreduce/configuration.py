"""Job configurations: ``job_..._conf.xml``, and the same as answers of a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from ...errors import UnreadableSource, UnrecognisedSource

KEPT = ("mapreduce.", "mapred.", "yarn.app.mapreduce.", "dfs.block", "io.sort.", "yarn.scheduler.")
"""How the names of properties begin that say how a job runs; others may hold anything."""


def parse(data: bytes, shown: str) -> dict[str, str]:
    """Return the properties of a configuration file.

    Raises
    ------
    UnreadableSource
        If it is no whole XML document.
    UnrecognisedSource
        If it is another one.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableSource(
            f"{shown}: the job configuration is not a whole XML document", hint="Copy the file again."
        ) from error
    if root.tag not in ("configuration", "conf"):
        raise UnrecognisedSource(
            f"{shown}: not a Hadoop configuration; its outermost element is <{root.tag}>",
            hint="The job configuration is the file job_..._conf.xml beside the .jhist file.",
        )
    pairs = ((item.findtext("name"), item.findtext("value")) for item in root.iter("property"))
    return {name.strip(): (value or "").strip() for name, value in pairs if name}


def of_answer(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the properties in the answer of a server at ``.../conf``."""
    items = answer.get("property") or ()
    items = [items] if isinstance(items, dict) else items
    return {str(item["name"]): str(item.get("value", "")) for item in items if "name" in item}


def kept(properties: Mapping[str, str]) -> dict[str, str]:
    """Return the properties that say how a job runs, without the rest, which may hold secrets."""
    return {name: value for name, value in properties.items() if name.startswith(KEPT)}


def number(properties: Mapping[str, str], *names: str) -> float | None:
    """Return the first of these properties that is a number, or None."""
    for name in names:
        try:
            return float(properties[name])
        except (KeyError, ValueError):
            continue
    return None
