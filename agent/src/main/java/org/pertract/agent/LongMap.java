package org.pertract.agent;

import java.util.Arrays;

/** A hash table from numbers other than zero to objects, without a box for every number. */
final class LongMap<V> {
    private long[] keys = new long[256];
    private Object[] values = new Object[256];
    private int size;

    /** No lambda, here and elsewhere: the first one in a JVM costs more than a minute of sampling. */
    interface Test<V> {
        boolean passes(V value);
    }

    int size() {
        return size;
    }

    @SuppressWarnings("unchecked")
    V get(long key) {
        return (V) values[place(key)];
    }

    void put(long key, V value) {
        int at = place(key);
        if (values[at] == null) {
            size++;
        }
        keys[at] = key;
        values[at] = value;
        if (size * 2 > keys.length) {
            rebuild(keys.length * 2, null);
        }
    }

    void clear() {
        keys = new long[256];
        values = new Object[256];
        size = 0;
    }

    /** Forget everything that does not pass. */
    void keep(Test<V> passes) {
        rebuild(keys.length, passes);
    }

    @SuppressWarnings("unchecked")
    private void rebuild(int room, Test<V> passes) {
        long[] oldKeys = keys;
        Object[] oldValues = values;
        keys = new long[room];
        values = new Object[room];
        size = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != null && (passes == null || passes.passes((V) oldValues[i]))) {
                int at = place(oldKeys[i]);
                keys[at] = oldKeys[i];
                values[at] = oldValues[i];
                size++;
            }
        }
        Arrays.fill(oldValues, null);
    }

    private int place(long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        int at = (int) (mixed >>> 40) & (keys.length - 1);
        while (values[at] != null && keys[at] != key) {
            at = (at + 1) & (keys.length - 1);
        }
        return at;
    }
}
