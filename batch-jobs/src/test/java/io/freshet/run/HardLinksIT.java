package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.journal.ChangeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rule 11: what is one file under several names stays one, on the target too. */
class HardLinksIT extends OneTarget {
    @Test
    void aGroupArrivesAsAGroupAndItsContentOnce() throws IOException {
        write("dir/one", "content");
        link("dir/one", "dir/two");
        link("dir/one", "three");
        start();
        replication.awaitEqual(replica);
        assertLinked("dir/one", "dir/two", "three");
        assertThat(count("SELECT count(*) FROM v_delivery WHERE outcome = 'LINKED'"))
                .isEqualTo(2);
    }

    @Test
    void aWriteThroughOneNameRefreshesAll() throws IOException {
        write("one", "content");
        link("one", "two");
        link("one", "three");
        start();
        replication.awaitEqual(replica);
        Files.writeString(source.resolve("two"), " and more", StandardOpenOption.APPEND);
        replication.changed("two");
        replication.awaitEqual(replica);
        assertThat(replica.resolve("one")).hasContent("content and more");
        assertLinked("one", "two", "three");
    }

    /** Only the name by which it was done is told of, and the manifest knows all of them. */
    @Test
    void aModeThatIsChangedThroughOneNameIsThatOfAll() throws IOException {
        write("one", "content");
        link("one", "two");
        start();
        replication.awaitEqual(replica);
        Files.setPosixFilePermissions(source.resolve("two"), PosixFilePermissions.fromString("rw-------"));
        replication.changed("two");
        replication.awaitEqual(replica);

        assertThat(text("SELECT DISTINCT mode::text FROM manifest WHERE type = 'f'"))
                .containsExactly(Integer.toString(0600));
        assertLinked("one", "two");
    }

    @Test
    void aNameThatIsAddedLaterIsLinkedAndOneThatIsReplacedIsNot() throws IOException {
        write("one", "content");
        start();
        replication.awaitEqual(replica);
        Object inode = inode("one");
        link("one", "two");
        link("one", "three");
        replication.changed("two", "three");
        replication.awaitEqual(replica);
        assertLinked("one", "two", "three");
        assertThat(inode("one")).isEqualTo(inode);

        Files.delete(source.resolve("three"));
        write("three", "of its own");
        replication.changed("three");
        replication.awaitEqual(replica);
        assertLinked("one", "two");
        assertThat(inode("three")).isNotEqualTo(inode);
    }

    /** rename(2) between two names of one file does nothing and would leave the old one. */
    @Test
    void aNameThatIsRenamedOverAnotherOfTheSameFileIsGone() throws IOException {
        write("one", "content");
        link("one", "two");
        write("other", "1");
        start();
        replication.awaitEqual(replica);
        Files.delete(source.resolve("one"));
        replication.moved("one", "two", ChangeKind.PATH);
        replication.awaitEqual(replica);
        assertThat(replica.resolve("one")).doesNotExist();
        assertThat(replica.resolve("two")).hasContent("content");
    }

    /** Somebody put another file in the place of the name that would be linked to. */
    @Test
    void aNameThatWasReplacedOnTheTargetIsNotLinkedTo() throws IOException {
        write("one", "content");
        start();
        replication.awaitEqual(replica);
        Files.writeString(replica.resolve("one"), "somebody else's");
        link("one", "two");
        replication.changed("two");
        replication.awaitEqual(replica);
        assertLinked("one", "two");
    }

    /** A server that announces links and refuses them gets the names one by one, and comes to rest. */
    @Test
    void aTargetThatRefusesLinksGetsWholeFiles() throws IOException {
        write("one", "content");
        link("one", "two");
        link("one", "three");
        replication.target(FaultyConnector.address("replica", replica));
        FaultyConnector.LINKS_REFUSED.set(true);
        replication.start();
        replication.awaitEqual(replica);
        Files.writeString(source.resolve("two"), " and more", StandardOpenOption.APPEND);
        replication.changed("two");
        replication.awaitEqual(replica);
        assertThat(inode("one")).isNotEqualTo(inode("two"));
    }

    @AfterEach
    void allowLinks() {
        FaultyConnector.LINKS_REFUSED.set(false);
    }

    private void link(String existing, String name) throws IOException {
        Files.createLink(source.resolve(name), source.resolve(existing));
    }

    private void assertLinked(String first, String... others) throws IOException {
        for (String other : others) {
            assertThat(inode(other)).as(other).isEqualTo(inode(first));
        }
    }

    private Object inode(String name) throws IOException {
        return Files.getAttribute(replica.resolve(name), "unix:ino");
    }
}
