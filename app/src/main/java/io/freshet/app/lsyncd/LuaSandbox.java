package io.freshet.app.lsyncd;

import java.io.ByteArrayInputStream;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.luaj.vm2.Globals;
import org.luaj.vm2.LuaError;
import org.luaj.vm2.LuaString;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.Varargs;
import org.luaj.vm2.compiler.LuaC;
import org.luaj.vm2.lib.BaseLib;
import org.luaj.vm2.lib.StringLib;
import org.luaj.vm2.lib.TableLib;
import org.luaj.vm2.lib.VarArgFunction;
import org.luaj.vm2.lib.jse.JseMathLib;

/**
 * Runs a program in Lua that nobody vouches for: it can reach nothing of this machine, and ends when it has had enough.
 *
 * <p>There is no {@code io}, {@code os}, {@code debug}, {@code package} and {@code coroutine}, nothing that loads code, and
 * no way to Java. Instructions, memory and time are limited as {@link Limits} say. They are looked at between
 * instructions; one alone can still take what the Java virtual machine has, which ends the run like any other limit, and
 * one that does not come back is left behind on a thread that dies with the process.
 */
final class LuaSandbox {
    private static final String[] NO_FUNCTIONS = {
        "require", "dofile", "loadfile", "load", "loadstring", "module", "setfenv", "getfenv"
    };
    private static final String[] NO_LIBRARIES = {"io", "os", "debug", "package", "coroutine", "posix", "lfs", "luajava"
    };
    private static final int LONGEST_STRING = 1 << 20;
    private static final long STACK_BYTES = 4L << 20;

    private final String name;
    private final Meter meter;
    private final Globals globals;

    /** @param name what messages call the program */
    LuaSandbox(String name, Limits limits) {
        this.name = name;
        this.meter = new Meter(limits);
        this.globals = globals(meter);
    }

    Globals globals() {
        return globals;
    }

    /** Returns the line that is being carried out, or was last. */
    int line() {
        return meter.line();
    }

    private static Globals globals(Meter meter) {
        Globals globals = new Globals();
        LuaTable loaded = new LuaTable();
        loaded.set("loaded", new LuaTable());
        globals.set("package", loaded);
        globals.load(new BaseLib());
        // Shared by all there are of this virtual machine, and made by the first.
        LuaString.s_metatable = null;
        globals.load(new StringLib());
        globals.load(new TableLib());
        globals.load(new JseMathLib());
        LuaC.install(globals);
        // Text only: nothing that reads compiled code is installed.
        globals.undumper = null;
        globals.finder = null;
        globals.debuglib = meter;
        globals.set("unpack", globals.get("table").get("unpack"));
        globals.set("print", new Nothing());
        globals.set("collectgarbage", new Nothing());
        for (String function : NO_FUNCTIONS) {
            globals.set(function, new Refusal(function));
        }
        for (String library : NO_LIBRARIES) {
            globals.set(library, refused(library));
        }
        limitStrings(globals.get("string"), meter);
        return globals;
    }

    private static void limitStrings(LuaValue strings, Meter meter) {
        strings.set("dump", LuaValue.NIL);
        limit(
                strings,
                "rep",
                meter,
                arguments -> arguments.checkstring(1).length() * Math.max(1, arguments.checklong(2)));
        limit(
                strings,
                "gsub",
                meter,
                arguments -> (long) arguments.checkstring(1).length()
                        * (arguments.arg(3).isstring()
                                ? Math.max(1, arguments.checkstring(3).length())
                                : 1));
    }

    private interface Size {
        long of(Varargs arguments);
    }

    /** Lets a function of the library refuse what would make more in one go than anybody needs. */
    private static void limit(LuaValue library, String function, Meter meter, Size size) {
        LuaValue original = library.get(function);
        library.set(function, new VarArgFunction() {
            @Override
            public Varargs invoke(Varargs arguments) {
                long next = size.of(arguments);
                if (next > LONGEST_STRING) {
                    throw new LuaError("string." + function + " would make a string of more than "
                            + (LONGEST_STRING >> 20) + " MiB");
                }
                meter.measure(next);
                return original.invoke(arguments);
            }
        });
    }

    private static LuaTable refused(String library) {
        LuaTable way = new LuaTable();
        way.set("__index", new VarArgFunction() {
            @Override
            public Varargs invoke(Varargs arguments) {
                throw new LuaError(refusal(library + "." + arguments.arg(2).tojstring()));
            }
        });
        way.set("__metatable", LuaValue.FALSE);
        LuaTable table = new LuaTable();
        table.setmetatable(way);
        return table;
    }

    private static String refusal(String what) {
        return what + " is not available: a configuration that is imported reaches nothing of this machine;"
                + " write what it gives in its place";
    }

    private static final class Refusal extends VarArgFunction {
        private final String function;

        private Refusal(String function) {
            this.function = function;
        }

        @Override
        public Varargs invoke(Varargs arguments) {
            throw new LuaError(refusal(function));
        }
    }

    /** Does nothing. */
    static final class Nothing extends VarArgFunction {
        @Override
        public Varargs invoke(Varargs arguments) {
            return LuaValue.NONE;
        }
    }

    /**
     * Runs a program to its end.
     *
     * @throws ImportException with file and line if it is wrong or reached a limit
     */
    void run(byte[] program, Limits limits) {
        if (program.length > 0 && program[0] == LuaProgram.COMPILED) {
            throw new ImportException(name + ": this is compiled Lua; give the text it was made of");
        }
        FutureTask<Void> task = new FutureTask<>(() -> {
            globals.load(new ByteArrayInputStream(program), "@" + name, "t", globals)
                    .call();
            return null;
        });
        Thread thread = new Thread(null, task, "lsyncd-configuration", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        try {
            // A little later than the program would end itself, if it can.
            task.get(limits.time().plusMillis(500).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException stuck) {
            throw new ImportException(
                    place() + "does not end: it was given " + limits.time().toSeconds() + " s");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ImportException(place() + "was interrupted");
        } catch (ExecutionException failure) {
            throw explained(Objects.requireNonNull(failure.getCause()));
        }
    }

    private String place() {
        return name + ":" + line() + ": ";
    }

    private ImportException explained(Throwable failure) {
        if (failure instanceof LuaError error) {
            return new ImportException(LuaProgram.message(name, String.valueOf(error.getMessage())));
        }
        if (failure instanceof Meter.Exceeded) {
            return new ImportException(place() + failure.getMessage());
        }
        if (failure instanceof OutOfMemoryError) {
            return new ImportException(place() + "takes too much memory");
        }
        if (failure instanceof StackOverflowError) {
            return new ImportException(place() + "nests too deeply");
        }
        return new ImportException(place() + "cannot be carried out: " + failure);
    }
}
