package org.pertract.agent;

/** The entry of {@code -javaagent}: reads the options and starts one daemon thread, which does everything else. */
public final class Agent {
    static final String NAME = "pertract-agent";
    /** The longest that the end of the JVM waits for the last sample. */
    private static final long LAST_MS = 1000;

    private Agent() {}

    /** Called by the JVM before {@code main}. Whatever happens, the application starts. */
    public static void premain(String arguments) {
        try {
            start(Options.parse(arguments));
        } catch (Throwable broken) {
            tell("switched off: " + broken);
        }
    }

    static Sampler start(Options options) {
        Sampler sampler = new Sampler(options);
        Thread thread = new Thread(sampler, NAME);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        Runtime.getRuntime().addShutdownHook(new Thread(NAME + "-end") {
            @Override
            public void run() {
                sampler.end(thread);
                try {
                    thread.join(LAST_MS);
                } catch (InterruptedException stopped) {
                    // The JVM ends anyway.
                }
            }
        });
        thread.start();
        return sampler;
    }

    /** Say a sentence on the error stream; nothing is ever written to the output. */
    static void tell(String sentence) {
        System.err.println(NAME + ": " + sentence);
    }
}
