package org.pertract.agent;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.util.concurrent.locks.LockSupport;

/** The agent's thread: samples, writes, and on any error stops for good without a trace in the application. */
final class Sampler implements Runnable {
    /** Of an interval; with less CPU than that, the interval goes on, but not for ever. */
    private static final double LEAST_SHARE = 0.8;
    private static final long LONGEST_QUIET_NS = 1_000_000_000L;
    private static final int QUIET_SYSTEM = 5;
    private static final long LONGEST_INTERVAL_NS = 10_000_000_000L;
    private final Options options;
    /** How long the agent's own CPU is watched before it is judged; the first time does not count: classes are loaded. */
    long judgeEveryNs = 10_000_000_000L;
    private long intervalNs;
    private volatile boolean isEnding;

    private final Line line = new Line();
    private Proc proc;
    private Machine machine;
    private Identity identity;
    private SparkDriver driver;
    private NativeThreads natives;
    private Children children;
    private Threads threads;
    private Output output;
    private Names names;
    private RuntimeMXBean runtime;

    /** Each pair of a clock and counters as they were at the line before. */
    private long sampledNs;
    private long sampledCpuNs;
    private long systemNs;
    private long systemCpuNs;
    private long systemOwnNs;
    private long judgedNs;
    private long judgedOwnNs;
    private long childrenUs;
    private long samples;
    private long late;

    Sampler(Options options) {
        this.options = options;
        intervalNs = options.intervalNs;
    }

    /** Have the last sample taken; called when the JVM ends. */
    void end(Thread itsThread) {
        isEnding = true;
        LockSupport.unpark(itsThread);
    }

    @Override
    public void run() {
        try {
            begin();
            loop();
        } catch (Throwable broken) {
            giveUp(broken);
        }
    }

    private void begin() throws IOException {
        proc = new Proc();
        machine = new Machine(proc);
        runtime = ManagementFactory.getRuntimeMXBean();
        identity = new Identity(System.getProperty("sun.java.command"), System.getenv(), options, proc);
        driver = new SparkDriver();
        natives = new NativeThreads(proc);
        children = new Children(proc);
        threads = new Threads(driver, options.stacks ? options.depth : 0);
        output = new Output(options, Long.toString(runtime.getStartTime()));
        names = new Names(output);
        long sinceStartNs = Math.max(0, System.currentTimeMillis() - runtime.getStartTime()) * 1_000_000;
        sampledNs = System.nanoTime() - sinceStartNs;
        systemNs = sampledNs;
        judgedNs = System.nanoTime();
        nextPart();
    }

    private void loop() throws IOException {
        long next = System.nanoTime() + intervalNs;
        while (true) {
            long wait = next - System.nanoTime();
            while (wait > 0 && !isEnding) {
                LockSupport.parkNanos(wait);
                wait = next - System.nanoTime();
            }
            if (-wait > intervalNs) { // not several samples at once for those that were missed
                late++;
                next = System.nanoTime();
            }
            next += intervalNs;
            boolean isLast = isEnding;
            if (isLast || isWorthIt(machine.processCpuNs(), sampledCpuNs, System.nanoTime() - sampledNs, intervalNs,
                    LONGEST_QUIET_NS)) {
                sample(isLast);
            }
            if (isLast || output.isFull()) {
                finish(isLast ? "exit" : "max");
                return;
            }
            if (output.isPartFull() || names.isFull()) {
                nextPart();
            }
        }
    }

    /**
     * Whether an interval has been long enough: where little is done, it goes on, so that the agent costs little, too. What
     * is unknown until its end is little CPU.
     */
    private static boolean isWorthIt(long cpuNs, long beforeNs, long elapsedNs, long intervalNs, long longestNs) {
        return cpuNs < 0 || cpuNs - beforeNs >= intervalNs * LEAST_SHARE || elapsedNs >= longestNs - intervalNs / 2;
    }

    private void sample(boolean isLast) throws IOException {
        threads.sample();
        long nowNs = System.nanoTime();
        long nowMs = System.currentTimeMillis();
        long cpuNs = machine.processCpuNs();
        line.begin("sample").field("t_ms", nowMs).field("dt_us", (nowNs - sampledNs) / 1000);
        line.known("cpu_us", cpuNs < 0 ? -1 : (cpuNs - sampledCpuNs) / 1000);
        threads.write(line, names);
        output.write(line);
        samples++;
        sampledNs = nowNs;
        sampledCpuNs = cpuNs;
        long systemIntervalNs = Math.max(options.systemNs, intervalNs);
        long elapsedNs = nowNs - systemNs;
        if (isLast || elapsedNs >= systemIntervalNs - intervalNs / 2
                && isWorthIt(cpuNs, systemCpuNs, elapsedNs, systemIntervalNs, QUIET_SYSTEM * systemIntervalNs)) {
            system(nowNs, nowMs, cpuNs);
            output.flush();
            learnApplication();
            judge(nowNs, nowMs);
        }
    }

