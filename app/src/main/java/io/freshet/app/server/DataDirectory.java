package io.freshet.app.server;

import io.freshet.app.config.DataFiles;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/**
 * The directory with Freshet's own things, in exclusive use by this process until it is closed or the process ends,
 * however that is.
 */
final class DataDirectory implements AutoCloseable {
    private static final String OWNER_ONLY = "rwx------";
    /** The embedded database of root may run as another user, who must get through to his own directory below. */
    private static final String OWNER_AND_PASSAGE = "rwx--x--x";

    private final DataFiles files;
    private final FileChannel lock;

    private DataDirectory(DataFiles files, FileChannel lock) {
        this.files = files;
        this.lock = lock;
    }

    /**
     * Makes the directory where it is missing, and takes it for this process.
     *
     * @throws FreshetException if others may write to it, another process has it, or it cannot be made
     */
    static DataDirectory open(Path directory) {
        DataFiles files = new DataFiles(directory);
        try {
            if (!Files.isDirectory(directory)) {
                Path parent = directory.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
                if (isRoot()) {
                    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(OWNER_AND_PASSAGE));
                }
            }
            refuseOpenToOthers(directory);
            FileChannel lock = take(files);
            DataDirectory taken = new DataDirectory(files, lock);
            taken.removeTraces();
            return taken;
        } catch (IOException failure) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "the data directory '" + directory + "' cannot be used: " + failure
                            + "; set data-dir to a place that " + System.getProperty("user.name") + " may write to",
                    failure);
        }
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    private static void refuseOpenToOthers(Path directory) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "the data directory '" + directory + "' can be written to by others than its owner; look for what"
                            + " they left there, then run: chmod go-w " + directory);
        }
    }

    private static FileChannel take(DataFiles files) throws IOException {
        FileChannel channel = FileChannel.open(
                files.lock(),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                ownerOnly());
        boolean taken = false;
        try {
            taken = channel.tryLock() != null;
        } catch (OverlappingFileLockException inThisProcess) {
            // Not taken.
        } finally {
            if (!taken) {
                String holder = new String(channelBytes(channel), StandardCharsets.US_ASCII).strip();
                channel.close();
                throwInUse(files, holder);
            }
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    private static void throwInUse(DataFiles files, String holder) {
        throw new FreshetException(
                ErrorCode.CONFIGURATION_INVALID,
                "the data directory '" + files.directory() + "' is in use by another Freshet (process " + holder
                        + "); stop that one first, or give this one a data-dir of its own");
    }

    private static byte[] channelBytes(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(32);
        channel.read(buffer, 0);
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    DataFiles files() {
        return files;
    }

    /** Returns what this installation is called among those that share a database; made up at the first call. */
    String nodeId() {
        try {
            if (!Files.exists(files.nodeId())) {
                byte[] random = new byte[4];
                new SecureRandom().nextBytes(random);
                write(files.nodeId(), hostName() + "-" + HexFormat.of().formatHex(random));
            }
            return Files.readString(files.nodeId()).strip();
        } catch (IOException failure) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "cannot read or write " + files.nodeId() + ": " + failure,
                    failure);
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9.-]", "");
        } catch (UnknownHostException unnamed) {
            return "node";
        }
    }

    /** Writes one line to a file that only the owner can read, at once or not at all. */
    void write(Path file, String line) {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, ownerOnly());
            Files.writeString(fresh, line + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID, "cannot write " + file + ": " + failure, failure);
        }
    }

    void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID, "cannot remove " + file + ": " + failure, failure);
        }
    }

    private static FileAttribute<Set<PosixFilePermission>> ownerOnly() {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    }

    /** What tells commands where a server is must not outlive it. */
    private void removeTraces() throws IOException {
        Files.deleteIfExists(files.serverUrl());
        Files.deleteIfExists(files.token());
    }

    @Override
    public void close() {
        try {
            removeTraces();
            lock.close();
        } catch (IOException failure) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID, "cannot leave " + files.directory() + ": " + failure, failure);
        }
    }
}
