"""Names of frames, which every profiler writes in its own way."""

from __future__ import annotations

import re

_MARK = re.compile(r"_\[[a-z0-9]\]$")
_LINE = re.compile(r":\d+$")
_JAVA = re.compile(r"^(?:[\w$-]+/)+[\w$+.-]*")
_JAVA_OF_PERF = re.compile(r"^L((?:[\w$-]+/)*[\w$-]+)[;:](?:::|\.)(.*)$")
_MODULE = re.compile(r"^(?:java|jdk)\.[\w.]+(?:@[\w.]+)?/")
_GENERATED_CLASSES = (
    (
        re.compile(r"\$\$Lambda(?:\$\d+)?(?:[./+]0x[0-9a-f]+)?(?:/(?:0x[0-9a-f]+|\d+))?(?=[.:]|$)"),
        "$$Lambda_",
    ),
    (re.compile(r"(Generated(?:Method|Constructor|SerializationConstructor)Accessor)\d+"), r"\1_"),
)
"""Classes that a JVM makes up anew in every process."""
_GENERATED = (
    (re.compile(r"(LambdaForm\$\w*?)[./+](?:0x[0-9a-f]+|\d{6,})(?:/\d+)?"), r"\1_"),
    (re.compile(r"(lib[A-Za-z-]+?-?)(?:[\d.]+-)?(?=[0-9a-f]*\d)[0-9a-f]{12,}(\.so\b)"), r"\1_\2"),
    (re.compile(r"(snappy-[\d.]+-)[0-9a-f-]{36}(-libsnappyjava\.so)"), r"\1_\2"),
)
"""What else is new in every process: forms of method handles, libraries that unpack themselves."""
_PYTHON_LINE = re.compile(r" \((.*):\d+\)$")


def plain(frame: str) -> str:
    """Return a frame's name as it is the same for all profilers: dots between packages, no lines or marks.

    >>> plain("java/lang/Thread.run:833"), plain("java.lang.Thread.run_[j]")
    ('java.lang.Thread.run', 'java.lang.Thread.run')
    >>> plain("tokens (work.py:3)"), plain("/home/a/job.py:process:20")
    ('tokens (work.py)', '/home/a/job.py:process')
    """
    name = _MARK.sub("", frame)
    if found := _PYTHON_LINE.search(name):
        return f"{name[: found.start()]} ({found[1]})"
    name = _LINE.sub("", name)
    if found := _JAVA_OF_PERF.match(name):
        name = f"{found[1]}.{found[2]}"
    if found := _JAVA.match(name):
        name = found[0].replace("/", ".") + name[found.end() :]
    name = stable(_MODULE.sub("", name))
    for pattern, replacement in _GENERATED:
        name = pattern.sub(replacement, name)
    return name


def stable(name: str) -> str:
    """Return a class or frame with one name for all lambdas and all accessors of its class.

    >>> stable("kafka/network/Processor$$Lambda$985.0x00000008014c6590")
    'kafka/network/Processor$$Lambda_'
    """
    for pattern, replacement in _GENERATED_CLASSES:
        name = pattern.sub(replacement, name)
    return name
