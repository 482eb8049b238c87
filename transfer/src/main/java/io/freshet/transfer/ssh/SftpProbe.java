package io.freshet.transfer.ssh;

import io.freshet.file.ContentHash;
import io.freshet.target.Capability;
import io.freshet.target.Fidelity;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds out what a server can do: from what it announces, then by trying in the staging area. */
final class SftpProbe {
    /** What every server must take in one packet (draft-ietf-secsh-filexfer-02, 3), less what goes around the content. */
    private static final int SAFE_WRITE = 32_768 - SftpRequest.writeOverhead();

    private static final int LARGEST_USEFUL_WRITE = 256 * 1024;
    private static final int USUAL_OPEN_FILES = 128;
    private static final int SPARE_OPEN_FILES = 8;
    private static final int PROBE_MODE = 0600;
    private static final int PROBE_OTHER_MODE = 0640;
    /** An owner that nobody has by accident, to see whether owners can be given away; the account {@code daemon}. */
    private static final int OTHER_OWNER = 1;

    private static final int PROBE_DIRECTORY_MODE = 0700;
    private static final byte[] PROBE_NAME = "probe".getBytes(StandardCharsets.US_ASCII);

    /** What an entry costs when it is queued, sent by SFTP and acknowledged by itself; benchmarks/deliver. */
    private static final long NANOS_PER_ENTRY = 150_000;

    private static final int FEWEST_TO_PUT_WHOLE = 32;

    private static final Duration QUICK_START = Duration.ofMillis(500);
    private static final byte[] PROBE_CONTENT = "freshet".getBytes(StandardCharsets.US_ASCII);

    private SftpProbe() {}

    /** Reads the announced extensions; asks for the limits. */
    static TargetFacts ofExtensions(SftpChannel channel, Fidelity fidelity) {
        EnumSet<Capability> can = EnumSet.noneOf(Capability.class);
        add(can, channel.offers(SftpProtocol.POSIX_RENAME), Capability.ATOMIC_RENAME);
        add(can, channel.offers(SftpProtocol.FSYNC), Capability.FILE_SYNC);
        add(can, channel.offers(SftpProtocol.HARDLINK), Capability.HARD_LINK);
        add(can, channel.offers(SftpProtocol.LSETSTAT), Capability.SYMLINK_ATTRIBUTES);
        add(can, channel.offers(SftpProtocol.STATVFS), Capability.FREE_SPACE);
        int largestWrite = SAFE_WRITE;
        int openFiles = USUAL_OPEN_FILES;
        if (channel.offers(SftpProtocol.LIMITS)) {
            SftpReply limits = channel.call(channel.extended(SftpProtocol.LIMITS));
            if (limits.type() == SftpProtocol.EXTENDED_REPLY) {
                long packet = limits.longNumber();
                limits.longNumber();
                long write = limits.longNumber();
                long handles = limits.longNumber();
                if (packet > 0) {
                    write = Math.min(write == 0 ? packet : write, packet - SftpRequest.writeOverhead());
                }
                largestWrite = (int) Math.max(SAFE_WRITE, Math.min(write, LARGEST_USEFUL_WRITE));
                openFiles = handles == 0
                        ? USUAL_OPEN_FILES
                        : (int) Math.max(1, Math.min(USUAL_OPEN_FILES, handles - SPARE_OPEN_FILES));
            }
        }
        return new TargetFacts(can, largestWrite, openFiles, -1, -1, false, 0, false, fidelity, false);
    }

    /** Makes, changes and removes one file in the staging area to see what takes effect. */
    static TargetFacts ofStaging(
            SftpChannel channel, RemoteShell shell, RemotePaths paths, TargetFacts known, boolean draftOrder) {
        Set<Capability> can = EnumSet.noneOf(Capability.class);
        can.addAll(known.capabilities());
        can.remove(Capability.CHANGE_OWNER);
        add(can, paths.isGated(), Capability.GATE);
        String name = paths.temporaryName();
        byte[] probe = paths.inHouse(name);
        int uid = -1;
        int gid = -1;
        boolean modeOfLinks = false;
        SftpReply opened = channel.call(openNew(channel, probe));
        if (opened.type() == SftpProtocol.HANDLE) {
            byte[] handle = opened.string();
            SftpReply state = channel.call(channel.request(SftpProtocol.FSTAT).string(handle));
            if (state.type() == SftpProtocol.ATTRIBUTES) {
                SftpAttributes attributes = state.attributes();
                uid = attributes.uid();
                gid = attributes.gid();
            }
            boolean givesAway = uid == 0
                    && channel.call(channel.request(SftpProtocol.FSETSTAT)
                                    .string(handle)
                                    .owner(OTHER_OWNER, OTHER_OWNER))
                            .isOk();
            add(can, givesAway, Capability.CHANGE_OWNER);
            modeOfLinks = channel.offers(SftpProtocol.LSETSTAT)
                    && setsModeWithoutFollowing(channel, probe)
                    && refusesModeOfLink(channel, paths, name, draftOrder);
            channel.call(channel.request(SftpProtocol.WRITE)
                    .string(handle)
                    .longNumber(0)
                    .string(PROBE_CONTENT));
            add(can, copies(channel, paths, handle), Capability.SERVER_COPY);
            Optional<Duration> start = shell.start();
            add(can, start.isPresent() && tellsChecksum(shell, probe), Capability.CHECKSUM);
            add(
                    can,
                    start.filter(SftpProbe::isQuick).isPresent() && shell.flush(paths.house()),
                    Capability.FILE_SYSTEM_SYNC);
            channel.call(channel.request(SftpProtocol.CLOSE).string(handle));
            channel.call(channel.request(SftpProtocol.REMOVE).string(probe));
        }
        add(
                can,
                channel.offers(SftpProtocol.FSYNC) && syncDirectory(channel, paths.house()),
                Capability.DIRECTORY_SYNC);
        int fewestToPutWhole = 0;
        if (can.contains(Capability.FILE_SYSTEM_SYNC) && !known.fidelity().isMoreThanStreamed()) {
            fewestToPutWhole = fewestToPutWhole(channel, shell, paths);
            add(can, fewestToPutWhole > 0, Capability.WHOLE_DIRECTORY);
        }
        return new TargetFacts(
                can,
                known.largestWrite(),
                known.openFiles(),
                uid,
                gid,
                modeOfLinks,
                fewestToPutWhole,
                draftOrder,
                known.fidelity(),
                false);
    }

