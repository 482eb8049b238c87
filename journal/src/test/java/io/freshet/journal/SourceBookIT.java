package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SourceBookIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    @Test
    void tellsTheLastChangeAndTheRescansOfOneSource() {
        JournalRows rows = new JournalRows(database.jdbcClient())
                .source("content", "/mnt/sync")
                .source("other", "/mnt/other");
        SourceBook book = new SourceBook(database.jdbcClient());
        assertThat(book.lastChange("content")).isEmpty();
        assertThat(book.rescans("content", null, 9)).isEmpty();

        rows.change("content", "a", "PATH", null);
        rows.change("content", "b", "PATH", null);
        rows.change("other", "c", "PATH", null);
        assertThat(book.lastChange("content"))
                .hasValueSatisfying(last -> assertThat(last.path()).isEqualTo("b"));

        rows.sql("""
                INSERT INTO rescan (source_id, path, reason, since_seq, entries, changes, unreadable, detail, walk_position)
                SELECT source_id, 'p' || n, 'REQUEST', n, 10 * n, n, 1, 'EACCES', 'p/q' FROM source, generate_series(1, 3) n
                WHERE name = 'content' OR n = 3 ORDER BY n
                """);
        List<SourceBook.Comparison> newest = book.rescans("content", null, 2);
        assertThat(newest).extracting(SourceBook.Comparison::path).containsExactly("p3", "p2");
        assertThat(newest.get(0).entries()).isEqualTo(30);
        assertThat(newest.get(0).finishedAt()).isNull();
        assertThat(book.rescans("content", newest.get(1).id(), 2))
                .extracting(SourceBook.Comparison::path)
                .containsExactly("p1");
    }
}
