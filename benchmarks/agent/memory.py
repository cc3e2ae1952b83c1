"""What the JVM agent holds in memory: the live heap of the same small program with and without it.

usage: python -m benchmarks.agent.memory [--jar PATH]

The program has 80 threads and renames four of them at every task, as Spark does. After a time of sampling
every 10 ms with stacks, jcmd makes a full collection and counts all live objects. What is not heap (the
compressor's buffers of about 270 kB, the stack of one thread, the code of the agent's classes) is on top.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAM = """
public class Many {
    public static void main(String[] words) throws Exception {
        for (int i = 0; i < 76; i++) start("idle-" + i, false);
        for (int i = 0; i < 4; i++) start("task-" + i, true);
        Thread.sleep(600_000);
    }

    static void start(String name, boolean works) {
        Thread thread = new Thread(() -> {
            try {
                for (long task = 0; ; task++) {
                    if (works) {
                        Thread.currentThread().setName("worker for task " + task + " of " + name);
                        deep((int) (task % 40), task);
                    }
                    Thread.sleep(works ? 10 : 100_000);
                }
            } catch (InterruptedException end) { }
        }, name);
        thread.setDaemon(true);
        thread.start();
    }

    static double deep(int levels, long seed) {
        double sum = seed;
        for (int i = 0; i < 20_000; i++) sum += Math.sin(sum);
        return levels == 0 ? sum : sum + deep(levels - 1, seed);
    }
}
"""


def live_bytes(folder: Path, options: list[str], seconds_s: float) -> int:
    """Return the bytes of all live objects of the program after a time."""
    command = ["java", "-XX:+UseSerialGC", "-Xmx200m", *options, "-cp", str(folder), "Many"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        try:
            time.sleep(seconds_s)
            counts = []
            for _ in range(3):
                words = ["jcmd", str(program.pid), "GC.class_histogram"]
                listed = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
                total = next(line for line in listed.stdout.splitlines() if line.startswith("Total"))
                counts.append(int(total.split()[2]))
        finally:
            program.kill()
    return min(counts)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jar", type=Path, help="the agent; else the one that 'make agent' built")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.jar is None:
        from pertract.api.agent import agent_path

        given.jar = agent_path()
    differences = []
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        (folder / "Many.java").write_text(PROGRAM)
        subprocess.run(["javac", "-d", work, str(folder / "Many.java")], check=True)
        sampling = f"folder={folder}/samples,interval=10ms,stacks=true,budget=0"
        for number in range(1, given.rounds + 1):
            without = live_bytes(folder, [], given.seconds)
            with_it = live_bytes(folder, [f"-javaagent:{given.jar.resolve()}={sampling}"], given.seconds)
            differences.append(with_it - without)
            told = f"without {without / 1e6:.2f} MB, with {with_it / 1e6:.2f} MB"
            print(f"{number}: live heap {told}: {differences[-1] / 1e3:+.0f} kB", flush=True)
    print(f"the agent holds {statistics.median(differences) / 1e3:.0f} kB of heap (median)")


if __name__ == "__main__":
    main()
