"""Let the real Eclipse Modeling Framework read exported PCM files: what Palladio Bench's reader would say.

Needs Java 17 and the jars of the Debian packages libeclipse-emf-{common,ecore,ecore-xmi,ecore-change}-java,
installed or unpacked with ``dpkg -x``; the checker lies beside the project.

    python benchmarks/pcm/emf.py [--jars /usr/share/java] [--only TEXT]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.pcm import judges
from benchmarks.pcm.agreement import CONFIGURATIONS, logs
from pertract import api
from pertract.errors import PertractError


def main() -> int:
    """Print the findings of EMF for every export; return 1 if there is one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jars", type=Path, default=Path("/usr/share/java"), help="folder of the jars")
    parser.add_argument("--only", default="", help="logs whose path contains this text")
    arguments = parser.parse_args()
    jars = sorted(map(str, arguments.jars.glob("eclipse-emf-*.jar")))
    if not jars:
        print(f"skipped: no eclipse-emf-*.jar in {arguments.jars} (--jars names another folder)")
        return 0
    exports = found = 0
    with tempfile.TemporaryDirectory() as scratch:
        classes = Path(scratch) / "classes"
        path = ":".join(jars)
        checker = judges.SHARED / "emf_check" / "EmfCheck.java"
        subprocess.run(["javac", "-cp", path, "-d", classes, checker], check=True)
        for log in logs():
            if arguments.only not in str(log):
                continue
            try:
                model = api.extract(log)
            except PertractError:
                continue
            for number, configuration in enumerate(CONFIGURATIONS):
                folder = Path(scratch) / f"{exports}-{number}"
                exported = api.export_pcm(model, effects=False, **configuration)
                api.write_folder(folder, exported.files)
                command = ["java", "-cp", f"{path}:{classes}", "EmfCheck", str(judges.SHARED)]
                done = subprocess.run(
                    [*command, *judges.files_of(folder)], check=False, capture_output=True, text=True
                )
                exports += 1
                if done.returncode:
                    found += 1
                    print(log.name, configuration, done.stdout[:500], done.stderr[:500])
    print(f"{exports} exports read by EMF, {found} with findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
