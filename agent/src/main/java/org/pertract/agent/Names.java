package org.pertract.agent;

import java.io.IOException;

/** Numbers for names of threads and for stacks; each is written before it is first used in a part. */
final class Names {
    /** With more in a part, the next part begins: so the memory for them has a bound. */
    static final int MOST_STACKS = 5000;
    static final int LONGEST = 400;
    private final Output output;
    private final Line line = new Line();
    private final LongMap<Integer> stacks = new LongMap<>();
    private final StringBuilder folded = new StringBuilder();
    private int threads;
    private int part;

    /** A thread while it had one name. */
    static final class Name {
        final long id;
        final String text;
        final String group;
        private int number;
        private int part = -1;

        Name(long id, String text, String group) {
            this.id = id;
            this.text = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
            this.group = group;
        }
    }

    Names(Output output) {
        this.output = output;
    }

    void beginPart() {
        part++;
        threads = 0;
        stacks.clear();
    }

    boolean isFull() {
        return stacks.size() >= MOST_STACKS;
    }

    /** Return the number of a thread's name. */
    int number(Name name) throws IOException {
        if (name.part != part) {
            name.part = part;
            name.number = ++threads;
            line.begin("thread").field("n", name.number).field("id", name.id).field("name", name.text);
            output.write(line.field("pool", pool(name.text)).field("group", name.group));
        }
        return name.number;
    }

    /** Return the number of a stack. */
    int number(StackTraceElement[] stack, int depth) throws IOException {
        long hash = 1;
        for (StackTraceElement frame : stack) {
            hash = (hash * 31 + frame.getClassName().hashCode()) * 0x9E3779B97F4A7C15L + frame.getMethodName().hashCode();
            hash ^= hash >>> 29;
        }
        Integer known = stacks.get(hash);
        if (known != null) {
            return known;
        }
        int number = stacks.size() + 1;
        stacks.put(hash, number);
        folded.setLength(0);
        if (stack.length >= depth) {
            folded.append("...;");
        }
        for (int i = stack.length - 1; i >= 0; i--) {
            folded.append(stack[i].getClassName()).append('.').append(stack[i].getMethodName());
            folded.append(i > 0 ? ";" : "");
        }
        output.write(line.begin("stack").field("n", number).field("frames", folded.toString()));
        return number;
    }

    /** Return a name without what tells the threads of a pool apart. */
    static String pool(String name) {
        int end = name.indexOf(" for ");
        end = end < 0 ? name.length() : end;
        if (end > 0 && name.charAt(end - 1) == ')' && name.lastIndexOf('(', end) > 0) {
            end = name.lastIndexOf('(', end);
        }
        while (end > 0 && "0123456789-_#. ".indexOf(name.charAt(end - 1)) >= 0) {
            end--;
        }
        return end == 0 ? name : name.substring(0, end);
    }
}
