"""What Pertract does, as functions for programs and notebooks.

>>> import pertract
>>> model = pertract.extract("eventlog.zstd")  # doctest: +SKIP
>>> pertract.predict(model, executors=8).response_time_s.mean  # doctest: +SKIP
"""

from .calibrating import extract_runs, extract_table
from .evaluating import validate
from .exporting import export_pcm
from .exporting_extended import export_extended_pcm
from .exporting_sls import export_sls
from .extracting import extract
from .files import load, save, write_folder, write_whole
from .fitting import fit_table
from .importing import import_pcm
from .many import extract_all
from .originals import save_original
from .pages import write_page
from .planning import what_if
from .predicting import predict
from .profiling import Profiled, chosen_stage, profile, read_samples, write_profile
from .reading import read_run
from .sharing import share

__all__ = [
    "Profiled",
    "chosen_stage",
    "export_extended_pcm",
    "export_pcm",
    "export_sls",
    "extract",
    "extract_all",
    "extract_runs",
    "extract_table",
    "fit_table",
    "import_pcm",
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
    "write_folder",
    "write_page",
    "write_profile",
    "write_whole",
]
