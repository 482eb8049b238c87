package io.freshet.app.lsyncd;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.luaj.vm2.LuaError;
import org.luaj.vm2.LuaNumber;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.Varargs;
import org.luaj.vm2.lib.OneArgFunction;

/** A configuration of lsyncd, which is a program: it is run, and what it hands to {@code settings} and {@code sync} is noted. */
final class LuaProgram {
    /** The first byte of compiled Lua. */
    static final byte COMPILED = 0x1b;

    private static final int DEEPEST = 8;
    /** What lsyncd offers and a configuration may call; it would do something only while lsyncd runs. */
    private static final List<String> AT_RUN_TIME =
            List.of("log", "alarm", "spawn", "spawnShell", "terminate", "now", "monitor", "telldelay", "nonobserve");

    private final LuaSandbox sandbox;
    private final Map<LuaTable, Sync.Mode> defaults = new LinkedHashMap<>();
    private final List<Sync> syncs = new ArrayList<>();
    private Item.Group settings = Item.Group.EMPTY;

    private LuaProgram(LuaSandbox sandbox) {
        this.sandbox = sandbox;
    }

    /**
     * Runs a configuration.
     *
     * @param name what messages call it
     * @throws ImportException with file and line if it is wrong, or does what it may not
     */
    static LsyncdConfiguration read(byte[] program, String name, Limits limits) {
        LuaSandbox sandbox = new LuaSandbox(name, limits);
        LuaProgram running = new LuaProgram(sandbox);
        running.offer(sandbox.globals());
        sandbox.run(program, limits);
        // Up to lsyncd 2.0 it was a variable.
        if (sandbox.globals().rawget("settings") instanceof LuaTable old) {
            running.settings = running.group(old, 0).over(running.settings);
        }
        return new LsyncdConfiguration(running.settings, running.syncs);
    }

    /** Returns Lua's message as others are: file, line, colon. */
    static String message(String name, String told) {
        String message = told.strip();
        Matcher place = Pattern.compile("@?" + Pattern.quote(name) + ":(\\d+):? ?(.*)", Pattern.DOTALL)
                .matcher(message);
        return place.matches() ? name + ":" + place.group(1) + ": " + place.group(2) : name + ": " + message;
    }

    private void offer(LuaTable globals) {
        LuaTable ready = new LuaTable();
        ready.set("rsync", ready(Sync.Mode.RSYNC));
        ready.set("rsyncssh", ready(Sync.Mode.RSYNCSSH));
        ready.set("direct", ready(Sync.Mode.DIRECT));
        globals.set("default", ready);
        globals.set("settings", new OneArgFunction() {
            @Override
            public LuaValue call(LuaValue given) {
                settings = group(given.checktable(), 0).over(settings);
                return LuaValue.NIL;
            }
        });
        globals.set("sync", new OneArgFunction() {
            @Override
            public LuaValue call(LuaValue given) {
                noted(given);
                return LuaValue.NIL;
            }
        });
        AT_RUN_TIME.forEach(function -> globals.set(function, new LuaSandbox.Nothing()));
    }

    private LuaTable ready(Sync.Mode mode) {
        LuaTable table = new LuaTable();
        defaults.put(table, mode);
        return table;
    }

    private void noted(LuaValue given) {
        if (!given.istable()) {
            throw new LuaError("sync needs a table: sync{default.rsync, source = …, target = …}");
        }
        Sync.Mode mode = mode(given.checktable(), 0);
        syncs.add(new Sync(sandbox.line(), mode == null ? Sync.Mode.OWN : mode, inherited(given.checktable(), 0)));
    }

    /** Returns which of the ready-made tables is inherited first. */
    private Sync.@Nullable Mode mode(LuaTable table, int depth) {
        for (Map.Entry<LuaTable, Sync.Mode> ready : defaults.entrySet()) {
            if (table.raweq(ready.getKey())) {
                return ready.getValue();
            }
        }
        for (LuaTable parent : parents(table, depth)) {
            Sync.Mode mode = mode(parent, depth + 1);
            if (mode != null) {
                return mode;
            }
        }
        return null;
    }

    /** Returns what a table says, and what it inherits from those that stand in it without a name. */
    private Item.Group inherited(LuaTable table, int depth) {
        Item.Group own = group(table, depth);
        for (LuaTable parent : parents(table, depth)) {
            own = own.over(inherited(parent, depth + 1));
        }
        return new Item.Group(own.named(), List.of());
    }

    private static List<LuaTable> parents(LuaTable table, int depth) {
        List<LuaTable> parents = new ArrayList<>();
        for (int i = 1; i <= table.rawlen(); i++) {
            if (table.rawget(i) instanceof LuaTable parent) {
                parents.add(parent);
            }
        }
        if (depth > DEEPEST && !parents.isEmpty()) {
            throw new LuaError("a table inherits from itself, or too deeply");
        }
        return parents;
    }

    private Item.Group group(LuaTable table, int depth) {
        if (depth > DEEPEST) {
            throw new LuaError("a table holds itself, or nests too deeply");
        }
        Map<String, Item> named = new LinkedHashMap<>();
        List<Item> listed = new ArrayList<>();
        for (int i = 1; i <= table.rawlen(); i++) {
            listed.add(item(table.rawget(i), depth));
        }
        LuaValue key = LuaValue.NIL;
        for (Varargs entry = table.next(key); !entry.arg1().isnil(); entry = table.next(key)) {
            key = entry.arg1();
            if (!(key instanceof LuaNumber)) {
                named.put(text(key), item(entry.arg(2), depth));
            }
        }
        return new Item.Group(named, listed);
    }

    private Item item(LuaValue value, int depth) {
        if (value instanceof LuaTable table) {
            boolean isReady = defaults.keySet().stream().anyMatch(table::raweq);
            return isReady ? Item.Group.EMPTY : group(table, depth + 1);
        }
        if (value.isboolean()) {
            return new Item.Flag(value.toboolean());
        }
        return value.isstring() ? new Item.Text(text(value)) : new Item.Code();
    }

    private static String text(LuaValue value) {
        return value.isstring() && !value.isnumber()
                ? new String(bytes(value), StandardCharsets.UTF_8)
                : value.tojstring();
    }

    private static byte[] bytes(LuaValue value) {
        byte[] bytes = new byte[value.checkstring().m_length];
        value.checkstring().copyInto(0, bytes, 0, bytes.length);
        return bytes;
    }
}
