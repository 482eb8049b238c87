package io.freshet.app.lsyncd;

import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.Deque;
import org.luaj.vm2.Lua;
import org.luaj.vm2.LuaClosure;
import org.luaj.vm2.LuaFunction;
import org.luaj.vm2.LuaString;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.Prototype;
import org.luaj.vm2.Varargs;
import org.luaj.vm2.lib.DebugLib;

/** Counts the instructions of one run, knows its line, and ends it at its limits. Offers the script nothing. */
final class Meter extends DebugLib {
    private static final int MEASURE_EVERY = 256;
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** A limit was reached. No exception, because those a script can catch. */
    static final class Exceeded extends Error {
        private static final long serialVersionUID = 1L;

        Exceeded(String message) {
            super(message, null, false, false);
        }
    }

    /** A function under way, and its registers. */
    private static final class Frame {
        private final Prototype code;
        private final LuaValue[] registers;

        private Frame(Prototype code, LuaValue[] registers) {
            this.code = code;
            this.registers = registers;
        }
    }

    private final Limits limits;
    private final Deque<Frame> running = new ArrayDeque<>();
    private final long deadline;
    private long bytesBefore = -1;
    private long instructions;
    private volatile int line;

    Meter(Limits limits) {
        this.limits = limits;
        this.deadline = System.nanoTime() + limits.time().toNanos();
    }

    /** Returns the line that is being carried out. */
    int line() {
        return line;
    }

    @Override
    public void onCall(LuaFunction function) {
        Frame caller = running.peek();
        running.push(caller == null ? new Frame(new Prototype(), new LuaValue[0]) : caller);
    }

    @Override
    public void onCall(LuaClosure closure, Varargs arguments, LuaValue[] stack) {
        running.push(new Frame(closure.p, stack));
    }

    @Override
    public void onReturn() {
        running.poll();
    }

    @Override
    public String traceback(int level) {
        return "";
    }

    @Override
    public void onInstruction(int at, Varargs arguments, int top) {
        Frame frame = running.peek();
        Prototype code = frame == null ? null : frame.code;
        if (code != null && code.lineinfo != null && at < code.lineinfo.length) {
            line = code.lineinfo[at];
        }
        if (++instructions > limits.instructions()) {
            throw new Exceeded("does not end: " + limits.instructions() + " instructions were carried out");
        }
        long joined = frame == null ? 0 : joined(frame, at);
        if (joined > 0 || instructions % MEASURE_EVERY == 0) {
            measure(joined);
        }
    }

    /** Returns how long the string is that an instruction is about to make of others: each may double what there is. */
    private static long joined(Frame frame, int at) {
        int instruction = frame.code.code == null ? 0 : frame.code.code[at];
        if (Lua.GET_OPCODE(instruction) != Lua.OP_CONCAT) {
            return 0;
        }
        long length = 0;
        for (int i = Lua.GETARG_B(instruction); i <= Lua.GETARG_C(instruction); i++) {
            length += frame.registers[i] instanceof LuaString string ? string.m_length : 1;
        }
        return length;
    }

    /**
     * Ends the run if it has taken too much.
     *
     * @param next what is about to be taken besides
     */
    void measure(long next) {
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        if (bytesBefore < 0) {
            bytesBefore = bytes;
        }
        if (bytes - bytesBefore + next > limits.bytes()) {
            throw new Exceeded("takes too much memory: more than " + (limits.bytes() >> 20) + " MiB");
        }
        if (System.nanoTime() - deadline > 0) {
            throw new Exceeded("does not end: it was given " + limits.time().toSeconds() + " s");
        }
    }
}
