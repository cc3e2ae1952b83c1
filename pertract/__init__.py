"""Pertract predicts how long big-data applications take on other clusters, from their logs.

Names are loaded when they are first used, so that ``import pertract`` costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import (
        extract,
        extract_all,
        extract_runs,
        extract_table,
        fit_table,
        load,
        predict,
        profile,
        read_run,
        read_samples,
        save,
        save_original,
        share,
        validate,
        what_if,
        write_page,
        write_profile,
    )
    from .dsl import PerformanceModel
    from .errors import PertractError
    from .simulate import Options, Prediction

__all__ = [
    "Options",
    "PerformanceModel",
    "PertractError",
    "Prediction",
    "extract",
    "extract_all",
    "extract_runs",
    "extract_table",
    "fit_table",
    "load",
    "predict",
    "profile",
    "read_run",
    "read_samples",
    "save",
    "save_original",
    "share",
    "validate",
    "what_if",
    "write_page",
    "write_profile",
]

_HOME = {
    "Options": "simulate",
    "PerformanceModel": "dsl",
    "PertractError": "errors",
    "Prediction": "simulate",
    "extract": "api",
    "extract_all": "api",
    "extract_runs": "api",
    "extract_table": "api",
    "fit_table": "api",
    "load": "api",
    "predict": "api",
    "profile": "api",
    "read_run": "api",
    "read_samples": "api",
    "save": "api",
    "save_original": "api",
    "share": "api",
    "validate": "api",
    "what_if": "api",
    "write_page": "api",
    "write_profile": "api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'pertract' has no attribute '{name}'")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """The package: importing the subpackage `extract` must not hide the verb of the same name."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
