package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.ContentHash;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.FileType;
import io.freshet.file.PartialKey;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import io.freshet.target.Capability;
import io.freshet.target.Monitor;
import io.freshet.target.NewDirectory;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import io.freshet.target.TargetEntry;
import io.freshet.target.TargetListing;
import io.freshet.target.TargetSession;
import io.freshet.transfer.GateName;
import io.freshet.transfer.PartialName;
import io.freshet.transfer.StagingName;
import io.freshet.transfer.ssh.Circumstances.Look;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A session with a target over SFTP. */
final class SftpTargetSession implements TargetSession {
    private static final String MARKER = "marker";
    private static final int MARKER_MODE = 0600;
    private static final int LARGEST_MARKER = 64 * 1024;
    private static final int LOOKS_IN_FLIGHT = 2048;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final SshSettings settings;
    private final SftpChannel channel;
    private final RemoteShell shell;
    private final Runnable disconnect;
    private RemotePaths paths;
    private TargetFacts facts;
    private boolean entered;

    /** @param disconnect closes what the channel runs over; may be called more than once, from any thread */
    SftpTargetSession(SshSettings settings, SftpChannel channel, RemoteShell shell, Runnable disconnect) {
        this.settings = settings;
        this.channel = channel;
        this.shell = shell;
        this.disconnect = disconnect;
        this.paths = RemotePaths.below(TextForm.decode(settings.root()));
        this.facts = SftpProbe.ofExtensions(channel, settings.fidelity());
        Look root = Look.of(channel.call(channel.request(SftpProtocol.LSTAT).string(paths.of(RelativePath.ROOT))));
        if (!root.isDirectory()) {
            throw failure(
                    ErrorCode.TARGET_ROOT_SUSPECT,
                    "the target root " + settings.root()
                            + (root.isAbsent() ? " is missing" : " is not a directory that can be entered")
                            + " on " + settings.host() + "; make or mount it");
        }
    }

    @Override
    public Set<Capability> capabilities() {
        return facts.capabilities();
    }

    @Override
    public void enterGate(long epoch, String nonce, String user, long number) {
        entered = false;
        SftpGate gate = new SftpGate(settings, channel, paths.withoutGate());
        gate.makeHouse();
        GateName own = new GateName(epoch, nonce, user, number);
        paths = gate.enter(own);
        sweepEntered(name -> StagingName.isLeftBefore(own, name));
        facts = SftpProbe.ofStaging(channel, shell, paths, facts, gate.isDraftOrder());
        new OpenRoot(settings, channel).refuse(facts);
        facts = new FidelityOnTarget(settings.target(), channel, shell, paths).probe(facts);
        entered = true;
    }

    /** Makes the request for a symlink; OpenSSH, and with it the world, takes the arguments against the draft's order. */
    static SftpRequest symlink(SftpChannel channel, byte[] linkTarget, byte[] link, boolean draftOrder) {
        SftpRequest request = channel.request(SftpProtocol.SYMLINK);
        return draftOrder
                ? request.string(link).string(linkTarget)
                : request.string(linkTarget).string(link);
    }

    @Override
    public Optional<byte[]> readMarker() {
        SftpReply opened = channel.call(channel.request(SftpProtocol.OPEN)
                .string(paths.inHouse(MARKER))
                .number(SftpProtocol.OPEN_READ)
                .noAttributes());
        if (opened.type() != SftpProtocol.HANDLE) {
            if (look(paths.inHouse(MARKER)).isAbsent()) {
                requireGate();
                return Optional.empty();
            }
            throw unexpected("read the marker", opened.status());
        }
        byte[] handle = opened.string();
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        while (content.size() <= LARGEST_MARKER) {
            SftpReply read = channel.call(channel.request(SftpProtocol.READ)
                    .string(handle)
                    .longNumber(content.size())
                    .number(LARGEST_MARKER / 2));
            if (read.type() != SftpProtocol.DATA) {
                if (read.status().code() != SftpProtocol.STATUS_EOF) {
                    throw unexpected("read the marker", read.status());
                }
                break;
            }
            content.writeBytes(read.string());
        }
        channel.call(channel.request(SftpProtocol.CLOSE).string(handle));
        return Optional.of(content.toByteArray());
    }