    /** Tried, not asked for: a server may announce it and refuse it, and the other way round. */
    private static boolean copies(SftpChannel channel, RemotePaths paths, byte[] handle) {
        byte[] copy = paths.temporary();
        SftpReply opened = channel.call(openNew(channel, copy));
        if (opened.type() != SftpProtocol.HANDLE) {
            return false;
        }
        byte[] copyHandle = opened.string();
        boolean copied = channel.call(channel.extended(SftpProtocol.COPY_DATA)
                        .string(handle)
                        .longNumber(0)
                        .longNumber(PROBE_CONTENT.length)
                        .string(copyHandle)
                        .longNumber(0))
                .isOk();
        channel.call(channel.request(SftpProtocol.CLOSE).string(copyHandle));
        channel.call(channel.request(SftpProtocol.REMOVE).string(copy));
        return copied;
    }

    /** Has a small archive unpacked, and compares how long that takes with what an entry takes by SFTP. */
    private static int fewestToPutWhole(SftpChannel channel, RemoteShell shell, RemotePaths paths) {
        byte[] directory = paths.temporary();
        if (!channel.call(channel.request(SftpProtocol.MKDIR).string(directory).mode(PROBE_DIRECTORY_MODE))
                .isOk()) {
            return 0;
        }
        TarStream.Member member = new TarStream.Member(PROBE_MODE, 0, 0, 1);
        long begun = System.nanoTime();
        Optional<List<RemoteShell.Unpacked>> unpacked = shell.unpack(directory, out -> {
            TarStream tar = new TarStream(out);
            tar.file(PROBE_NAME, member, PROBE_CONTENT, PROBE_CONTENT.length);
            tar.end();
            return true;
        });
        long taken = System.nanoTime() - begun;
        StagingSweep.remove(channel, directory);
        RemoteShell.Unpacked wanted =
                new RemoteShell.Unpacked('f', PROBE_CONTENT.length, new String(PROBE_NAME, StandardCharsets.US_ASCII));
        return unpacked.filter(List.of(wanted)::equals).isPresent()
                ? (int) Math.max(FEWEST_TO_PUT_WHOLE, taken / NANOS_PER_ENTRY)
                : 0;
    }

    static SftpRequest openNew(SftpChannel channel, byte[] path) {
        return channel.request(SftpProtocol.OPEN)
                .string(path)
                .number(SftpProtocol.OPEN_READ
                        | SftpProtocol.OPEN_WRITE
                        | SftpProtocol.OPEN_CREATE
                        | SftpProtocol.OPEN_EXCLUSIVE)
                .mode(PROBE_MODE);
    }

    /** A flush for many files is worth a command only if that starts sooner than they are flushed one by one. */
    private static boolean isQuick(Duration start) {
        return start.compareTo(QUICK_START) < 0;
    }

    private static boolean tellsChecksum(RemoteShell shell, byte[] probe) {
        ContentHash right = ContentHash.of(ContentHash.newDigest().digest(PROBE_CONTENT));
        return shell.sha256(List.of(probe), 0).get(0).filter(right::equals).isPresent();
    }

    private static boolean setsModeWithoutFollowing(SftpChannel channel, byte[] path) {
        return channel.call(channel.extended(SftpProtocol.LSETSTAT).string(path).mode(PROBE_OTHER_MODE))
                .isOk();
    }

    /** A server that says yes to a link (MINA on newer JDKs, without doing it) hides that a link is in the way. */
    private static boolean refusesModeOfLink(
            SftpChannel channel, RemotePaths paths, String linkTarget, boolean draftOrder) {
        byte[] link = paths.temporary();
        byte[] to = linkTarget.getBytes(StandardCharsets.US_ASCII);
        if (!channel.call(SftpTargetSession.symlink(channel, to, link, draftOrder))
                .isOk()) {
            return false;
        }
        boolean refused = !setsModeWithoutFollowing(channel, link);
        channel.call(channel.request(SftpProtocol.REMOVE).string(link));
        return refused;
    }

    /** Flushes a directory and tells whether the server did. */
    static boolean syncDirectory(SftpChannel channel, byte[] directory) {
        SftpReply opened = channel.call(channel.request(SftpProtocol.OPEN)
                .string(directory)
                .number(SftpProtocol.OPEN_READ)
                .noAttributes());
        if (opened.type() != SftpProtocol.HANDLE) {
            return false;
        }
        byte[] handle = opened.string();
        boolean synced = channel.call(
                        channel.extended(SftpProtocol.FSYNC).string(handle).patient())
                .isOk();
        channel.call(channel.request(SftpProtocol.CLOSE).string(handle));
        return synced;
    }

    private static void add(Set<Capability> can, boolean really, Capability capability) {
        if (really) {
            can.add(capability);
        }
    }
}
