package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.path.RelativePath;
import org.junit.jupiter.api.Test;

class ClaimsTest {
    private final Claims claims = new Claims();

    @Test
    void aPathIsClaimedOnce() {
        assertThat(claims.claimEntry(path("a/b"))).isTrue();
        assertThat(claims.claimEntry(path("a/b"))).isFalse();
        assertThat(claims.claimSubtree(path("a/b"))).isFalse();
        claims.release(path("a/b"));
        assertThat(claims.claimEntry(path("a/b"))).isTrue();
    }

    @Test
    void anOperationOnADirectoryOwnsWhatIsBelow() {
        assertThat(claims.claimSubtree(path("a"))).isTrue();
        assertThat(claims.claimEntry(path("a/b/c"))).isFalse();
        assertThat(claims.claimSubtree(path("a/b"))).isFalse();
        assertThat(claims.claimEntry(path("a-b"))).isTrue();
        assertThat(claims.claimEntry(path("ab"))).isTrue();
    }

    @Test
    void anOperationOnADirectoryWaitsForWhatIsInFlightBelow() {
        assertThat(claims.claimEntry(path("a/b/c"))).isTrue();
        assertThat(claims.claimSubtree(path("a"))).isFalse();
        assertThat(claims.claimSubtree(RelativePath.ROOT)).isFalse();
        assertThat(claims.claimEntry(path("a"))).isTrue();
        assertThat(claims.widen(path("a"))).isFalse();
        claims.release(path("a/b/c"));
        assertThat(claims.widen(path("a"))).isTrue();
        assertThat(claims.claimEntry(path("a/b/c"))).isFalse();
    }

    @Test
    void neighboursThatSortBetweenADirectoryAndItsEntriesAreNotBelowIt() {
        assertThat(claims.claimEntry(path("a-b/x"))).isTrue();
        assertThat(claims.claimEntry(path("a b"))).isTrue();
        assertThat(claims.claimSubtree(path("a"))).isTrue();
    }

    private static RelativePath path(String text) {
        return RelativePath.parse(text);
    }
}
