package io.freshet.transfer.local;

import io.freshet.file.ContentHash;
import io.freshet.transfer.DataRuns;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Set;

/** Writing, flushing and publishing files. */
final class LocalFile {
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final int BLOCK = 256 * 1024;

    private LocalFile() {}

    /** Creates a file that must not exist, for its owner only. */
    static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE);
    }

    /** Creates a file with this content and flushes it. */
    static void write(Path file, byte[] content) throws IOException {
        try (FileChannel channel = create(file)) {
            writeFully(channel, ByteBuffer.wrap(content));
            channel.force(true);
        }
    }

    static void writeFully(FileChannel channel, ByteBuffer content) throws IOException {
        while (content.hasRemaining()) {
            channel.write(content);
        }
    }

    /** Writes what is not zeros of a block that belongs at {@code position}. */
    static void writeData(FileChannel channel, byte[] block, int count, long position) throws IOException {
        int end;
        for (int begin = DataRuns.begin(block, 0, count, position);
                begin < count;
                begin = DataRuns.begin(block, end, count, position)) {
            end = DataRuns.end(block, begin, count, position);
            channel.position(position + begin);
            writeFully(channel, ByteBuffer.wrap(block, begin, end - begin));
        }
    }

    /**
     * Hashes what a file holds; a symlink is not followed.
     *
     * @param beforeEach called before every block; may throw
     */
    static ContentHash hash(Path file, Runnable beforeEach) throws IOException {
        MessageDigest digest = ContentHash.newDigest();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            while (channel.read(block.clear()) >= 0) {
                beforeEach.run();
                digest.update(block.flip());
            }
        }
        return ContentHash.of(digest.digest());
    }

    /** Lets a file have its name, in place of whatever file or symlink has it. */
    static void publish(Path temporary, Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            throw Refusal.conflict("publish", "a directory is in its place");
        }
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    }

    static void removeQuietly(Path temporary, Throwable reason) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Flushes a directory; Linux lets the JDK open one for reading, and {@code force} is {@code fsync(2)}. */
    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
