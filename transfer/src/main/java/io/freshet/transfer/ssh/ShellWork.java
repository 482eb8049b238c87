package io.freshet.transfer.ssh;

import io.freshet.file.ExtendedAttributes;
import io.freshet.file.ExtendedAttributes.Selection;
import io.freshet.path.TextForm;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What of a delivery SFTP cannot do and the target's shell does: nodes and extended attributes, for many paths by one command.
 * Whether it worked is looked at, not believed. Used by the session's thread.
 */
final class ShellWork {
    private static final int MOST = 250;
    /** What is complete but for this does not wait longer for others. */
    private static final long LONGEST_NANOS = 200_000_000;

    /** One path that is to have these extended attributes. */
    private record Wish(String remote, ExtendedAttributes wanted, boolean bare, Consumer<@Nullable String> then) {}

    private record NewNode(String remote, RemoteShell.Node node, Runnable then) {}

    private final RemoteShell shell;
    private final TargetFacts facts;
    private final byte[] house;
    private final Selection selection;
    private final List<Wish> wishes = new ArrayList<>();
    private final List<NewNode> nodes = new ArrayList<>();
    private long since;

    ShellWork(RemoteShell shell, TargetFacts facts, byte[] house) {
        this.shell = shell;
        this.facts = facts;
        this.house = house;
        this.selection = facts.fidelity().extended();
    }

    /**
     * Returns whether something is to be done so that a path has these and no others.
     *
     * @param staged whether it was just made in the staging area
     */
    boolean isNeeded(ExtendedAttributes wanted, boolean staged) {
        return !selection.isEmpty()
                && !wanted.equals(ExtendedAttributes.NOT_ASKED)
                && !(staged && facts.bareStaging() && mine(wanted.values()).isEmpty());
    }

    /** @param then gets what is wrong, in words, or null */
    void setExtended(byte[] remote, ExtendedAttributes wanted, boolean staged, Consumer<@Nullable String> then) {
        begin();
        wishes.add(new Wish(text(remote), wanted, staged && facts.bareStaging(), then));
    }

    /** @param then is called whether or not it is there */
    void make(byte[] remote, RemoteShell.Node node, Runnable then) {
        begin();
        nodes.add(new NewNode(text(remote), node, then));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private void begin() {
        if (wishes.isEmpty() && nodes.isEmpty()) {
            since = System.nanoTime();
        }
    }

    boolean isDue() {
        int waiting = wishes.size() + nodes.size();
        return waiting >= MOST || (waiting > 0 && System.nanoTime() - since > LONGEST_NANOS);
    }

    /** Does what has gathered; returns whether that was anything. */
    boolean carryOut() {
        List<NewNode> newNodes = List.copyOf(nodes);
        nodes.clear();
        if (!newNodes.isEmpty()) {
            Map<String, RemoteShell.Node> byPath = new LinkedHashMap<>();
            newNodes.forEach(node -> byPath.put(node.remote(), node.node()));
            shell.makeNodes(byPath);
            newNodes.forEach(node -> node.then().run());
        }
        List<Wish> all = List.copyOf(wishes);
        wishes.clear();
        for (int from = 0; from < all.size(); from += MOST) {
            setExtended(all.subList(from, Math.min(all.size(), from + MOST)));
        }
        return !newNodes.isEmpty() || !all.isEmpty();
    }

    private void setExtended(List<Wish> some) {
        List<Wish> unknown = some.stream().filter(wish -> !wish.bare()).toList();
        Optional<Map<String, Map<String, byte[]>>> present = Optional.of(Map.of());
        if (!unknown.isEmpty()) {
            present = read(unknown);
        }
        boolean changed = present.isPresent() && change(some, present.get());
        Optional<Map<String, Map<String, byte[]>>> outcome = changed ? read(some) : present;
        // They were flushed before they had this.
        boolean flushed = !changed || shell.flush(house);
        for (Wish wish : some) {
            wish.then()
                    .accept(
                            outcome.isEmpty() || !flushed
                                    ? "the shell there did not answer, or could not flush what it did"
                                    : problem(wish, outcome.get()));
        }
    }

    private Optional<Map<String, Map<String, byte[]>>> read(List<Wish> some) {
        return shell.extended(some.stream()
                .map(wish -> wish.remote().getBytes(StandardCharsets.ISO_8859_1))
                .toList());
    }

    /** Returns whether anything was to be changed. */
    private boolean change(List<Wish> some, Map<String, Map<String, byte[]>> present) {
        List<String> removals = new ArrayList<>();
        Map<String, Map<String, byte[]>> additions = new LinkedHashMap<>();
        for (Wish wish : some) {
            Map<String, byte[]> wanted = mine(wish.wanted().values());
            Map<String, byte[]> there = mine(present.getOrDefault(wish.remote(), Map.of()));
            there.keySet().stream().filter(name -> !wanted.containsKey(name)).forEach(name -> {
                removals.add(text(TextForm.decode(name)));
                removals.add(wish.remote());
            });
            Map<String, byte[]> missing = new TreeMap<>(wanted);
            missing.entrySet().removeIf(entry -> Arrays.equals(entry.getValue(), there.get(entry.getKey())));
            if (!missing.isEmpty()) {
                additions.put(wish.remote(), missing);
            }
        }
        if (!removals.isEmpty()) {
            shell.removeExtended(removals);
        }
        if (!additions.isEmpty()) {
            shell.setExtended(additions);
        }
        return !removals.isEmpty() || !additions.isEmpty();
    }

    private @Nullable String problem(Wish wish, Map<String, Map<String, byte[]>> outcome) {
        Map<String, byte[]> wanted = mine(wish.wanted().values());
        Map<String, byte[]> there = mine(outcome.getOrDefault(wish.remote(), Map.of()));
        for (Map.Entry<String, byte[]> attribute : wanted.entrySet()) {
            if (!Arrays.equals(attribute.getValue(), there.get(attribute.getKey()))) {
                return "the account may not set the extended attribute " + attribute.getKey()
                        + " there, or the file system does not keep it";
            }
        }
        return there.keySet().stream()
                .filter(name -> !wanted.containsKey(name))
                .findFirst()
                .map(name -> "the account may not remove the extended attribute " + name + " there")
                .orElse(null);
    }

    private Map<String, byte[]> mine(Map<String, byte[]> attributes) {
        return selection.covered(attributes, facts.isSuperuser());
    }
}
