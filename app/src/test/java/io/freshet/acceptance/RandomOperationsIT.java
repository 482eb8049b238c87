package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.fail;

import io.freshet.posix.Tree;
import io.freshet.watch.Tier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever happens in a source, in whatever order, while it is watched, while events get lost, or while nobody watches: once
 * Freshet says that all has arrived, the replica is equal.
 *
 * <p>{@code -Dfreshet.sequences} says how many; {@code -Dfreshet.seed} makes the run of another again; {@code
 * -Dfreshet.sequence} tries one sequence alone, by the seed that its failure printed. {@code -Dfreshet.hardlinks=true} adds
 * hard links.
 */
class RandomOperationsIT {
    private static final int STEPS = 25;
    private static final int SEQUENCES_PER_MIRROR = 50;
    /** A failure that depends on who is faster may not show each time. */
    private static final int TRIES = Integer.getInteger("freshet.tries", 3);

    private static final Duration LONGEST_SHRINKING = Duration.ofMinutes(3);
    private static final List<Mode> MODES = List.of(Mode.values());
    private static final boolean HARD_LINKS = Boolean.getBoolean("freshet.hardlinks");

    @TempDir
    Path directory;

    private enum Mode {
        /** Steps are taken while everything runs. */
        LIVE,
        /** The events of the steps are lost. */
        OVERFLOW,
        /** Nobody watches, and maybe nobody delivers, while the steps are taken. */
        RESTARTED
    }

    /** One sequence and the circumstances under which it is taken, all of them made from the seed. */
    private record Sequence(long seed, Mode mode, Tier tier, List<Step> steps) {
        static Sequence of(long seed) {
            Random random = new Random(seed);
            Mode mode = MODES.get(random.nextInt(MODES.size()));
            Tier tier = Tree.isRoot() && random.nextBoolean() ? Tier.FANOTIFY : Tier.INOTIFY;
            return new Sequence(seed, mode, tier, new RandomSteps(seed, HARD_LINKS, Tree.isRoot()).sequence(STEPS));
        }

        Sequence with(List<Step> fewer) {
            return new Sequence(seed, mode, tier, fewer);
        }

        @Override
        public String toString() {
            return "sequence " + seed + ", " + mode + " by " + tier + ", " + steps.size() + " steps:\n"
                    + steps.stream().map(step -> "  " + step).collect(Collectors.joining("\n"));
        }
    }

    @Test
    void fiftySequencesEndWithEqualTrees() throws IOException {
        tryThem(50);
    }

    @Test
    @Tag("nightly")
    void aThousandSequencesEndWithEqualTrees() throws IOException {
        tryThem(1000);
    }

