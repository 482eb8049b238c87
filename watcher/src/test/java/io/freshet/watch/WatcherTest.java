package io.freshet.watch;

import static io.freshet.posix.Tree.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Detector;
import io.freshet.path.RelativePath;
import io.freshet.posix.Tree;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The watcher with events that the tests make up, on a real directory with real cookies. */
class WatcherTest {
    private final Tree tree = Tree.temporary();
    private final JournalInMemory journal = new JournalInMemory();
    private final EventsByHand events = new EventsByHand();
    private WatcherOptions options = WatcherOptions.of(tree.root());
    private Watcher watcher;

    @AfterEach
    void close() {
        watcher.close();
        tree.close();
    }

    private void start() {
        watcher = new Watcher(options, (root, cookies, given) -> events.opened(), journal, Clock.systemUTC());
        watcher.start();
        Awaitility.await().until(() -> watcher.status().state() == WatcherState.WATCHING);
        Awaitility.await().until(() -> journal.head() > 0);
    }

    /** A reader whose events are what a test says, in order. */
    private static final class EventsByHand {
        private final List<Script> scripts = new CopyOnWriteArrayList<>();
        private final Semaphore available = new Semaphore(0);
        private volatile boolean cookies = true;
        private final AtomicInteger opened = new AtomicInteger();

        private interface Script {
            void tell(EventSink sink);
        }

        void tell(Script script) {
            scripts.add(script);
            available.release();
        }

        EventReader opened() {
            opened.incrementAndGet();
            return new EventReader() {
                @Override
                public Tier tier() {
                    return Tier.INOTIFY;
                }

                @Override
                public String reason() {
                    return "a test";
                }

                @Override
                public String limits() {
                    return "none";
                }

                @Override
                public boolean reportsCookies() {
                    return cookies;
                }

                @Override
                public void begin(EventSink sink) {}

                @Override
                public void read(EventSink sink, Duration longest) {
                    try {
                        if (available.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS) && !scripts.isEmpty()) {
                            scripts.remove(0).tell(sink);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }

                @Override
                public void wake() {
                    available.release();
                }

                @Override
                public List<UnwatchedSubtree> unwatched() {
                    return List.of(new UnwatchedSubtree(path("u"), "a test"));
                }

                @Override
                public void close() {}
            };
        }

        void change(String path) {
            tell(sink -> sink.changed(path(path), ChangeKind.PATH, null, Writing.ENDED, Detector.INOTIFY));
        }
    }

    /** Without the first look at everything, which covers anything. */
    private List<Change> sinceStart() {
        return journal.between(1, journal.head());
    }

    private List<String> cookies() {
        return cookies("");
    }

    private List<String> cookies(String root) {
        String[] names = tree.root().resolve(root).resolve(".freshet").toFile().list();
        return names == null ? List.of() : List.of(names);
    }

    @Test
    void aJournalThatIsAwayIsWaitedForAndNothingIsLost() throws Exception {
        start();
        journal.away(true);
        events.change("a");
        Awaitility.await().until(() -> journal.refusals() >= 2);
        assertThat(watcher.status().trouble()).contains("the journal is away");
        events.change("b");
        Awaitility.await().until(() -> watcher.status().dirtyPaths() == 1);
        journal.away(false);

        Awaitility.await().until(() -> JournalInMemory.covers(sinceStart(), path("b")));
        assertThat(JournalInMemory.covers(sinceStart(), path("a"))).isTrue();
        Awaitility.await().until(() -> watcher.status().trouble() == null);
    }

    @Test
    void memoryIsBoundedWhileTheJournalIsAway() {
        options = options.withMemory(64 * 1024);
        start();
        journal.away(true);
        events.change("first");
        Awaitility.await().until(() -> journal.refusals() > 0);
        for (int i = 0; i < 5_000; i++) {
            events.change("d" + i % 7 + "/e" + i + "/f");
        }
        events.change("end");
        Awaitility.await().until(() -> events.scripts.isEmpty());
        assertThat(watcher.status().dirtyBytes()).isLessThanOrEqualTo(64 * 1024);
        journal.away(false);

        Awaitility.await().until(() -> JournalInMemory.covers(sinceStart(), path("end")));
        List<Change> changes = sinceStart();
        for (int i = 0; i < 5_000; i++) {
            assertThat(JournalInMemory.covers(changes, path("d" + i % 7 + "/e" + i + "/f")))
                    .isTrue();
        }
        assertThat(changes).hasSizeLessThan(600);
    }

