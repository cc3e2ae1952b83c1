package org.pertract.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Exchanger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThreadsTest {
    @TempDir
    File folder;
    private Output output;
    private Names names;

    @BeforeEach
    void open() throws IOException {
        output = new Output(Options.parse("folder=" + folder), "1");
        output.next("a", "0", "h", "1");
        names = new Names(output);
        names.beginPart();
    }

    /** Works when told to, under the name it is told, and can be asked how much CPU it used. */
    private static final class Worker extends Thread {
        private final Exchanger<String> orders = new Exchanger<>();

        Worker() {
            super("worker");
            setDaemon(true);
            start();
        }

        @Override
        public void run() {
            try {
                for (String name = orders.exchange(null); name != null; name = orders.exchange(null)) {
                    Thread.currentThread().setName(name);
                    burn(30);
                    orders.exchange(null);
                }
            } catch (InterruptedException end) {
                // The test has ended.
            }
        }

        void work(String name) throws InterruptedException {
            orders.exchange(name);
            orders.exchange(null);
        }

        long cpuUs() {
            return ManagementFactory.getThreadMXBean().getThreadCpuTime(getId()) / 1000;
        }
    }

    static double burn(int ms) {
        long end = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() + ms * 1_000_000L;
        double sum = 0;
        while (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() < end) {
            sum += Math.sin(sum);
        }
        return sum;
    }

    /** Return [number, us, number before or 0] of a thread in the last sample. */
    private long[] sampled(Threads threads, List<String> lines, long id) throws IOException {
        threads.sample();
        Line line = new Line().begin("sample");
        threads.write(line, names);
        output.write(line);
        output.flush();
        lines.clear();
        lines.addAll(Written.lines(Written.files(folder).get(0)));
        Matcher entries = Pattern.compile("\\[(\\d+),(\\d+)(?:,(\\d+))?\\]").matcher(lines.get(lines.size() - 1));
        while (entries.find()) {
            long number = Long.parseLong(entries.group(1));
            String prefix = "{\"kind\":\"thread\",\"n\":" + number + ",\"id\":" + id + ",";
            if (lines.stream().anyMatch(one -> one.startsWith(prefix))) {
                String before = entries.group(3);
                return new long[] {number, Long.parseLong(entries.group(2)), before == null ? 0 : Long.parseLong(before)};
            }
        }
        return new long[] {0, 0, 0};
    }

    private static String name(List<String> lines, long number) {
        return lines.stream().filter(one -> one.startsWith("{\"kind\":\"thread\",\"n\":" + number + ",")).findFirst().get()
                .replaceAll(".*\"name\":\"([^\"]*)\".*", "$1");
    }

    @Test
    void allCpuOfAThreadIsCountedOnceAndUnderItsNames() throws Exception {
        Threads threads = new Threads(new SparkDriver(), 0);
        List<String> lines = new ArrayList<>();
        Worker worker = new Worker();
        long sum = 0;
        worker.work("task 1");
        long[] first = sampled(threads, lines, worker.getId());
        sum += first[1];
        assertEquals("task 1", name(lines, first[0]));
        assertEquals(0, first[2]);
        worker.work("task 1");
        long[] same = sampled(threads, lines, worker.getId());
        sum += same[1];
        assertEquals(first[0], same[0]);
        assertEquals(0, same[2]);
        assertTrue(same[1] >= 30_000);
        sum += sampled(threads, lines, worker.getId())[1];
        worker.work("task 2");
        worker.work("task 3");
        long[] renamed = sampled(threads, lines, worker.getId());
        sum += renamed[1];
        assertEquals("task 3", name(lines, renamed[0]));
        assertEquals("task 1", name(lines, renamed[2]));
        assertTrue(renamed[1] >= 60_000);
        assertTrue(sum <= worker.cpuUs() + 3, "no more than there was");
        sum += sampled(threads, lines, worker.getId())[1];
        assertEquals(worker.cpuUs(), sum, 3);
        worker.interrupt();
        worker.join();
        assertEquals(0, sampled(threads, lines, worker.getId())[1]);
    }

    @Test
    void stacksAreOfThoseWhoWork() throws Exception {
        Threads threads = new Threads(new SparkDriver(), 32);
        List<String> lines = new ArrayList<>();
        sampled(threads, lines, 0);
        Thread busy = new Thread(() -> burn(1000), "busy");
        busy.start();
        Thread.sleep(100);
        long[] found = sampled(threads, lines, busy.getId());
        busy.join();
        String sample = lines.get(lines.size() - 1);
        String stacks = sample.substring(sample.indexOf("\"stacks\""));
        Matcher mine = Pattern.compile("\\[" + found[0] + ",(\\d+),\"([RBWT])\"\\]").matcher(stacks);
        assertTrue(mine.find(), sample);
        String frames = lines.stream().filter(one -> one.startsWith("{\"kind\":\"stack\",\"n\":" + mine.group(1) + ","))
                .findFirst().get();
        assertTrue(frames.contains("\"frames\":\"java.lang.Thread.run;"), frames);
        assertTrue(frames.contains("org.pertract.agent.ThreadsTest.burn"), frames);
        assertEquals("R", mine.group(2));
    }
}
