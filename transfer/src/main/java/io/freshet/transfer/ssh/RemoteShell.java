package io.freshet.transfer.ssh;

import io.freshet.file.ContentHash;
import io.freshet.file.FileType;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What Freshet has a target's own programs do; an account without a shell does none of it. */
interface RemoteShell {
    /** So many names are sent before an answer is read: what a program says about them fits into the channel's window. */
    int MOST_NAMES = 1000;

    /** The shell of an account that has none. */
    RemoteShell NONE = new RemoteShell() {
        @Override
        public Optional<Duration> start() {
            return Optional.empty();
        }

        @Override
        public List<Optional<ContentHash>> sha256(List<byte[]> paths, long bytes) {
            return Collections.nCopies(paths.size(), Optional.empty());
        }

        @Override
        public Optional<GrowingFile> hashAsItGrows(byte[] path) {
            return Optional.empty();
        }

        @Override
        public boolean flush(byte[] directory) {
            return false;
        }

        @Override
        public Optional<List<Unpacked>> unpack(byte[] directory, Archive archive) {
            return Optional.empty();
        }

        @Override
        public boolean has(Program program) {
            return false;
        }

        @Override
        public Optional<Map<String, Map<String, byte[]>>> extended(List<byte[]> paths) {
            return Optional.empty();
        }

        @Override
        public void removeExtended(List<String> namesAndPaths) {}

        @Override
        public void setExtended(Map<String, Map<String, byte[]>> attributes) {}

        @Override
        public void makeNodes(Map<String, Node> nodes) {}
    };

    /** Programs that not every target has. */
    enum Program {
        GETFATTR,
        SETFATTR,
        MKFIFO,
        MKNOD
    }

    /**
     * A FIFO or a device node that is to be made.
     *
     * @param device as in {@link io.freshet.file.FileState}
     */
    record Node(FileType type, long device) {}

    /** A file that is hashed while it is being written; to be closed whatever comes of it. */
    interface GrowingFile extends AutoCloseable {
        /** Tells that everything before a position is there and stays as it is. */
        void reached(long position);

        /** Tells that all of it is there, and returns the hash; empty where the target's program does not say. */
        Optional<ContentHash> hash(long size);

        @Override
        void close();
    }

    /** Something that writes an archive. */
    interface Archive {
        /**
         * Writes it.
         *
         * @return whether all of it was written; if not, the stream is broken off
         */
        boolean writeTo(OutputStream out) throws IOException;
    }

    /**
     * What lies in a directory after an archive was unpacked there.
     *
     * @param type {@code f}, {@code d}, {@code l} or something else, as find(1) has it
     * @param name below the directory, its bytes in ISO 8859-1
     */
    record Unpacked(char type, long size, String name) {}

    /** Returns how long it takes until a command runs; empty where none does, or none within two seconds. */
    Optional<Duration> start();

    /**
     * Hashes files where they are.
     *
     * @param paths at most {@value #MOST_NAMES}, absolute
     * @param bytes their sizes together, which tell how long to wait
     * @return what the target's program said, in the order asked; empty for those about which it said nothing
     */
    List<Optional<ContentHash>> sha256(List<byte[]> paths, long bytes);

    /**
     * Begins to hash a file that is being written, from its beginning on.
     *
     * @param path absolute
     * @return empty where nobody would do it now, as where a few others are hashed so
     */
    Optional<GrowingFile> hashAsItGrows(byte[] path);

    /**
     * Brings to stable storage what lies on the file system of a directory (sync(1), syncfs(2)).
     *
     * @return whether the target's program says that it did
     */
    boolean flush(byte[] directory);

    /**
     * Unpacks an archive in an empty directory of the staging area, flushes what it made, and tells what is there then.
     *
     * @param directory absolute, without a newline
     * @return empty unless the target's programs say that all went well
     */
    Optional<List<Unpacked>> unpack(byte[] directory, Archive archive);

    /** Returns whether the account finds a program, and what it takes to call it. */
    boolean has(Program program);

    /**
     * Reads the extended attributes of objects, symlinks themselves included.
     *
     * @param paths at most {@value #MOST_NAMES}, absolute
     * @return by path, in ISO 8859-1, those that have any; empty where nobody answered
     */
    Optional<Map<String, Map<String, byte[]>>> extended(List<byte[]> paths);

    /** Takes extended attributes away, by name and path in turn, both in ISO 8859-1; whether that worked is to be read. */
    void removeExtended(List<String> namesAndPaths);

    /** Sets extended attributes, by path in ISO 8859-1 and name in text form; whether that worked is to be read. */
    void setExtended(Map<String, Map<String, byte[]>> attributes);

    /** Makes FIFOs and device nodes, by path in ISO 8859-1, for their owner only; whether that worked is to be looked at. */
    void makeNodes(Map<String, Node> nodes);
}