    @Override
    public boolean createMarker(byte[] content) {
        requireEntered();
        byte[] temporary = paths.temporary();
        writeWhole(temporary, content);
        // The plain rename of version 3 fails where the new name exists (draft-ietf-secsh-filexfer-02, 6.5), so the
        // marker
        // is made exclusively and is never there by half.
        SftpReply renamed = channel.call(
                channel.request(SftpProtocol.RENAME).string(temporary).string(paths.inHouse(MARKER)));
        if (!renamed.isOk()) {
            channel.call(channel.request(SftpProtocol.REMOVE).string(temporary));
            if (look(paths.inHouse(MARKER)).isThere()) {
                return false;
            }
            throw unexpected("make the marker", renamed.status());
        }
        syncHouse();
        return true;
    }

    @Override
    public void replaceMarker(byte[] content) {
        requireEntered();
        byte[] temporary = paths.temporary();
        writeWhole(temporary, content);
        SftpReply renamed = channel.call(facts.renameRequest(channel, temporary, paths.inHouse(MARKER)));
        if (!renamed.isOk()) {
            channel.call(channel.request(SftpProtocol.REMOVE).string(temporary));
            throw unexpected("replace the marker", renamed.status());
        }
        syncHouse();
    }

    @Override
    public Optional<String> markedAbove() {
        List<RemotePaths> above = paths.above();
        Set<RemotePaths> marked = new HashSet<>();
        for (RemotePaths one : above) {
            channel.send(channel.request(SftpProtocol.LSTAT).string(one.inHouse(MARKER)), reply -> {
                if (Look.of(reply).isThere()) {
                    marked.add(one);
                }
            });
        }
        channel.receiveAll();
        return above.stream().filter(marked::contains).map(RemotePaths::root).findFirst();
    }

    private void syncHouse() {
        if (facts.can(Capability.DIRECTORY_SYNC)) {
            SftpProbe.syncDirectory(channel, paths.house());
        }
    }

    private void writeWhole(byte[] remote, byte[] content) {
        SftpReply opened = channel.call(channel.request(SftpProtocol.OPEN)
                .string(remote)
                .number(SftpProtocol.OPEN_WRITE | SftpProtocol.OPEN_CREATE | SftpProtocol.OPEN_EXCLUSIVE)
                .mode(MARKER_MODE));
        if (opened.type() != SftpProtocol.HANDLE) {
            throw unexpected("make the marker", opened.status());
        }
        byte[] handle = opened.string();
        require(channel.request(SftpProtocol.WRITE).string(handle).longNumber(0).string(content), "write the marker");
        if (facts.can(Capability.FILE_SYNC)) {
            require(channel.extended(SftpProtocol.FSYNC).string(handle).patient(), "flush the marker");
        }
        require(channel.request(SftpProtocol.CLOSE).string(handle), "close the marker");
    }

    @Override
    public Optional<TargetEntry> look(RelativePath path) {
        return look(List.of(path)).get(0);
    }

