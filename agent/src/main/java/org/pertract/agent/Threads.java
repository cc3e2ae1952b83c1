package org.pertract.agent;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/** CPU of every Java thread since the sample before, and under which name it was used. */
final class Threads {
    /** Below this, a thread's use is carried on to the next sample: what is written is whole microseconds. */
    private static final long LEAST_NS = 1000;
    /** A stack costs more than a number: only threads that used this much have theirs taken. */
    private static final long LEAST_FOR_STACK_NS = 1_000_000;
    /** A thread that is new cannot have used more CPU than time has passed, but for this. */
    private static final long SLACK_NS = 5_000_000;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final com.sun.management.ThreadMXBean together = threads instanceof com.sun.management.ThreadMXBean
            ? (com.sun.management.ThreadMXBean) threads : null;
    private final boolean countsMemory = together != null && together.isThreadAllocatedMemorySupported()
            && together.isThreadAllocatedMemoryEnabled();
    private final LongMap<Watched> watched = new LongMap<>();
    private final SparkDriver driver;
    private final int depth;
    private final long ownId = Thread.currentThread().getId();
    private int round;
    private long sampledNs;
    private long[] ids = {};
    private Watched[] active = {};
    private int activeCount;
    private boolean sawProcess;
    private long mainNs;

    /** Begins the name of the thread by which Java awaits the end of a process. */
    private static final String REAPER = "process reaper";
    private static final String MAIN = "main";
    /** Awaits the end of the JVM, as another Java thread, on the system's thread of {@code main}: its CPU goes on. */
    private static final String AFTER_MAIN = "DestroyJavaVM";

    private static final class Watched {
        final long id;
        long cpuNs;
        long usedNs;
        long allocatedBytes;
        Names.Name name;
        Names.Name nameBefore;
        String group;
        int round;
        StackTraceElement[] stack;
        char state;
        boolean wasAttached;

        Watched(long id) {
            this.id = id;
        }
    }

    /** {@code depth} is the most frames of a stack; 0 takes none. */
    Threads(SparkDriver driver, int depth) {
        this.driver = driver;
        this.depth = depth;
        if (!threads.isThreadCpuTimeSupported()) {
            throw new IllegalStateException("this JVM does not tell the CPU time of threads");
        }
        if (!threads.isThreadCpuTimeEnabled()) {
            threads.setThreadCpuTimeEnabled(true);
        }
    }

    /** Read CPU times first, all together; then the names, and stacks, of those who used any. */
    void sample() {
        round++;
        long nowNs = System.nanoTime();
        long elapsedNs = nowNs - sampledNs;
        sampledNs = nowNs;
        ids = threads.getAllThreadIds();
        long[] cpuNs = cpu(ids);
        if (active.length < ids.length) {
            active = new Watched[ids.length + 64];
        }
        activeCount = 0;
        boolean isAnyNew = false;
        for (int i = 0; i < ids.length; i++) {
            Watched thread = watched.get(ids[i]);
            if (thread == null) {
                thread = new Watched(ids[i]);
                watched.put(ids[i], thread);
                isAnyNew = true;
                if (round > 1 && cpuNs[i] > elapsedNs + SLACK_NS) { // a native thread that Java did not know before
                    thread.cpuNs = cpuNs[i];
                    thread.wasAttached = true;
                }
            }
            thread.round = round;
            if (cpuNs[i] - thread.cpuNs >= LEAST_NS) {
                thread.usedNs = (cpuNs[i] - thread.cpuNs) / 1000 * 1000;
                thread.cpuNs += thread.usedNs;
                active[activeCount++] = thread;
            }
        }
        if (watched.size() > ids.length) {
            forgetEnded();
        }
        if (isAnyNew) {
            lookAtGroups();
        }
        name();
    }

    private void forgetEnded() {
        watched.keep(new LongMap.Test<Watched>() {
            @Override
            public boolean passes(Watched thread) {
                return thread.round == round;
            }
        });
    }

