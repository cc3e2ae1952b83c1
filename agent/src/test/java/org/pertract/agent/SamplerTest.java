package org.pertract.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SamplerTest {
    @TempDir
    File folder;

    private List<String> run(String options, int burnMs, boolean isEnded) throws Exception {
        Sampler sampler = new Sampler(Options.parse("folder=" + folder + "," + options));
        Thread thread = new Thread(sampler, Agent.NAME);
        thread.start();
        ThreadsTest.burn(burnMs);
        if (isEnded) {
            sampler.end(thread);
        }
        while (thread.isAlive()) {
            ThreadsTest.burn(5); // of a process that does little there are few samples
        }
        List<String> all = new ArrayList<>();
        for (File file : Written.files(folder)) {
            List<String> lines = Written.lines(file);
            assertTrue(Written.is(lines.get(0), "process"), "each part begins with who it is of");
            all.addAll(lines);
        }
        return all;
    }

    private static long sum(List<String> lines, String kind, String key) {
        return lines.stream().filter(line -> Written.is(line, kind)).mapToLong(line -> Written.number(line, key)).sum();
    }

    @Test
    void whatIsWrittenAddsUpToWhatTheProcessUsed() throws Exception {
        List<String> lines = run("interval=20ms,system=100ms", 1200, true);
        String end = lines.get(lines.size() - 1);
        assertTrue(end.startsWith("{\"kind\":\"end\""));
        assertTrue(end.contains("\"reason\":\"exit\""));
        long total = Written.number(end, "cpu_us");
        assertEquals(total, sum(lines, "sample", "cpu_us"), 1000);
        assertEquals(total, sum(lines, "system", "cpu_us"), 1000);
        assertEquals(lines.stream().filter(line -> Written.is(line, "sample")).count(), Written.number(end, "samples"));
        assertTrue(lines.stream().filter(line -> Written.is(line, "system")).count() >= 4);
        long upTimeUs = ManagementFactory.getRuntimeMXBean().getUptime() * 1000;
        assertEquals(upTimeUs, sum(lines, "sample", "dt_us"), 2_000_000, "the first interval begins with the JVM");
        for (String line : lines) {
            assertTrue(line.startsWith("{") && line.endsWith("}"), line);
        }
    }

    @Test
    void atItsLimitTheAgentEndsAndSaysSo() throws Exception {
        List<String> lines = run("interval=1ms,system=2ms,max=12000,part=10000", 0, false);
        String end = lines.get(lines.size() - 1);
        assertTrue(end.contains("\"reason\":\"max\""), end);
        assertEquals(2, Written.files(folder).size());
        long bytes = Written.files(folder).stream().mapToLong(File::length).sum();
        assertTrue(bytes < 13_000, bytes + " bytes");
    }

    @Test
    void anErrorEndsTheAgentAndNothingElse() throws Exception {
        File blocked = new File(folder, "file");
        assertTrue(blocked.createNewFile());
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true));
        try {
            Sampler sampler = Agent.start(Options.parse("folder=" + new File(blocked, "x")));
            for (int i = 0; i < 200 && said.size() == 0; i++) {
                Thread.sleep(20);
            }
            sampler.end(Thread.currentThread());
        } finally {
            System.setErr(before);
        }
        assertEquals(1, said.toString().trim().split("\n").length);
        assertTrue(said.toString().startsWith("pertract-agent: switched off: "));
        assertFalse(Thread.getAllStackTraces().keySet().stream()
                .anyMatch(one -> one.getName().equals(Agent.NAME) && one.isAlive()
                        && one.getState() == Thread.State.TIMED_WAITING));
    }

    @Test
    void anAgentThatUsesTooMuchSlowsDown() throws Exception {
        Sampler sampler = new Sampler(Options.parse("folder=" + folder + ",interval=1ms,system=10ms,budget=0.001"));
        sampler.judgeEveryNs = 100_000_000L;
        Thread thread = new Thread(sampler, Agent.NAME);
        thread.start();
        Thread.sleep(1000);
        sampler.end(thread);
        thread.join();
        List<String> lines = Written.lines(Written.files(folder).get(0));
        String slower = lines.stream().filter(line -> Written.is(line, "interval")).findFirst().get();
        assertEquals(2, Written.number(slower, "interval_ms"));
    }
}
