package io.freshet.run;

import io.freshet.journal.DatabaseSpace;
import io.freshet.policy.Space;
import io.freshet.policy.Space.Capacity;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where the room that the database has is looked up. */
interface DatabaseRoom {
    /** Returns how much there is; empty where nobody has said where to look. */
    Optional<Capacity> look() throws IOException;

    /** On the disk itself where it can be seen, else as what the database may take less what it takes. */
    static DatabaseRoom of(Space space, DatabaseSpace database) {
        Path disk = space.disk();
        if (disk != null) {
            return () -> {
                FileStore store = Files.getFileStore(disk);
                return Optional.of(new Capacity(store.getTotalSpace(), store.getUsableSpace()));
            };
        }
        if (space.size().isPresent()) {
            long size = space.size().getAsLong();
            return () -> Optional.of(new Capacity(size, Math.max(0, size - database.size())));
        }
        return Optional::empty;
    }
}