    @Override
    public List<Optional<TargetEntry>> look(List<RelativePath> wanted) {
        List<Optional<TargetEntry>> entries = new ArrayList<>(wanted.size());
        Looking looking = new Looking();
        for (int i = 0; i < wanted.size(); i++) {
            entries.add(Optional.empty());
            int index = i;
            RelativePath path = wanted.get(i);
            byte[] remote = paths.of(path);
            while (channel.outstanding() >= LOOKS_IN_FLIGHT) {
                channel.receive();
            }
            channel.send(channel.request(SftpProtocol.LSTAT).string(remote), reply -> {
                Look look = Look.of(reply);
                SftpAttributes attributes = look.attributes();
                if (attributes != null && attributes.isSymlink()) {
                    channel.send(
                            channel.request(SftpProtocol.READLINK).string(remote),
                            link -> entries.set(index, Optional.of(entry(path, attributes, linkTarget(link)))));
                } else if (attributes != null) {
                    entries.set(index, Optional.of(entry(path, attributes, null)));
                } else if (look.isAbsent() || look.isNameRefused()) {
                    looking.somethingAbsent = true;
                } else if (looking.failure == null) {
                    looking.failure = failure(
                            look.status() == SftpProtocol.STATUS_PERMISSION_DENIED
                                    ? ErrorCode.PERMISSION_DENIED
                                    : ErrorCode.TARGET_FAILURE,
                            "could not look at '" + path + "': " + reply.status());
                }
            });
        }
        channel.receiveAll();
        if (looking.somethingAbsent) {
            requireGate();
        }
        if (looking.failure != null) {
            throw looking.failure;
        }
        return entries;
    }

    private static final class Looking {
        private boolean somethingAbsent;
        private @Nullable FreshetException failure;
    }

    private static @Nullable String linkTarget(SftpReply reply) {
        if (reply.type() != SftpProtocol.NAME || reply.number() < 1) {
            return null;
        }
        return TextForm.encode(reply.string());
    }

    private static TargetEntry entry(RelativePath path, SftpAttributes attributes, @Nullable String linkTarget) {
        return new TargetEntry(
                path,
                attributes.type(),
                attributes.size(),
                attributes.mtimeSeconds() * NANOS_PER_SECOND,
                attributes.permissions(),
                attributes.uid(),
                attributes.gid(),
                linkTarget);
    }

    @Override
    public List<TargetEntry> list(RelativePath directory) {
        List<TargetEntry> entries = new ArrayList<>();
        SftpListing.read(
                channel,
                paths.of(directory),
                (name, attributes) -> {
                    if (!isReserved(name)) {
                        entries.add(entry(directory.child(name), attributes, null));
                    }
                },
                status -> {
                    requireGate();
                    throw failure(
                            status.code() == SftpProtocol.STATUS_PERMISSION_DENIED
                                    ? ErrorCode.PERMISSION_DENIED
                                    : ErrorCode.TARGET_CONFLICT,
                            "could not list '" + directory + "': " + status);
                });
        return entries;
    }

    @Override
    public List<TargetListing> list(List<RelativePath> directories) {
        List<TargetListing> listings = new ArrayList<>(directories.size());
        List<DirectoryReader> readers = new ArrayList<>();
        for (Optional<TargetEntry> found : look(directories)) {
            if (found.isPresent() && found.get().type() == FileType.DIRECTORY) {
                readers.add(new DirectoryReader(directories.get(listings.size()), listings.size()));
            }
            listings.add(new TargetListing.NoDirectory());
        }
        SftpListing.read(channel, readers);
        if (readers.stream().anyMatch(reader -> reader.failure != null)) {
            requireGate();
        }
        readers.forEach(reader -> listings.set(reader.index, reader.listing()));
        return listings;
    }

    /** Takes in the entries of one of many directories. */
    private final class DirectoryReader implements SftpListing.Reader {
        private final RelativePath path;
        private final int index;
        private final List<TargetEntry> entries = new ArrayList<>();
        private SftpReply.@Nullable Status failure;

        private DirectoryReader(RelativePath path, int index) {
            this.path = path;
            this.index = index;
        }

        @Override
        public byte[] directory() {
            return paths.of(path);
        }

        @Override
        public void accept(byte[] name, SftpAttributes attributes) {
            if (!isReserved(name)) {
                entries.add(entry(path.child(name), attributes, null));
            }
        }

        @Override
        public void failed(SftpReply.Status status) {
            failure = status;
        }

        private TargetListing listing() {
            SftpReply.Status failed = failure;
            if (failed == null) {
                return new TargetListing.Entries(entries);
            }
            boolean denied = failed.code() == SftpProtocol.STATUS_PERMISSION_DENIED;
            return new TargetListing.Unreadable(
                    denied ? ErrorCode.PERMISSION_DENIED : ErrorCode.TARGET_FAILURE,
                    "target '" + settings.target() + "': could not list '" + path + "': " + failed);
        }
    }

