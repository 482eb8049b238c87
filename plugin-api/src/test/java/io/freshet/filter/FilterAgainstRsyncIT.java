package io.freshet.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.failure.FreshetException;
import io.freshet.path.RelativePath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares {@link FilterRules} with the rsync of this machine: random rules over random trees, what would be sent and
 * what would be deleted.
 */
class FilterAgainstRsyncIT {
    private static final int TREE_SIZE = 400;
    private static final int RULE_SETS_PER_TREE = 30;

    private static final long SEED = Long.getLong("freshet.test.seed", System.nanoTime());
    private final Random random = new Random(SEED);

    @TempDir
    Path scratch;

    private RealRsync rsync;
    private long pairs;
    private int effective;

    @BeforeAll
    static void tellSeed() {
        System.out.println("FilterAgainstRsyncIT: -Dfreshet.test.seed=" + SEED);
    }

    @BeforeEach
    void requireRsync() {
        if (!RealRsync.isInstalled()) {
            if (Boolean.parseBoolean(System.getenv("FRESHET_REQUIRE_CONFORMANCE"))) {
                fail("/usr/bin/rsync is missing, and FRESHET_REQUIRE_CONFORMANCE is true: apt-get install -y rsync");
            }
            assumeTrue(false, "/usr/bin/rsync is missing: apt-get install -y rsync");
        }
        rsync = new RealRsync(scratch);
    }

    @Test
    void sendsWhatRsyncSends() throws Exception {
        compareSending(2);
    }

    @Test
    void deletesWhatRsyncDeletes() throws Exception {
        compareDeleting(2);
    }

    @Test
    @Tag("nightly")
    void agreesWithRsyncAtLength() throws Exception {
        compareSending(50);
        compareDeleting(50);
    }

    private void compareSending(int trees) throws Exception {
        Path empty = Files.createDirectory(scratch.resolve("empty"));
        for (int i = 0; i < trees; i++) {
            RandomTree tree = new RandomTree(random, TREE_SIZE);
            Path source = make(tree, "sending" + i);
            RandomRules rules = new RandomRules(random, tree);
            for (int n = 0; n < RULE_SETS_PER_TREE; n++) {
                RuleSet set = ruleSet(rules, n % 2 == 0 ? 1 : 2 + random.nextInt(5), source);
                Set<RelativePath> expected = rsync.transfers(source, empty, set.options);
                Set<RelativePath> actual = new TreeSet<>();
                for (RelativePath path : tree.paths()) {
                    if (!set.rules.excludes(path, tree.isDirectory(path))) {
                        actual.add(path);
                    }
                }
                compare(set, tree, actual, expected, "transferred");
                effective += actual.size() < tree.paths().size() ? 1 : 0;
            }
        }
        report(trees);
    }

    private void compareDeleting(int trees) throws Exception {
        for (int i = 0; i < trees; i++) {
            RandomTree all = new RandomTree(random, TREE_SIZE);
            RandomTree there = all.part(random, 70);
            RandomTree copied = all.part(random, 90);
            Path source = make(there, "deleting" + i);
            Path target = make(copied, "target" + i);
            RandomRules rules = new RandomRules(random, all);
            Set<RelativePath> unfiltered = deletions(FilterRules.NONE, there, copied);
            for (int n = 0; n < RULE_SETS_PER_TREE; n++) {
                RuleSet set = ruleSet(rules, n % 2 == 0 ? 1 : 2 + random.nextInt(5), null);
                Set<RelativePath> expected = rsync.deletes(source, target, set.options);
                Set<RelativePath> actual = deletions(set.rules, there, copied);
                expected.removeIf(path -> keepsSomethingBelow(path, copied, actual));
                compare(set, copied, actual, expected, "deleted");
                effective += actual.equals(unfiltered) ? 0 : 1;
            }
        }
        report(trees);
    }

    /** Patterns that are refused because they can never match have no effect under rsync. */
    @Test
    void refusesOnlyWhatMatchesNothing() throws Exception {
        RandomTree tree = new RandomTree(random, TREE_SIZE);
        Path source = make(tree, "source");
        Path empty = Files.createDirectory(scratch.resolve("empty"));
        RandomRules rules = new RandomRules(random, tree);
        ByteArrayOutputStream refused = new ByteArrayOutputStream();
        int count = 0;
        while (count < 500) {
            byte[] pattern = rules.pattern();
            // A prefix without a pattern is refused by rsync, too.
            if (pattern.length > 2 && isRefused(pattern)) {
                refused.writeBytes(pattern);
                refused.write('\n');
                count++;
            }
        }
        Path file = Files.write(scratch.resolve("refused"), refused.toByteArray());
        assertThat(rsync.transfers(source, empty, List.of("--exclude-from=" + file)))
                .isEqualTo(tree.paths());
    }

    private static boolean isRefused(byte[] pattern) {
        try {
            FilterRules.builder().excludeFrom(pattern, "pattern");
            return false;
        } catch (FreshetException e) {
            return true;
        }
    }

    /** What a target loses: everything that is not sent and neither protected nor in the way of something protected. */
    private static Set<RelativePath> deletions(FilterRules rules, RandomTree source, RandomTree target) {
        Set<RelativePath> deleted = new TreeSet<>();
        Set<RelativePath> kept = new TreeSet<>();
        for (RelativePath path : target.paths()) {
            boolean directory = target.isDirectory(path);
            RelativePath replicated = path.parent();
            while (!isSent(rules, source, replicated)) {
                replicated = replicated.parent();
            }
            if (isSent(rules, source, path) || rules.protects(path, directory, replicated)) {
                for (RelativePath at = path; !at.isRoot(); at = at.parent()) {
                    kept.add(at);
                }
            } else {
                deleted.add(path);
            }
        }
        deleted.removeAll(kept);
        return deleted;
    }

