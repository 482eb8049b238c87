package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.filter.FilterRules;
import io.freshet.filter.RuleOrigin;
import io.freshet.policy.DeletionLimit;
import io.freshet.policy.Policy;
import io.freshet.policy.Window;
import io.freshet.target.TargetAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * lsyncd's cron test: only the schedule moves data. A second target that is always open tells when everything that was to be
 * moved could have been, so that nobody has to wait for nothing to happen.
 */
class WindowIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final RuleOrigin ORIGIN = new RuleOrigin("test", 1);
    private static final String[] FILES = {"xbc", "xcc", "yaa", "xbx/a", "xcx/x"};

    private final SettableClock clock = new SettableClock(Instant.parse("2026-03-02T20:00:00Z"));

    @Test
    void nothingMovesBeforeTheWindowOpens() throws IOException {
        Path open = Files.createDirectory(directory.resolve("open"));
        writeAll();
        replication
                .clock(clock)
                .filter(FilterRules.builder()
                        .filter("- /xb**", ORIGIN)
                        .filter("+ /x**", ORIGIN)
                        .filter("- /**", ORIGIN)
                        .build())
                .target(server.address("nightly", replica), nightly())
                .target(new TargetAddress("open", open.toUri(), Map.of()))
                .start();
        String[] replicated = {"xcc", "xcx", "xcx/x", "xda", "xdb"};

        awaitOn(open, replicated);
        assertNothingMoved();
        clock.advance(Duration.ofHours(3));
        awaitOn(replica, replicated);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(replica.resolve("xda"))))
                .isEqualTo("rwx------");

        clock.advance(Duration.ofHours(21));
        removeAll();
        replication.changedTree("");
        awaitOn(open, "xdb");
        assertThat(on(replica)).containsExactlyInAnyOrder(replicated);
        clock.advance(Duration.ofHours(3));
        awaitOn(replica, "xdb");
    }

    /** Every night from eleven to one. */
    private static Policy nightly() {
        return withLimit(DeletionLimit.NONE)
                .in(
                        ZoneId.of("UTC"),
                        new Window(EnumSet.allOf(DayOfWeek.class), LocalTime.of(23, 0), LocalTime.of(1, 0)));
    }

    private void writeAll() throws IOException {
        for (String file : FILES) {
            write(file, "content of " + file);
        }
        makeDirectory("xda", "rwx------");
        makeDirectory("xdb", "rwxr-xr-x");
    }

    private void makeDirectory(String name, String mode) throws IOException {
        Path made = Files.createDirectory(source.resolve(name));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(mode));
    }

    /** All but one, so that the source is not held for being empty. */
    private void removeAll() throws IOException {
        for (String file : FILES) {
            Files.delete(source.resolve(file));
        }
        for (String removed : new String[] {"xbx", "xcx", "xda"}) {
            Files.delete(source.resolve(removed));
        }
    }

    private void assertNothingMoved() throws IOException {
        assertThat(on(replica)).isEmpty();
        assertThat(count("SELECT count(*) FROM run JOIN target t USING (target_id) WHERE t.name = 'nightly'"))
                .isZero();
        assertThat(count("SELECT count(*) FROM work_item w JOIN target t USING (target_id) WHERE t.name = 'nightly'"))
                .isPositive();
    }

    private void awaitOn(Path target, String... expected) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(on(target)).containsExactlyInAnyOrder(expected));
    }

    private static Set<String> on(Path target) throws IOException {
        try (Stream<Path> paths = Files.walk(target)) {
            return paths.map(path -> target.relativize(path).toString())
                    .filter(path -> !path.isEmpty() && !path.startsWith(".freshet"))
                    .collect(Collectors.toSet());
        }
    }
}
