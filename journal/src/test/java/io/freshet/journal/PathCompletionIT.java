package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.database.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PathCompletionIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private PathCompletion completion;
    private JournalRows rows;

    @BeforeEach
    void names() {
        rows = new JournalRows(database.jdbcClient())
                .source("content", "/mnt/sync")
                .target("content", "web1")
                .target("content", "web2");
        completion = new PathCompletion(database.jdbcClient());
        rows.delivered("web1", "projects", "d", 1);
        rows.delivered("web1", "projects/acme", "d", 1);
        rows.delivered("web2", "projects/acme", "d", 1);
        rows.delivered("web2", "projects/acorn.txt", "f", 1);
        rows.delivered("web1", "projects/a%_x", "f", 1);
        rows.delivered("web1", "projects/\\xff\\xfe", "f", 1);
        rows.item("web1", "projects/acid/deep/new", "PATH", 1, Duration.ZERO);
        rows.item("web1", "projectsx", "PATH", 1, Duration.ZERO);
    }

    @Test
    void completesTheLastName() {
        assertThat(paths("proj")).containsExactly("projects/", "projectsx");
        assertThat(paths("projects/ac")).containsExactly("projects/acid/", "projects/acme/", "projects/acorn.txt");
        assertThat(paths("/mnt/sync/projects/aco")).containsExactly("projects/acorn.txt");
        assertThat(paths("projects/a%")).containsExactly("projects/a%_x");
        assertThat(paths("projects/")).hasSize(5);
        assertThat(paths("projects/b")).isEmpty();
        assertThat(paths("/elsewhere/p")).isEmpty();
        assertThat(completion.complete("projects/", null, 2)).hasSize(2);
        assertThat(completion.complete("projects/", "other", 2)).isEmpty();
    }

    @Test
    void namesAreBytesAndMayBeBrokenOffWithinAnEscape() {
        for (String prefix : List.of("projects/\\", "projects/\\xf", "projects/\\xff", "projects/\\xff\\x")) {
            assertThat(completion.complete(prefix, null, 9))
                    .containsExactly(
                            new PathCompletion.Name("content", "projects/\\xff\\xfe", "cHJvamVjdHMv//4=", false));
        }
    }

    @Test
    void refusesWhatNoPathBeginsWith() {
        assertThatThrownBy(() -> completion.complete("a/../b", null, 9)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> completion.complete("a\0", null, 9)).isInstanceOf(IllegalArgumentException.class);
    }

    private List<String> paths(String prefix) {
        return completion.complete(prefix, null, 20).stream()
                .map(one -> one.path() + (one.directory() ? "/" : ""))
                .toList();
    }
}