    private long[] cpu(long[] ids) {
        if (together != null) {
            return together.getThreadCpuTime(ids);
        }
        long[] found = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            found[i] = threads.getThreadCpuTime(ids[i]);
        }
        return found;
    }

    /** A thread is renamed by itself, which costs CPU: who used none has its old name. */
    private void name() {
        int deep = 0;
        long[] asked = new long[activeCount];
        Watched[] order = new Watched[activeCount];
        for (int pass = 0, at = 0; pass < 2; pass++) {
            for (int i = 0; i < activeCount; i++) {
                boolean isDeep = depth > 0 && active[i].usedNs >= LEAST_FOR_STACK_NS && active[i].id != ownId;
                if (isDeep == (pass == 0)) {
                    order[at] = active[i];
                    asked[at++] = active[i].id;
                }
            }
            deep = pass == 0 ? at : deep;
        }
        if (deep > 0) {
            take(order, 0, threads.getThreadInfo(Arrays.copyOfRange(asked, 0, deep), depth));
        }
        if (deep < activeCount) {
            take(order, deep, threads.getThreadInfo(Arrays.copyOfRange(asked, deep, activeCount)));
        }
    }

    private void take(Watched[] order, int from, ThreadInfo[] found) {
        for (int i = 0; i < found.length; i++) {
            Watched thread = order[from + i];
            thread.nameBefore = null;
            thread.stack = null;
            if (found[i] == null) { // it has ended just now, under its old name for all we know
                if (thread.name == null) {
                    thread.name = new Names.Name(thread.id, "", thread.group);
                }
                continue;
            }
            String text = found[i].getThreadName();
            if (text.equals(MAIN)) {
                mainNs = thread.cpuNs;
            } else if (thread.name == null && text.equals(AFTER_MAIN) && !thread.wasAttached) {
                thread.usedNs = Math.max(0, thread.usedNs - mainNs);
            }
            if (thread.name == null || !thread.name.text.equals(text) && !isCut(thread.name.text, text)) {
                thread.nameBefore = thread.name;
                thread.name = new Names.Name(thread.id, text, thread.group);
            }
            sawProcess |= text.startsWith(REAPER);
            if (found[i].getStackTrace().length > 0) {
                thread.stack = found[i].getStackTrace();
                thread.state = letter(found[i].getThreadState());
            }
        }
    }

    private static boolean isCut(String known, String text) {
        return known.length() < text.length() && known.length() >= Names.LONGEST && text.startsWith(known);
    }

    private static char letter(Thread.State state) {
        switch (state) {
            case BLOCKED: return 'B';
            case WAITING: return 'W';
            case TIMED_WAITING: return 'T';
            default: return 'R';
        }
    }

    /** Only threads themselves know their group. The list is made only when a thread is new, and not kept. */
    private void lookAtGroups() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] all = new Thread[ids.length + 16];
        int count = root.enumerate(all);
        for (int i = 0; i < count; i++) {
            Watched thread = watched.get(all[i].getId());
            ThreadGroup group = all[i].getThreadGroup();
            if (thread != null && thread.group == null && group != null) {
                thread.group = group.getName();
                if (SparkDriver.SIGN.equals(all[i].getName())) {
                    driver.isUp(all[i].getContextClassLoader());
                }
            }
        }
    }

    /** Write who used how much in the last sample, and where those were that have a stack. */
    void write(Line line, Names names) throws IOException {
        int[] numbers = new int[activeCount];
        int[] stacks = new int[activeCount];
        boolean hasStacks = false;
        for (int i = 0; i < activeCount; i++) {
            numbers[i] = names.number(active[i].name);
            if (active[i].nameBefore != null) {
                names.number(active[i].nameBefore);
            }
            if (active[i].stack != null) {
                stacks[i] = names.number(active[i].stack, depth);
                hasStacks = true;
            }
        }
        line.key("threads").open('[');
        for (int i = 0; i < activeCount; i++) {
            line.open('[').value(numbers[i]).value(active[i].usedNs / 1000);
            if (active[i].nameBefore != null) {
                line.value(names.number(active[i].nameBefore));
            }
            line.close(']');
        }
        line.close(']');
        if (hasStacks) {
            line.key("stacks").open('[');
            for (int i = 0; i < activeCount; i++) {
                if (stacks[i] > 0) {
                    line.open('[').value(numbers[i]).value(stacks[i]);
                    line.value(String.valueOf(active[i].state)).close(']');
                }
            }
            line.close(']');
        }
        for (int i = 0; i < activeCount; i++) {
            active[i].stack = null;
            active[i] = null;
        }
        activeCount = 0;
    }

    /** Return bytes that living threads allocated since the call before; -1 where they are not counted. */
    long allocatedBytes() {
        if (!countsMemory) {
            return -1;
        }
        long sum = 0;
        long[] bytes = together.getThreadAllocatedBytes(ids);
        for (int i = 0; i < ids.length; i++) {
            Watched thread = watched.get(ids[i]);
            if (thread != null && bytes[i] > thread.allocatedBytes) {
                sum += bytes[i] - thread.allocatedBytes;
                thread.allocatedBytes = bytes[i];
            }
        }
        return sum;
    }

    /** Return whether a process was started or has ended since the call before. */
    boolean sawProcess() {
        boolean saw = sawProcess;
        sawProcess = false;
        return saw;
    }

    int count() {
        return ids.length;
    }

    /** Return CPU of the thread that samples, since its start, ns. */
    long ownCpuNs() {
        return threads.getCurrentThreadCpuTime();
    }
}
