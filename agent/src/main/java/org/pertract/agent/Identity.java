package org.pertract.agent;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whose process this is, from its command line and environment. */
final class Identity {
    private static final Pattern CONTAINER = Pattern.compile("container_(?:e\\d+_)?(\\d+_\\d+)_(\\d+)_\\d+");
    /** Null while it is not known; a driver learns it later. */
    String application;
    final String executor;
    final String host;
    final String container;
    /** YARN's application attempt; -1 if there is none. */
    final int attempt;
    final String main;

    Identity(String command, Map<String, String> environment, Options options, Proc proc) {
        String[] words = command == null ? new String[] {""} : command.split(" ");
        main = words[0].endsWith(".jar") ? words[0].substring(words[0].lastIndexOf('/') + 1) : words[0];
        boolean isPod = environment.containsKey("KUBERNETES_SERVICE_HOST");
        String pod = isPod ? environment.get("HOSTNAME") : null;
        container = first(environment.get("CONTAINER_ID"), environment.get("SPARK_EXECUTOR_POD_NAME"), pod);
        Matcher yarn = CONTAINER.matcher(container == null ? "" : container);
        boolean isYarn = yarn.matches();
        attempt = isYarn ? Integer.parseInt(yarn.group(2)) : -1;
        application = first(options.application, after(words, "--app-id"), environment.get("SPARK_APPLICATION_ID"),
                isYarn ? "application_" + yarn.group(1) : null);
        executor = first(options.executor, after(words, "--executor-id"), byMain(words),
                environment.get("SPARK_EXECUTOR_ID"));
        host = first(after(words, "--hostname"), environment.get("NM_HOST"),
                proc.line("/proc/sys/kernel/hostname"), environment.get("HOSTNAME"),
                afterAt(ManagementFactory.getRuntimeMXBean().getName()), "unknown");
    }

    private static String byMain(String[] words) {
        switch (words[0]) {
            case "org.apache.spark.deploy.SparkSubmit":
            case "org.apache.spark.deploy.yarn.ApplicationMaster":
            case "org.apache.spark.deploy.worker.DriverWrapper":
                return "driver";
            case "org.apache.hadoop.mapred.YarnChild":
                return words.length > 3 ? words[3] : null;
            default:
                return null;
        }
    }

    /** Only of executors: what stands in another program's command line can mean anything. */
    private static String after(String[] words, String option) {
        for (int i = 1; words[0].endsWith("ExecutorBackend") && i + 1 < words.length; i++) {
            if (words[i].equals(option)) {
                return words[i + 1];
            }
        }
        return null;
    }

    private static String afterAt(String name) {
        int at = name.indexOf('@');
        return at < 0 ? null : name.substring(at + 1);
    }

    private static String first(String... candidates) {
        for (String candidate : candidates) {
            if (candidate != null && !candidate.isEmpty()) {
                return candidate;
            }
        }
        return null;
    }
}
