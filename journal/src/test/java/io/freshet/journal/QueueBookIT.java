package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.database.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class QueueBookIT {
    private static final QueueBook.Only ALL = new QueueBook.Only(null, null, null);
    private static final String NASTY = "p/<b>\n\\xff~1~";

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private JournalRows rows;
    private QueueBook book;

    @BeforeEach
    void twoTargets() {
        rows = new JournalRows(database.jdbcClient())
                .source("content", "/mnt/sync")
                .target("content", "web1")
                .target("content", "web2");
        book = new QueueBook(database.jdbcClient());
    }

    @Test
    void theOldestChangeIsFirstInWhateverLaneAndHoweverOftenItFailed() {
        rows.item("web1", "p/new", "PATH", 30, Duration.ofSeconds(1));
        rows.item("web1", NASTY, "PATH", 10, Duration.ofMinutes(9));
        rows.item("web1", "p/failed", "PATH", 20, Duration.ofMinutes(5));
        rows.failed("web1", "p/failed", 3, "CONNECTION_LOST", "connection reset");
        rows.item("web1", "p", "TREE", 15, Duration.ofMinutes(7));
        rows.sql("UPDATE work_item SET lane = 'BULK' WHERE path = 'p'");
        rows.item("web2", "elsewhere", "PATH", 1, Duration.ofHours(1));
        assertThat(paths(ALL)).containsExactly(NASTY, "p", "p/failed", "p/new");
    }

    @Test
    void isFilteredByFolderKindAndLane() {
        rows.item("web1", "a", "DIR", 1, Duration.ZERO);
        rows.item("web1", "a/b", "PATH", 2, Duration.ZERO);
        rows.item("web1", "a/c", "TREE", 3, Duration.ZERO);
        rows.item("web1", "ab", "PATH", 4, Duration.ZERO);
        rows.sql("UPDATE work_item SET lane = 'BULK' WHERE path IN ('a/b', 'ab')");
        assertThat(paths(new QueueBook.Only("a", null, null))).containsExactly("a", "a/b", "a/c");
        assertThat(paths(new QueueBook.Only(null, ChangeKind.TREE, null))).containsExactly("a/c");
        assertThat(paths(new QueueBook.Only(null, ChangeKind.PATH, null))).containsExactly("a/b", "ab");
        assertThat(paths(new QueueBook.Only(null, null, Lane.BULK))).containsExactly("a/b", "ab");
        assertThat(paths(new QueueBook.Only("a", ChangeKind.PATH, Lane.BULK))).containsExactly("a/b");
        assertThat(paths(new QueueBook.Only("a", ChangeKind.PATH, Lane.EXPRESS)))
                .isEmpty();
        assertThatThrownBy(() -> new QueueBook.Only("a/../b", null, null)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pagesFollowOneAnotherWithoutGapAlsoWhereManyAreEquallyOld() {
        for (int i = 0; i < 23; i++) {
            rows.item("web1", "d/" + i, "PATH", i < 20 ? 7 : 8, Duration.ofSeconds(100L - i));
        }
        rows.item("web1", NASTY, "PATH", 7, Duration.ofSeconds(50));
        for (QueueBook.Only only : List.of(ALL, new QueueBook.Only("d", null, null))) {
            List<String> seen = new ArrayList<>();
            QueueBook.Place after = null;
            do {
                List<QueuedItem> page = book.waiting("web1", only, after, 5);
                page.forEach(item -> seen.add(item.path()));
                after = page.size() < 5
                        ? null
                        : QueueBook.Place.parse(QueueBook.Place.of(page.get(4)).text());
            } while (after != null);
            assertThat(seen).doesNotHaveDuplicates().hasSize(only.equals(ALL) ? 24 : 23);
            assertThat(seen.subList(seen.size() - 3, seen.size())).containsExactly("d/20", "d/21", "d/22");
        }
        assertThatThrownBy(() -> QueueBook.Place.parse("x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void saysWhatEachItemWaitsForAndHowLargeItIs() {
        for (String name : List.of("held", "person", "retried", "postponed", "settling", "ready")) {
            rows.item("web1", "p/" + name, "PATH", 1, Duration.ofSeconds(3));
        }
        long hold = rows.hold("web1", "DELETIONS_OVER_LIMIT", "1 deletion", "p/held");
        rows.failed("web1", "p/person", 2, "PERMISSION_DENIED", "denied");
        rows.failed("web1", "p/retried", 1, "CONNECTION_LOST", "reset");
        rows.sql("UPDATE work_item SET postponed_at = now(), postponed_because = 'a walk' WHERE path = 'p/postponed'");
        rows.sql("UPDATE work_item SET ready_at = now() + interval '5 minutes' WHERE path = 'p/settling'");
        database.jdbcClient()
                .sql("SELECT create_catalogue_partition(source_id) FROM source")
                .query()
                .listOfRows();
        rows.sql("INSERT INTO catalogue_dir (dir_id, source_id, path) SELECT 1, source_id, 'p' FROM source");
        rows.sql("""
                INSERT INTO catalogue (source_id, dir_id, name, type, mode, uid, gid, size, mtime_nanos, ctime_nanos,
                    file_system, inode, birth_nanos, racy, gone)
                SELECT source_id, 1, 'ready', 'f', 420, 0, 0, 3100, 0, 0, 0, 1, 1, false, false FROM source
                """);
        List<QueuedItem> items = book.waiting("web1", ALL, null, 9);
        assertThat(items)
                .extracting(item -> item.path().substring(2) + " " + item.state())
                .containsExactlyInAnyOrder(
                        "held HELD",
                        "person NEEDS_PERSON",
                        "retried RETRIED",
                        "postponed POSTPONED",
                        "settling SETTLING",
                        "ready READY");
        assertThat(item(items, "p/held").hold()).isEqualTo(hold);
        assertThat(item(items, "p/ready").size()).isEqualTo(3100);
        assertThat(item(items, "p/held").size()).isNull();
        assertThat(item(items, "p/postponed").postponedBecause()).isEqualTo("a walk");
        assertThat(item(items, "p/person").error()).isEqualTo("denied");
    }

    @Test
    void whatFailedIsListedOverTargetsAndCountedByCause() {
        rows.run("web1", 7, "COMPLETED_WITH_FAILURES", 3, 2, Duration.ofMinutes(3));
        rows.item("web1", "a", "PATH", 5, Duration.ofMinutes(1));
        rows.item("web2", NASTY, "PATH", 5, Duration.ofMinutes(3));
        rows.item("web1", "c", "PATH", 5, Duration.ofMinutes(2));
        rows.item("web1", "well", "PATH", 5, Duration.ofMinutes(9));
        rows.failed("web1", "a", 2, "PERMISSION_DENIED", "a denied");
        rows.failed("web2", NASTY, 2, "PERMISSION_DENIED", "denied");
        rows.failed("web1", "c", 4, "CONNECTION_LOST", "reset");
        rows.sql("UPDATE work_item SET failed_run = 7 WHERE path IN ('a', 'c')");
        rows.sql("UPDATE work_item SET error_code = NULL WHERE path = 'a'");

        assertThat(failed(null, null, null)).containsExactly("web2 " + NASTY, "web1 c", "web1 a");
        assertThat(failed("web1", null, null)).containsExactly("web1 c", "web1 a");
        assertThat(failed(null, "CONNECTION_LOST", null)).containsExactly("web1 c");
        assertThat(failed(null, "TARGET_FAILURE", null)).as("no cause is known").containsExactly("web1 a");
        assertThat(failed(null, null, true)).containsExactly("web2 " + NASTY, "web1 a");
        assertThat(failed(null, null, false)).containsExactly("web1 c");
        QueueBook.Failed all = new QueueBook.Failed(null, null, null);
        QueuedItem first = book.failed(all, null, 1).get(0);
        assertThat(book.failed(
                        all,
                        QueueBook.FailedPlace.parse(
                                QueueBook.FailedPlace.of(first).text()),
                        9))
                .extracting(QueuedItem::path)
                .containsExactly("c", "a");

        assertThat(book.groups(all))
                .extracting(group -> group.target() + " " + group.code() + " " + group.phase() + " " + group.paths())
                .containsExactly(
                        "web1 CONNECTION_LOST write 1",
                        "web1 TARGET_FAILURE write 1",
                        "web2 PERMISSION_DENIED write 1");
        assertThat(book.needPerson()).isEqualTo(2);
        assertThat(book.failedRuns("web1", 5)).containsExactly(new QueueBook.FailedRun(7, 2));
        assertThat(book.failedRuns("web2", 5)).isEmpty();
        rows.sql("UPDATE target SET active = false WHERE name = 'web2'");
        assertThat(book.needPerson()).isEqualTo(1);
    }

    private static QueuedItem item(List<QueuedItem> items, String path) {
        return items.stream()
                .filter(item -> item.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    private List<String> paths(QueueBook.Only only) {
        return book.waiting("web1", only, null, 50).stream()
                .map(QueuedItem::path)
                .toList();
    }

    private List<String> failed(String target, String reason, Boolean needsPerson) {
        return book.failed(new QueueBook.Failed(target, reason, needsPerson), null, 50).stream()
                .map(item -> item.target() + " " + item.path())
                .toList();
    }
}