    private static boolean isReserved(byte[] name) {
        return new String(name, StandardCharsets.ISO_8859_1).equals(RelativePath.RESERVED_NAME);
    }

    @Override
    public List<Result> apply(List<Operation> operations, Monitor monitor) {
        requireEntered();
        return new GuardedDelivery(
                        settings.target(),
                        channel,
                        paths,
                        monitor,
                        straight -> new Delivery(settings.target(), channel, shell, paths, facts, straight, monitor))
                .run(operations);
    }

    @Override
    public OptionalInt fewestToPutWhole() {
        int fewest = facts.fewestToPutWhole();
        return fewest == 0 ? OptionalInt.empty() : OptionalInt.of(fewest);
    }

    @Override
    public List<List<Result>> putWhole(List<NewDirectory> directories, Monitor monitor) {
        requireEntered();
        return new WholeDelivery(settings.target(), channel, shell, paths, facts, directories, monitor).run();
    }

    @Override
    public List<Optional<ContentHash>> hash(List<RelativePath> wanted, Monitor monitor) {
        return new TargetHashes(settings.target(), channel, shell, paths, facts, monitor).of(look(wanted));
    }

    @Override
    public List<Optional<ExtendedAttributes>> extended(List<RelativePath> wanted) {
        return new TargetExtended(shell, facts)
                .of(wanted.stream().map(paths::of).toList());
    }

    @Override
    public OptionalLong freeBytes() {
        if (!facts.can(Capability.FREE_SPACE)) {
            return OptionalLong.empty();
        }
        SftpReply reply = channel.call(channel.extended(SftpProtocol.STATVFS).string(paths.of(RelativePath.ROOT)));
        if (reply.type() != SftpProtocol.EXTENDED_REPLY) {
            requireGate();
            throw unexpected("ask for free space", reply.status());
        }
        return OptionalLong.of(FileSystemSpace.of(reply).usableBytes(facts.isSuperuser()));
    }

    @Override
    public void sweepStaging(Set<PartialKey> needed) {
        sweep(name -> PartialName.isLeftOver(needed, name));
    }

    @Override
    public void removePartials(Set<PartialKey> needless) {
        sweep(name -> PartialName.isOneOf(needless, name));
    }

    private void sweep(Predicate<String> which) {
        requireEntered();
        sweepEntered(which);
    }

    private void sweepEntered(Predicate<String> which) {
        StagingSweep.run(channel, paths.house(), which, status -> {
            requireGate();
            throw unexpected("list the staging area", status);
        });
    }

    private Look look(byte[] remote) {
        return Look.of(channel.call(channel.request(SftpProtocol.LSTAT).string(remote)));
    }

    /** What is absent may be so only because the gate is gone, and that means something else. */
    private void requireGate() {
        if (paths.isGated() && look(paths.ownGate()).isAbsent()) {
            throw failure(ErrorCode.LEASE_LOST, "the gate of this lease is gone: another process owns the target now");
        }
    }

    private void requireEntered() {
        if (!entered) {
            throw new IllegalStateException("no gate was entered");
        }
    }

    private void require(SftpRequest request, String what) {
        SftpReply reply = channel.call(request);
        if (!reply.isOk()) {
            throw unexpected(what, reply.status());
        }
    }

    private FreshetException unexpected(String what, SftpReply.Status status) {
        requireGate();
        return failure(
                status.code() == SftpProtocol.STATUS_PERMISSION_DENIED
                        ? ErrorCode.PERMISSION_DENIED
                        : ErrorCode.TARGET_FAILURE,
                "could not " + what + ": " + status);
    }

    private FreshetException failure(ErrorCode code, String what) {
        return new FreshetException(code, "target '" + settings.target() + "': " + what);
    }

    @Override
    public void close() {
        disconnect.run();
    }
}