    /** However fast the journal is: a file that is rewritten ten thousand times leaves a row per pace, not one each time. */
    @Test
    void whatChangesWithoutEndIsJournaledAtAPace() {
        start();
        long from = System.nanoTime();
        for (int i = 0; i < 10_000; i++) {
            events.change("hot");
        }
        events.change("end");
        Awaitility.await().until(() -> JournalInMemory.covers(sinceStart(), path("end")));
        long paces = (System.nanoTime() - from) / JournalFeed.PACE.toNanos();

        assertThat(sinceStart().stream().filter(change -> change.path().equals(path("hot"))))
                .hasSizeLessThanOrEqualTo((int) paces + 2);
    }

    @Test
    void aPathThatTheJournalRefusesBecomesItsDirectory() {
        start();
        journal.refuse(change -> change.path().equals(path("d/bad")));
        for (String name : new String[] {"d/a", "d/bad", "d/c", "e/f"}) {
            events.change(name);
        }

        Awaitility.await().until(() -> JournalInMemory.covers(sinceStart(), path("e/f")));
        Awaitility.await().until(() -> JournalInMemory.has(sinceStart(), ChangeKind.DIR, path("d")));
        assertThat(JournalInMemory.has(sinceStart(), ChangeKind.PATH, path("d/a")))
                .isTrue();
    }

    @Test
    void aWatcherThatLostItsLeaseEnds() {
        start();
        CompletableFuture<Long> waiting = watcher.barrier();
        journal.lost();
        events.change("a");

        Awaitility.await().until(() -> watcher.status().state() == WatcherState.LEASE_LOST);
        assertThat(failureOf(waiting).code()).isEqualTo(ErrorCode.LEASE_LOST);
        assertThat(failureOf(watcher.barrier())).hasMessageContaining("LEASE_LOST");
        watcher.close();
        assertThat(watcher.status().state()).isEqualTo(WatcherState.LEASE_LOST);
    }

    @Test
    void aBarrierIsReachedWithWhatWasToldBeforeItsCookieAndNotBefore() throws Exception {
        start();
        Awaitility.await().until(() -> cookies().size() == 1);
        CompletableFuture<Long> reached = watcher.barrier();
        Awaitility.await().until(() -> cookies().size() == 2);
        events.change("a");
        Awaitility.await().until(() -> JournalInMemory.covers(sinceStart(), path("a")));
        assertThat(reached).isNotDone();
        long before = journal.head();
        cookies().forEach(name -> events.tell(sink -> sink.cookie(name)));

        assertThat(reached.get(10, TimeUnit.SECONDS)).isEqualTo(before);
        Awaitility.await().until(() -> cookies().isEmpty());
        assertThat(watcher.status().lastBarrier()).isNotNull();
    }

    /** What happens in the new root is not in the journal, however well the old one is watched. */
    @Test
    void aBarrierIsNotReachedInARootThatIsNoLongerThere() {
        tree.directory("src");
        options = WatcherOptions.of(tree.root().resolve("src"));
        start();
        CompletableFuture<Long> waiting = watcher.barrier();
        Awaitility.await().until(() -> cookies("src").size() == 2);
        tree.rename(path("src"), path("away"));
        tree.directory("src");
        cookies("away").forEach(name -> events.tell(sink -> sink.cookie(name)));

        assertThat(failureOf(waiting).code()).isEqualTo(ErrorCode.SOURCE_ROOT_SUSPECT);
        Awaitility.await().until(() -> events.opened.get() == 2);
    }

    @Test
    void overflowFailsTheBarriersThatMayHaveLostTheirCookies() {
        start();
        CompletableFuture<Long> waiting = watcher.barrier();
        events.tell(sink -> sink.overflowed("a test"));

        assertThat(failureOf(waiting)).hasMessageContaining("a test").hasMessageContaining("repeat");
        assertThat(watcher.status().overflows()).isEqualTo(1);
        Awaitility.await().until(() -> cookies().isEmpty());
    }

    @Test
    void stoppingFailsBarriersAndJournalsWhatIsInMemory() {
        start();
        CompletableFuture<Long> waiting = watcher.barrier();
        events.change("last");
        Awaitility.await().until(() -> events.scripts.isEmpty());
        watcher.close();

        assertThat(failureOf(waiting).code()).isEqualTo(ErrorCode.STOPPED);
        assertThat(JournalInMemory.covers(sinceStart(), path("last"))).isTrue();
    }

