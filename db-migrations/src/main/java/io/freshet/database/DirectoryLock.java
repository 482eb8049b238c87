package io.freshet.database;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive use of a directory by one living process, held by a lock on its file {@code lock}, which the kernel
 * releases however the process ends. The file names the holder's process number for the message that others get.
 */
final class DirectoryLock implements AutoCloseable {
    /**
     * What this very process holds. Record locks (fcntl(2)) belong to a process: closing any descriptor of the file, even
     * one that was opened only to try, would release the lock that another part of the process holds.
     */
    private static final Set<Path> HELD_HERE = new HashSet<>();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /** Takes the lock at once, or fails with a message that says who has it. */
    static DirectoryLock take(Path directory) {
        return tryTake(directory)
                .orElseThrow(() -> new DatabaseException("The embedded PostgreSQL in " + directory
                        + " is in use by another Freshet (process " + holder(directory)
                        + "). Stop that one first, or give this one a data-dir of its own."));
    }

    /** Takes the lock at once; empty if another process, or another part of this one, has it. */
    static Optional<DirectoryLock> tryTake(Path directory) {
        try {
            Path real = directory.toRealPath();
            synchronized (HELD_HERE) {
                if (HELD_HERE.contains(real)) {
                    return Optional.empty();
                }
                @Nullable FileChannel channel = lockedChannel(real.resolve("lock"));
                if (channel == null) {
                    return Optional.empty();
                }
                HELD_HERE.add(real);
                return Optional.of(new DirectoryLock(real, channel));
            }
        } catch (IOException e) {
            throw new DatabaseException("Cannot lock " + directory.resolve("lock") + ": " + e, e);
        }
    }

    private static @Nullable FileChannel lockedChannel(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            @Nullable FileLock lock = channel.tryLock();
            if (lock == null) {
                return null;
            }
            channel.truncate(0);
            String pid = Long.toString(ProcessHandle.current().pid());
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
            locked = true;
            return channel;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    private static String holder(Path directory) {
        try {
            synchronized (HELD_HERE) {
                if (HELD_HERE.contains(directory.toRealPath())) {
                    // Not even to be read: see above.
                    return Long.toString(ProcessHandle.current().pid());
                }
            }
            return Files.readString(directory.resolve("lock"), StandardCharsets.US_ASCII)
                    .strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    @Override
    public void close() {
        synchronized (HELD_HERE) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new DatabaseException("Cannot release " + directory.resolve("lock"), e);
            } finally {
                HELD_HERE.remove(directory);
            }
        }
    }
}
