package org.pertract.agent;

import java.io.File;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.OperatingSystemMXBean;
import java.util.List;

/** The process as a whole, its memory and collectors, and the host. */
final class Machine {
    private final OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    private final com.sun.management.OperatingSystemMXBean process =
            system instanceof com.sun.management.OperatingSystemMXBean
                    ? (com.sun.management.OperatingSystemMXBean) system : null;
    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    private final long[] gcMs = new long[collectors.size()];
    private final long[] gcCounts = new long[collectors.size()];
    private final Proc proc;
    private final String throttle;
    private long busyTicks;
    private long throttledUs;

    Machine(Proc proc) {
        this.proc = proc;
        String found = null;
        for (String folder : groups(proc.read("/proc/self/cgroup"))) {
            if (found == null && throttled(folder + "/cpu.stat") >= 0) {
                found = folder + "/cpu.stat";
            }
        }
        throttle = found;
        busyTicks = busy();
        throttledUs = found == null ? 0 : throttled(found);
    }

    /** Return CPU of the process since its start, ns; -1 where it is unknown. */
    long processCpuNs() {
        return process == null ? -1 : process.getProcessCpuTime();
    }

    /** Write what happened since the call before. */
    void write(Line line) {
        line.key("gc_ms").open('[');
        for (int i = 0; i < gcMs.length; i++) {
            long before = gcMs[i];
            gcMs[i] = Math.max(0, collectors.get(i).getCollectionTime());
            line.value(gcMs[i] - before);
        }
        line.close(']').key("gc_count").open('[');
        for (int i = 0; i < gcCounts.length; i++) {
            long before = gcCounts[i];
            gcCounts[i] = Math.max(0, collectors.get(i).getCollectionCount());
            line.value(gcCounts[i] - before);
        }
        line.close(']');
        MemoryUsage heap = memory.getHeapMemoryUsage();
        line.field("heap_bytes", heap.getUsed()).field("heap_committed_bytes", heap.getCommitted());
        line.known("heap_max_bytes", heap.getMax());
        line.field("nonheap_bytes", memory.getNonHeapMemoryUsage().getUsed());
        line.hundredths("load", system.getSystemLoadAverage());
        long busyBefore = busyTicks;
        busyTicks = busy();
        line.known("host_busy_us", busyTicks < 0 ? -1 : (busyTicks - busyBefore) * Proc.TICK_US);
        long throttledBefore = throttledUs;
        throttledUs = throttle == null ? -1 : throttled(throttle);
        line.known("throttled_us", throttledUs < 0 ? -1 : throttledUs - throttledBefore);
    }

    /** Return the processors of the host; -1 where they are unknown. */
    long hostCores() {
        long cores = 0;
        String text = proc.read("/proc/stat");
        if (text != null) {
            for (String row : text.split("\n")) {
                cores += row.matches("cpu\\d+ .*") ? 1 : 0;
            }
        }
        return cores == 0 ? -1 : cores;
    }

    /** Return ticks of all processes of the host: user, nice, system, irq, softirq (not idle, nor waiting for a drive). */
    private long busy() {
        String text = proc.read("/proc/stat");
        if (text == null || !text.startsWith("cpu ")) {
            return -1;
        }
        String[] words = text.substring(0, text.indexOf('\n')).trim().split(" +");
        return Long.parseLong(words[1]) + Long.parseLong(words[2]) + Long.parseLong(words[3])
                + Long.parseLong(words[6]) + Long.parseLong(words[7]);
    }

    private long throttled(String file) {
        String text = new File(file).isFile() ? proc.read(file) : null;
        if (text != null) {
            for (String row : text.split("\n")) {
                if (row.startsWith("throttled_usec ")) {
                    return Long.parseLong(row.substring(15).trim());
                }
                if (row.startsWith("throttled_time ")) { // version 1 counts in ns
                    return Long.parseLong(row.substring(15).trim()) / 1000;
                }
            }
        }
        return -1;
    }

    /** Return the folders where the limits of our control group may lie, most particular first. */
    private static String[] groups(String text) {
        StringBuilder found = new StringBuilder();
        if (text != null) {
            for (String row : text.split("\n")) {
                String[] parts = row.split(":", 3);
                if (parts.length == 3 && parts[1].isEmpty()) {
                    found.append("/sys/fs/cgroup").append(parts[2]).append('\n').append("/sys/fs/cgroup\n");
                } else if (parts.length == 3 && ("," + parts[1] + ",").contains(",cpu,")) {
                    for (String mount : new String[] {parts[1], "cpu"}) {
                        found.append("/sys/fs/cgroup/").append(mount).append(parts[2]).append('\n');
                        found.append("/sys/fs/cgroup/").append(mount).append('\n');
                    }
                }
            }
        }
        return found.toString().isEmpty() ? new String[0] : found.toString().split("\n");
    }
}