    @Test
    void aCookieThatNobodyTellsOfRunsOutOfTime() {
        options = options.withTimes(Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofMinutes(5));
        start();

        assertThat(failureOf(watcher.barrier())).hasMessageContaining("PT0.2S").hasMessageContaining("barrier-dir");
    }

    @Test
    void theWatcherDatesItsObservationByItself() {
        options = options.withTimes(Duration.ofMillis(20), Duration.ofSeconds(30), Duration.ofMinutes(5));
        start();
        Awaitility.await().until(() -> {
            cookies().forEach(name -> events.tell(sink -> sink.cookie(name)));
            return journal.observations().size() >= 3;
        });

        assertThat(journal.observations())
                .allMatch(age -> !age.isNegative() && age.compareTo(Duration.ofSeconds(30)) < 0);
    }

    @Test
    void withoutCookiesABarrierIsALookAtEverything() throws Exception {
        events.cookies = false;
        start();
        long before = journal.head();
        long head = watcher.barrier().get(10, TimeUnit.SECONDS);

        assertThat(JournalInMemory.has(journal.between(before, head), ChangeKind.TREE, RelativePath.ROOT))
                .isTrue();
        assertThat(journal.observations()).as("the scan at the start").isNotEmpty();
    }

    @Test
    void whereTheRootMayNotBeWrittenBarriersSayWhatToSet() throws Exception {
        tree.file(".freshet", "in the way");
        start();

        FreshetException error = failureOf(watcher.barrier());

        assertThat(error.code()).isEqualTo(ErrorCode.CONFIGURATION_INVALID);
        assertThat(error).hasMessageContaining("barrier-dir");
        assertThat(watcher.status().trouble()).contains("barrier-dir");
        tree.remove(path(".freshet"));
    }

    @Test
    void leftoverCookiesAreSwept() {
        tree.directory(".freshet");
        tree.file(".freshet/barrier-0123456789abcdef", "");
        tree.file(".freshet/source-id", "stays");
        start();

        assertThat(cookies()).contains("source-id").doesNotContain("barrier-0123456789abcdef");
    }

    @Test
    void freshetsOwnFilesAreNoChanges() {
        start();
        events.change(".freshet/x");
        events.change("d/.freshet/x");
        events.tell(
                sink -> sink.changed(path("b"), ChangeKind.PATH, path(".freshet/x"), Writing.ENDED, Detector.INOTIFY));
        Awaitility.await().until(() -> JournalInMemory.covers(sinceStart(), path("b")));

        assertThat(sinceStart()).hasSize(1).allMatch(change -> change.movedFrom() == null);
    }

    @Test
    void aReaderThatFailsIsOpenedAgain() {
        start();
        events.tell(sink -> {
            throw new IllegalStateException("broken for a test");
        });
        Awaitility.await().until(() -> events.opened.get() == 2);
        Awaitility.await().until(() -> watcher.status().state() == WatcherState.WATCHING);

        assertThat(journal.all().stream().filter(change -> change.detector() == Detector.START))
                .hasSize(2);
    }

    @Test
    void aPersonMayAskForALook() {
        start();
        watcher.look(path("d"), ChangeKind.TREE);

        Awaitility.await().until(() -> JournalInMemory.has(sinceStart(), ChangeKind.TREE, path("d")));
        assertThat(watcher.status().unwatched())
                .extracting(UnwatchedSubtree::path)
                .containsExactly(path("u"));
        assertThat(watcher.status().tierReason()).isEqualTo("a test");
    }

    @Test
    void aSmallChangeIsJournaledAtOnce() {
        start();
        events.change("warm");
        Awaitility.await().until(() -> journal.head() == 2);
        events.change("a");
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> journal.head() == 3);

        Change change = journal.all().get(2);
        assertThat(change.path()).isEqualTo(path("a"));
        assertThat(change.age()).isLessThan(Duration.ofMillis(500));
    }

    private static FreshetException failureOf(CompletableFuture<Long> barrier) {
        ExecutionException failed =
                catchThrowableOfType(ExecutionException.class, () -> barrier.get(20, TimeUnit.SECONDS));
        assertThat(failed).isNotNull();
        return (FreshetException) failed.getCause();
    }
}
