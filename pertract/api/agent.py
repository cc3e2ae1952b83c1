"""Where the JVM agent is, and the settings that switch it on."""

from __future__ import annotations

from pathlib import Path

from ..errors import SourceNotFound

JAR = Path(__file__).resolve().parents[1] / "agent" / "pertract-agent.jar"
"""Built by ``make agent``, part of every released package."""


def agent_path() -> Path:
    """Return the jar of the JVM agent.

    Raises
    ------
    SourceNotFound
        If this is a checkout in which it was not built.
    """
    if not JAR.is_file():
        raise SourceNotFound(
            f"The agent is not built: there is no {JAR}.",
            hint="Run 'make agent' in the checkout; it needs a JDK 9 or later; Maven is optional.",
        )
    return JAR


def agent_settings(
    jar: str, folder: str, *, interval: str | None = None, stacks: bool = False
) -> dict[str, str]:
    """Return the Spark properties that start the agent in driver and executors.

    Parameters
    ----------
    jar
        Where the jar is on the hosts; on YARN a bare file name, if ``--files`` distributes it.
    folder
        Where each host writes what was sampled; "" is the agent's own choice (on YARN the folder of the
        container's logs).
    interval
        Between two samples, such as ``"100ms"``; None is the agent's default.
    stacks
        Whether stacks are sampled, too.
    """
    given = {"folder": folder, "interval": interval, "stacks": "true" if stacks else None}
    options = ",".join(f"{key}={value}" for key, value in given.items() if value)
    value = f"-javaagent:{jar}={options}" if options else f"-javaagent:{jar}"
    return {f"spark.{role}.extraJavaOptions": value for role in ("driver", "executor")}
