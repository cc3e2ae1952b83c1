package org.pertract.agent;

import java.lang.reflect.Method;

/**
 * The id that Spark gave to the application of this driver. Asked only when Spark's scheduler is up, so that its classes
 * are loaded already; read from the settings of the running context, which takes no lock.
 */
final class SparkDriver {
    /** Runs while a context is up. */
    static final String SIGN = "dag-scheduler-event-loop";
    /** How often it is asked again, for a JVM may run one application after the other. */
    private static final int ROUNDS = 10;
    private ClassLoader loader;
    private boolean isUp;
    private int round;

    /** The scheduler's thread was seen. */
    void isUp(ClassLoader itsLoader) {
        isUp = true;
        loader = itsLoader == null ? ClassLoader.getSystemClassLoader() : itsLoader;
    }

    /** Return the id if it is known and was not asked just now, else null. */
    String application(boolean isKnown) {
        if (!isUp || isKnown && ++round % ROUNDS != 0) {
            return null;
        }
        try {
            Class<?> type = Class.forName("org.apache.spark.SparkEnv", false, loader);
            Object environment = type.getMethod("get").invoke(null);
            if (environment == null) {
                return null;
            }
            Object settings = type.getMethod("conf").invoke(environment);
            Method get = settings.getClass().getMethod("get", String.class, String.class);
            String id = (String) get.invoke(settings, "spark.app.id", "");
            return id.isEmpty() ? null : id;
        } catch (ReflectiveOperationException | LinkageError notSpark) {
            isUp = false;
            return null;
        }
    }
}