    private void tryThem(int usual) throws IOException {
        Long one = Long.getLong("freshet.sequence");
        if (one != null) {
            Sequence sequence = Sequence.of(one);
            AssertionError failure = failureOf(sequence);
            if (failure != null) {
                failWithTheSmallest(sequence, failure);
            }
            return;
        }
        int count = Integer.getInteger("freshet.sequences", usual);
        long seed = Long.getLong("freshet.seed", System.nanoTime());
        System.out.printf("%d sequences of -Dfreshet.seed=%d%n", count, seed);
        long from = System.nanoTime();
        Failing failing = null;
        Map<Mode, Duration> spent = new EnumMap<>(Mode.class);
        Random seeds = new Random(seed);
        List<Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sequences.add(Sequence.of(seeds.nextLong()));
        }
        sequences.sort(Comparator.comparing(Sequence::tier));
        // One mirror after the other: Quartz keeps its schedulers by name, one in a process.
        for (int at = 0; at < count; ) {
            Tier tier = sequences.get(at).tier();
            try (Mirror mirror = mirror(tier)) {
                int end = Math.min(count, at + SEQUENCES_PER_MIRROR);
                for (; at < end && sequences.get(at).tier() == tier && failing == null; at++) {
                    long began = System.nanoTime();
                    failing = tried(mirror, sequences.get(at), "s" + at);
                    spent.merge(sequences.get(at).mode(), Duration.ofNanos(System.nanoTime() - began), Duration::plus);
                }
            }
            if (failing != null) {
                failWithTheSmallest(failing.sequence(), failing.failure());
            }
            System.out.printf("%d of %d sequences after %s%n", at, count, Duration.ofNanos(System.nanoTime() - from));
        }
        System.out.printf("%d sequences in %s; %s%n", count, Duration.ofNanos(System.nanoTime() - from), spent);
    }

    private record Failing(Sequence sequence, AssertionError failure) {}

    private static Failing tried(Mirror mirror, Sequence sequence, String base) {
        try {
            run(mirror, sequence, base);
            return null;
        } catch (AssertionError e) {
            return new Failing(sequence, e);
        } catch (RuntimeException e) {
            return new Failing(sequence, new AssertionError(e));
        }
    }

    private Mirror mirror(Tier tier) {
        try {
            Mirror mirror = new Mirror(Files.createTempDirectory(directory, "mirror"))
                    .by(tier)
                    .replica();
            mirror.tree().file(Mirror.in("never empty"), "so that the source is not held for being empty");
            return mirror.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(Mirror mirror, Sequence sequence, String base) {
        mirror.tree().directory(Mirror.in(base).toString());
        Random random = new Random(sequence.seed());
        if (random.nextBoolean()) {
            // What a rescan has seen is told from what only events have; else all of the sequence is new to the next
            // one.
            int seen = Math.min(random.nextInt(STEPS), sequence.steps().size());
            take(mirror, sequence.steps().subList(0, seen), base);
            mirror.awaitJournaled();
            mirror.stopWatcher();
            mirror.startWatcher();
            sequence = sequence.with(
                    sequence.steps().subList(seen, sequence.steps().size()));
        }
        switch (sequence.mode()) {
            case LIVE -> take(mirror, sequence.steps(), base);
            case OVERFLOW -> {
                // A half is known and partly delivered when events begin to get lost.
                List<Step> steps = sequence.steps();
                int split = random.nextInt(steps.size() + 1);
                take(mirror, steps.subList(0, split), base);
                boolean kernels = sequence.tier() == Tier.INOTIFY;
                mirror.readers().stopUp();
                if (kernels) {
                    Flood.fill(mirror);
                }
                take(mirror, withoutWaits(steps.subList(split, steps.size())), base);
                mirror.readers().release(!kernels);
            }
            case RESTARTED -> {
                int known = random.nextInt(sequence.steps().size() + 1);
                take(mirror, sequence.steps().subList(0, known), base);
                int how = random.nextInt(8);
                if (how == 0) {
                    mirror.kill();
                } else {
                    mirror.stopWatcher();
                    if (how <= 2) {
                        mirror.stopRuns();
                    }
                }
                take(
                        mirror,
                        withoutWaits(
                                sequence.steps().subList(known, sequence.steps().size())),
                        base);
                if (how <= 2) {
                    mirror.startRuns();
                }
                mirror.startWatcher();
            }
        }
        mirror.awaitArrived();
        mirror.assertEqual();
    }

    private static void take(Mirror mirror, List<Step> steps, String base) {
        steps.forEach(step -> step.take(mirror, base));
    }

    private static List<Step> withoutWaits(List<Step> steps) {
        return steps.stream()
                .filter(step -> step.kind() != Step.Kind.JOURNALED && step.kind() != Step.Kind.ARRIVED)
                .toList();
    }

    /** Returns how a sequence fails in a mirror of its own, or null if it does not. */
    private AssertionError failureOf(Sequence sequence) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            try (Mirror mirror = mirror(sequence.tier())) {
                Failing failing = tried(mirror, sequence, "s");
                if (failing != null) {
                    return failing.failure();
                }
            }
        }
        return null;
    }

    /** Leaves out steps, ever fewer at a time, as long as it still fails, and shows what is left. */
    private void failWithTheSmallest(Sequence failing, AssertionError first) {
        System.out.println("FAILED: " + failing + "\n" + first + causeOf(first));
        AssertionError failure = failureOf(failing);
        if (failure == null) {
            fail(
                    "failed once, and not again when tried %d times alone (-Dfreshet.sequence=%d): %s"
                            .formatted(TRIES, failing.seed(), failing),
                    first);
            return;
        }
        long deadline = System.nanoTime() + LONGEST_SHRINKING.toNanos();
        Sequence smallest = failing;
        for (int chunk = failing.steps().size() / 2; chunk > 0; chunk /= 2) {
            int at = 0;
            while (at < smallest.steps().size() && System.nanoTime() < deadline) {
                List<Step> fewer = new ArrayList<>(smallest.steps());
                fewer.subList(at, Math.min(at + chunk, fewer.size())).clear();
                AssertionError still = failureOf(smallest.with(fewer));
                if (still == null) {
                    at += chunk;
                } else {
                    failure = still;
                    smallest = smallest.with(fewer);
                }
            }
        }
        System.out.println("SMALLEST: " + smallest + "\n" + failure);
        fail("-Dfreshet.sequence=%d; the smallest that fails: %s".formatted(failing.seed(), smallest), failure);
    }

    private static String causeOf(Throwable failure) {
        return failure.getCause() == null ? "" : "\ncaused by " + failure.getCause();
    }
}