    private void system(long nowNs, long nowMs, long cpuNs) throws IOException {
        line.begin("system").field("t_ms", nowMs).field("dt_us", (nowNs - systemNs) / 1000);
        line.known("cpu_us", cpuNs < 0 ? -1 : (cpuNs - systemCpuNs) / 1000);
        machine.write(line);
        if (natives.source == null) {
            line.field("native_us", (String) null);
        } else {
            long[] used = natives.read();
            line.key("native_us").open('{').field("gc", used[NativeThreads.GC]);
            line.field("jit", used[NativeThreads.JIT]).field("vm", used[NativeThreads.VM]).close('}');
        }
        long usedByChildren = children.isKnown ? children.read(threads.sawProcess()) : -1;
        childrenUs += Math.max(0, usedByChildren);
        line.known("children_us", usedByChildren).known("child_count", children.isKnown ? children.living : -1);
        line.known("allocated_bytes", threads.allocatedBytes());
        line.field("thread_count", threads.count());
        long ownNs = threads.ownCpuNs();
        line.field("agent_us", (ownNs - systemOwnNs) / 1000);
        output.write(line);
        systemNs = nowNs;
        systemCpuNs = cpuNs;
        systemOwnNs = ownNs;
    }

    private void learnApplication() throws IOException {
        String found = driver.application(identity.application != null);
        if (found != null && !found.equals(identity.application) && options.application == null) {
            identity.application = found;
            nextPart();
        }
    }

    /** Sample less often if the agent itself uses more CPU than it may. */
    private void judge(long nowNs, long nowMs) throws IOException {
        if (options.budgetPercent <= 0 || nowNs - judgedNs < judgeEveryNs) {
            return;
        }
        double used = 100.0 * (systemOwnNs - judgedOwnNs) / (nowNs - judgedNs);
        boolean isFirst = judgedOwnNs == 0;
        judgedNs = nowNs;
        judgedOwnNs = systemOwnNs;
        if (!isFirst && used > options.budgetPercent && intervalNs < LONGEST_INTERVAL_NS) {
            intervalNs = Math.min(2 * intervalNs, LONGEST_INTERVAL_NS);
            line.begin("interval").field("t_ms", nowMs).field("interval_ms", intervalNs / 1_000_000);
            output.write(line);
        }
    }

    private void nextPart() throws IOException {
        String pid = Proc.ownPid();
        if (pid == null) {
            pid = runtime.getName().replaceAll("@.*", "");
        }
        output.next(identity.application, identity.executor, identity.host, pid);
        names.beginPart();
        line.begin("process").field("version", 1).field("part", output.part);
        line.field("application", identity.application).field("executor", identity.executor);
        line.field("host", identity.host).field("pid", Long.parseLong(pid));
        line.field("started_ms", runtime.getStartTime()).field("t_ms", System.currentTimeMillis());
        line.field("main", identity.main).field("java", System.getProperty("java.version"));
        line.field("vm", System.getProperty("java.vm.name")).field("os", System.getProperty("os.name") + " "
                + System.getProperty("os.version") + " " + System.getProperty("os.arch"));
        line.field("cores", Runtime.getRuntime().availableProcessors()).known("host_cores", machine.hostCores());
        line.field("interval_ms", intervalNs / 1_000_000).field("system_interval_ms", options.systemNs / 1_000_000);
        line.field("stacks", options.stacks).field("container", identity.container);
        line.known("attempt", identity.attempt).key("collectors").open('[');
        for (GarbageCollectorMXBean collector : machine.collectors) {
            line.value(collector.getName());
        }
        line.close(']').field("native", natives.source).field("children", children.isKnown);
        output.write(line.field("agent", Agent.class.getPackage().getImplementationVersion()));
        output.flush();
    }

    private void finish(String reason) throws IOException {
        line.begin("end").field("t_ms", System.currentTimeMillis()).field("reason", reason);
        line.known("cpu_us", systemCpuNs < 0 ? -1 : systemCpuNs / 1000);
        line.known("children_us", children.isKnown ? childrenUs : -1).field("agent_us", systemOwnNs / 1000);
        output.write(line.field("samples", samples).field("late", late).field("bytes", output.bytes()));
        output.close();
    }

    private void giveUp(Throwable broken) {
        try {
            Agent.tell("switched off: " + broken);
            if (output != null) {
                output.close();
            }
        } catch (Throwable again) {
            // There is nothing left to do, and the application is not to notice.
        }
    }
}
