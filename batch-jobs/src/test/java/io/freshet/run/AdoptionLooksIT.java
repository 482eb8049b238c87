package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.path.RelativePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a target is looked at that held a copy before. */
class AdoptionLooksIT extends OneTarget {
    private static final RelativePath MANY = RelativePath.parse("many");
    private static final RelativePath FEW = RelativePath.parse("few");

    @Test
    void oneListingAnswersForManyPathsOfADirectory() throws IOException {
        for (int i = 0; i < 50; i++) {
            copied("many/f" + i);
        }
        Files.createSymbolicLink(source.resolve("many/link"), Path.of("f1"));
        Files.createSymbolicLink(replica.resolve("many/link"), Path.of("f1"));
        Files.createSymbolicLink(source.resolve("many/led astray"), Path.of("f1"));
        Files.createSymbolicLink(replica.resolve("many/led astray"), Path.of("f2"));
        write("many/lacking", "sent");
        copied("few/f");
        List<RelativePath> listed = Collections.synchronizedList(new ArrayList<>());
        List<RelativePath> looked = Collections.synchronizedList(new ArrayList<>());
        replication
                .target(WatchedConnector.address("replica", replica, new WatchedConnector.Onlooker() {
                    @Override
                    public void listed(List<RelativePath> directories) {
                        listed.addAll(directories);
                    }

                    @Override
                    public void looked(List<RelativePath> paths) {
                        looked.addAll(paths);
                    }
                }))
                .start();
        replication.awaitEqual(replica);

        assertThat(listed).contains(MANY);
        assertThat(looked)
                .filteredOn(path -> path.parent().equals(MANY))
                .extracting(RelativePath::toString)
                .as("a listing does not tell where a link leads")
                .containsOnly("many/link", "many/led astray");
        assertThat(looked).contains(FEW.child("f".getBytes(StandardCharsets.US_ASCII)));
        assertThat(text("SELECT path FROM v_delivery WHERE outcome = 'TRANSFERRED' AND path <> 'many' AND path <> 'few'"
                        + " AND path <> '' ORDER BY path"))
                .containsExactly("many/lacking", "many/led astray");
        assertThat(count("SELECT count(*) FROM v_delivery WHERE outcome = 'ADOPTED'"))
                .isEqualTo(50 + 1 + 1);
    }

    private void copied(String path) throws IOException {
        write(path, "the same");
        Path copy = replica.resolve(path);
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, "the same");
        Files.setLastModifiedTime(copy, Files.getLastModifiedTime(source.resolve(path)));
    }
}