    /** With {@code --dry-run}, rsync announces the deletion of some directories that it then finds to be not empty. */
    private static boolean keepsSomethingBelow(RelativePath path, RandomTree target, Set<RelativePath> deleted) {
        return target.paths().stream()
                .anyMatch(other -> other.isAtOrBelow(path) && !other.equals(path) && !deleted.contains(other));
    }

    private static boolean isSent(FilterRules rules, RandomTree source, RelativePath path) {
        return path.isRoot() || (source.contains(path) && !rules.excludes(path, source.isDirectory(path)));
    }

    private void compare(
            RuleSet set, RandomTree tree, Set<RelativePath> actual, Set<RelativePath> expected, String verb) {
        pairs += tree.paths().size();
        for (RelativePath path : tree.paths()) {
            if (actual.contains(path) != expected.contains(path)) {
                fail(String.format(
                        Locale.ROOT,
                        "'%s' is %s by %s; rules %s, options %s, seed %d; we say: %s",
                        path,
                        verb,
                        actual.contains(path) ? "us but not by rsync" : "rsync but not by us",
                        set.lines,
                        set.options,
                        SEED,
                        set.rules.explain(path, tree.isDirectory(path))));
            }
        }
    }

    private void report(int trees) {
        System.out.println("FilterAgainstRsyncIT: " + pairs + " pairs of rules and paths agree with rsync; " + effective
                + " of " + trees * RULE_SETS_PER_TREE + " sets of rules made a difference");
        assertThat(effective).isGreaterThan(trees * RULE_SETS_PER_TREE / 4);
        pairs = 0;
        effective = 0;
    }

    private Path make(RandomTree tree, String name) throws Exception {
        Path root = scratch.resolve(name);
        RealRsync.makeTree(
                root, tree.of(RandomTree.Type.DIRECTORY), tree.of(RandomTree.Type.FILE), tree.of(RandomTree.Type.LINK));
        return root;
    }

    private RuleSet ruleSet(RandomRules generator, int size, Path source) throws Exception {
        RuleSet set = new RuleSet();
        FilterRules.Builder builder = FilterRules.builder();
        if (source != null) {
            builder.root(source.toString());
        }
        if (random.nextInt(10) == 0) {
            builder.excludedIsDeletable();
            set.options.add("--delete-excluded");
        }
        for (int n = 0; n < size; n++) {
            Source kind = Source.values()[random.nextInt(Source.values().length)];
            byte[] line = kind == Source.FILTER ? generator.rule() : generator.pattern();
            if (size > 2 && random.nextInt(20) == 0) {
                line = new byte[] {'!'};
            } else if (kind == Source.FILTER && source != null && random.nextInt(8) == 0) {
                line = absolute(generator, source);
            }
            set.add(builder, kind, line);
        }
        if (random.nextBoolean()) {
            // Broad rules at the end let includes and perishable rules show at every depth.
            String[] ends = {"-! */", "-! */", "-p [ab]*", "-p *o"};
            set.add(builder, Source.FILTER, ends[random.nextInt(ends.length)].getBytes(StandardCharsets.US_ASCII));
        }
        set.rules = builder.build();
        return set;
    }

    private byte[] absolute(RandomRules generator, Path source) {
        String pattern = new String(generator.pattern(), StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "?");
        String name = source.getFileName().toString();
        return switch (random.nextInt(4)) {
            case 0 -> ("-/ " + source + "/" + pattern).getBytes(StandardCharsets.US_ASCII);
            case 1 -> ("-/ " + name + "/" + pattern).getBytes(StandardCharsets.US_ASCII);
            case 2 -> ("-/s " + scratch.getFileName() + "/*/" + pattern).getBytes(StandardCharsets.US_ASCII);
            default -> ("-/ " + pattern).getBytes(StandardCharsets.US_ASCII);
        };
    }

    private enum Source {
        EXCLUDE("--exclude-from="),
        INCLUDE("--include-from="),
        FILTER("--filter=. ");

        private final String option;

        Source(String option) {
            this.option = option;
        }
    }

    /** The same rules for rsync, as options, and for us. */
    private final class RuleSet {
        private final List<String> options = new ArrayList<>();
        private final List<String> lines = new ArrayList<>();
        private FilterRules rules = FilterRules.NONE;

        /** Adds a rule to both, or to neither if we refuse it. */
        void add(FilterRules.Builder builder, Source kind, byte[] line) throws IOException {
            String text = new String(line, StandardCharsets.UTF_8);
            try {
                switch (kind) {
                    case EXCLUDE -> builder.excludeFrom(line, "exclude");
                    case INCLUDE -> builder.includeFrom(line, "include");
                    case FILTER -> builder.filter(text, new RuleOrigin("filter", 1));
                }
            } catch (FreshetException e) {
                return;
            }
            // Rules with a kind are given to us as text, so rsync gets the same.
            byte[] same = kind == Source.FILTER ? text.getBytes(StandardCharsets.UTF_8) : line;
            options.add(kind.option + Files.write(scratch.resolve("rules" + lines.size()), same));
            lines.add(kind + " " + text);
        }
    }
}
