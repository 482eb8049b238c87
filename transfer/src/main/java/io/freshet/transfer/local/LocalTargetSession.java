package io.freshet.transfer.local;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.Attributes;
import io.freshet.file.ContentHash;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.ExtendedAttributes.Selection;
import io.freshet.file.FileType;
import io.freshet.file.PartialKey;
import io.freshet.path.RelativePath;
import io.freshet.posix.LocalNode;
import io.freshet.target.Capability;
import io.freshet.target.Fidelity;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import io.freshet.target.TargetEntry;
import io.freshet.target.TargetSession;
import io.freshet.transfer.FidelityProbe;
import io.freshet.transfer.GateName;
import io.freshet.transfer.PartialName;
import io.freshet.transfer.SetIdBits;
import io.freshet.transfer.StagingName;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A session with a target that is a directory of this machine; used by one thread at a time. */
final class LocalTargetSession implements TargetSession {
    private static final String MARKER = "marker";
    private static final int HOUSE_MODE = 0700;
    private static final int OTHER_OWNER = 1;
    /** The number of {@code /dev/null} (Linux, admin-guide/devices.txt). */
    private static final long NULL_DEVICE = 1L << 32 | 3;

    private static final int FLUSHES_AT_ONCE = 16;

    private final String target;
    private final Path root;
    private final Fidelity fidelity;
    private final ExecutorService flushers = Executors.newFixedThreadPool(FLUSHES_AT_ONCE, work -> {
        Thread thread = new Thread(work, "flush");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Capability> capabilities = EnumSet.of(
            Capability.ATOMIC_RENAME,
            Capability.FILE_SYNC,
            Capability.DIRECTORY_SYNC,
            Capability.HARD_LINK,
            Capability.SYMLINK_ATTRIBUTES,
            Capability.FREE_SPACE,
            Capability.NANOSECOND_TIMES);
    private @Nullable GateName connection;
    private @Nullable GateName gate;
    private boolean entered;
    private int stagedUid = -1;
    private int stagedGid = -1;

    LocalTargetSession(String target, Path root, Fidelity fidelity) {
        this.target = target;
        this.root = root;
        this.fidelity = fidelity;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.copyOf(capabilities);
    }

    @Override
    public void enterGate(long epoch, String nonce, String user, long number) {
        entered = false;
        gate = null;
        GateName own = new GateName(epoch, nonce, user, number);
        Path house = root.resolve(RelativePath.RESERVED_NAME);
        try {
            makeHouse(house);
            if (makeGate(house, own)) {
                compare(house, own);
                gate = own;
                capabilities.add(Capability.GATE);
            } else {
                capabilities.remove(Capability.GATE);
            }
            connection = own;
            sweep(inHouse("."), name -> StagingName.isLeftBefore(own, name));
            probeOwner();
            probeExtended();
            probeNodes();
            entered = true;
        } catch (IOException e) {
            throw failure(LocalFailure.codeOf(e), "could not enter the staging area: " + e.getMessage(), e);
        }
    }

    private void makeHouse(Path house) throws IOException {
        try {
            Files.createDirectory(house);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(house, LinkOption.NOFOLLOW_LINKS)) {
                throw failure(
                        ErrorCode.TARGET_ROOT_SUSPECT,
                        "'" + RelativePath.RESERVED_NAME + "' in the target root is not a directory",
                        e);
            }
        }
        LocalAttributes.setMode(house, HOUSE_MODE);
    }

    private static boolean makeGate(Path house, GateName own) throws IOException {
        Path link = house.resolve(own.toString());
        try {
            Files.createSymbolicLink(link, Path.of(GateName.LINK_TARGET));
        } catch (FileAlreadyExistsException e) {
            return Files.isSymbolicLink(link);
        } catch (UnsupportedOperationException e) {
            return false;
        }
        return true;
    }

    private void compare(Path house, GateName own) throws IOException {
        List<Path> older = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(house)) {
            for (Path entry : entries) {
                Optional<GateName> other = GateName.parse(LocalPaths.name(entry));
                if (other.isPresent() && own.yieldsTo(other.get())) {
                    Files.deleteIfExists(house.resolve(own.toString()));
                    throw failure(
                            ErrorCode.LEASE_LOST,
                            "the gate " + other.get() + " of a newer lease is there, ours is " + own
                                    + "; another process owns the target now",
                            null);
                }
                if (other.filter(own::replaces).isPresent()) {
                    older.add(entry);
                }
            }
        }
        for (Path entry : older) {
            Files.deleteIfExists(entry);
        }
    }

    private void probeOwner() throws IOException {
        Path probe = Files.createFile(temporary());
        try {
            stagedUid = (Integer) Files.getAttribute(probe, "unix:uid");
            stagedGid = (Integer) Files.getAttribute(probe, "unix:gid");
            boolean superuser = stagedUid == 0;
            if (superuser) {
                LocalAttributes.setOwner(probe, OTHER_OWNER, OTHER_OWNER);
                capabilities.add(Capability.CHANGE_OWNER);
            } else {
                capabilities.remove(Capability.CHANGE_OWNER);
            }
        } catch (IOException e) {
            // Root without the right to give files away, as in a user namespace.
            capabilities.remove(Capability.CHANGE_OWNER);
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private void probeExtended() throws IOException {
        Selection selection = fidelity.extended();
        if (selection.isEmpty()) {
            return;
        }
        probeExtended(new Selection(selection.xattrs(), false), Fidelity.XATTRS, Capability.XATTRS);
        probeExtended(new Selection(false, selection.acls()), Fidelity.ACLS, Capability.ACLS);
    }

    private void probeExtended(Selection selection, String option, Capability capability) throws IOException {
        if (selection.isEmpty()) {
            return;
        }
        ExtendedAttributes wanted = FidelityProbe.attributes(selection);
        Path probe = Files.createFile(temporary());
        boolean kept;
        try (LocalNode node = LocalNode.hold(LocalPaths.bytes(probe))) {
            node.setExtended(selection, wanted);
            kept = node.extended(selection).equals(wanted);
        } catch (IOException e) {
            kept = false;
        } finally {
            Files.deleteIfExists(probe);
        }
        if (!kept) {
            throw FidelityProbe.refusal(
                    target,
                    option,
                    "the file system of " + root
                            + " does not keep them; take another one, or mount it so that it does");
        }
        capabilities.add(capability);
    }

    private void probeNodes() throws IOException {
        if (!fidelity.devices()) {
            return;
        }
        if (!makes(FileType.FIFO, 0)) {
            throw FidelityProbe.refusal(
                    target,
                    Fidelity.DEVICES,
                    "the file system of " + root + " does not even take a FIFO; take another one");
        }
        capabilities.add(Capability.FIFOS);
        if (makes(FileType.CHARACTER_DEVICE, NULL_DEVICE)) {
            capabilities.add(Capability.DEVICE_NODES);
        } else {
            capabilities.remove(Capability.DEVICE_NODES);
        }
    }

    private boolean makes(FileType type, long device) throws IOException {
        Path probe = temporary();
        try {
            LocalNode.make(LocalPaths.bytes(probe), type, device);
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    Fidelity fidelity() {
        return fidelity;
    }

    Selection extended() {
        return fidelity.extended();
    }

    /** Sets what is delivered beside the content, as far as the account can. */
    void setAttributes(Path path, Attributes attributes) throws IOException {
        try (LocalNode node = LocalNode.hold(LocalPaths.bytes(path))) {
            node.set(attributes, isSuperuser(), SetIdBits.mode(attributes, owns(attributes)), extended());
        }
    }

    /** Returns what is to be said of attributes that cannot be set; null if all can. */
    @Nullable
    String remark(Attributes attributes) {
        return SetIdBits.remark(attributes, owns(attributes));
    }

    private boolean owns(Attributes attributes) {
        return isSuperuser() || (attributes.uid() == stagedUid && attributes.gid() == stagedGid);
    }

    /** The target root, through the gate once that was entered. */
    Path base() {
        GateName entry = gate;
        return entry == null ? root : root.resolve(RelativePath.RESERVED_NAME).resolve(entry.toString());
    }

    Path inHouse(String name) {
        return base().resolve(RelativePath.RESERVED_NAME).resolve(name);
    }

    /** Something temporary of this connection in the staging area, under a name that was never used before. */
    Path temporary() {
        GateName own = connection;
        if (own == null) {
            throw new IllegalStateException("no gate was entered");
        }
        return inHouse(StagingName.fresh(own));
    }

    Path path(RelativePath path) {
        // Through the dot, for the gate itself is a symlink that is not to be looked at.
        return path.isRoot() ? base().resolve(".") : LocalPaths.below(base(), path);
    }

    boolean isSuperuser() {
        return capabilities.contains(Capability.CHANGE_OWNER);
    }

    boolean isGateGone() {
        GateName entry = gate;
        return entry != null
                && Files.notExists(
                        root.resolve(RelativePath.RESERVED_NAME).resolve(entry.toString()), LinkOption.NOFOLLOW_LINKS);
    }

    String target() {
        return target;
    }

    @Override
    public Optional<byte[]> readMarker() {
        try {
            return Optional.of(Files.readAllBytes(inHouse(MARKER)));
        } catch (NoSuchFileException e) {
            requireGate();
            return Optional.empty();
        } catch (IOException e) {
            throw failure(LocalFailure.codeOf(e), "could not read the marker: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<String> markedAbove() {
        Path above = realRoot().getParent();
        while (above != null && !isMarked(above)) {
            above = above.getParent();
        }
        return Optional.ofNullable(above).map(Path::toString);
    }

    private Path realRoot() {
        try {
            return root.toRealPath();
        } catch (IOException e) {
            throw failure(LocalFailure.codeOf(e), "could not look at the target root: " + e.getMessage(), e);
        }
    }

    private static boolean isMarked(Path directory) {
        return Files.exists(directory.resolve(RelativePath.RESERVED_NAME).resolve(MARKER), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public boolean createMarker(byte[] content) {
        requireEntered();
        Path temporary = temporary();
        try {
            LocalFile.write(temporary, content);
            try {
                // A link, unlike a rename, fails where the new name exists.
                Files.createLink(inHouse(MARKER), temporary);
            } finally {
                Files.deleteIfExists(temporary);
            }
            LocalFile.syncDirectory(inHouse("."));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            requireGate();
            throw failure(LocalFailure.codeOf(e), "could not make the marker: " + e.getMessage(), e);
        }
    }

    @Override
    public void replaceMarker(byte[] content) {
        requireEntered();
        Path temporary = temporary();
        try {
            LocalFile.write(temporary, content);
            Files.move(temporary, inHouse(MARKER), StandardCopyOption.ATOMIC_MOVE);
            LocalFile.syncDirectory(inHouse("."));
        } catch (IOException e) {
            requireGate();
            throw failure(LocalFailure.codeOf(e), "could not replace the marker: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<TargetEntry> look(RelativePath path) {
        try {
            Optional<TargetEntry> entry = LocalAttributes.entry(path(path), path, true);
            if (entry.isEmpty()) {
                requireGate();
            }
            return entry;
        } catch (IOException e) {
            throw failure(LocalFailure.codeOf(e), "could not look at '" + path + "': " + e.getMessage(), e);
        }
    }

    @Override
    public List<Optional<TargetEntry>> look(List<RelativePath> paths) {
        List<Optional<TargetEntry>> entries = new ArrayList<>(paths.size());
        for (RelativePath path : paths) {
            entries.add(look(path));
        }
        return entries;
    }

    @Override
    public List<TargetEntry> list(RelativePath directory) {
        List<TargetEntry> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(path(directory))) {
            for (Path entry : stream) {
                byte[] name = LocalPaths.bytes(entry.getFileName());
                RelativePath path = directory.child(name);
                if (!path.isReserved()) {
                    LocalAttributes.entry(entry, path, false).ifPresent(entries::add);
                }
            }
            return entries;
        } catch (IOException e) {
            requireGate();
            throw failure(LocalFailure.codeOf(e), "could not list '" + directory + "': " + e.getMessage(), e);
        }
    }

    @Override
    public List<Result> apply(List<Operation> operations, Monitor monitor) {
        requireEntered();
        LocalDelivery delivery = new LocalDelivery(this, monitor);
        List<Result> results = new ArrayList<>(operations.size());
        Result.Failed givenUp = null;
        for (int at = 0; at < operations.size(); ) {
            if (givenUp == null && monitor.stopRequested()) {
                givenUp = LocalDelivery.stopped(target);
            }
            List<Operation> group = operations.subList(at, LocalDelivery.endOfGroup(operations, at));
            List<Result> ended =
                    givenUp == null ? delivery.carryOut(group) : Collections.nCopies(group.size(), givenUp);
            for (int i = 0; i < group.size(); i++) {
                Result result = ended.get(i);
                if (givenUp == null
                        && result instanceof Result.Failed failed
                        && failed.code().concernsWholeTarget()) {
                    givenUp = failed;
                }
                results.add(result);
                monitor.ended(group.get(i), result);
            }
            at += group.size();
        }
        return results;
    }

    @Override
    public List<Optional<ContentHash>> hash(List<RelativePath> paths, Monitor monitor) {
        List<Optional<ContentHash>> hashes = new ArrayList<>(paths.size());
        for (Optional<TargetEntry> entry : look(paths)) {
            Optional<ContentHash> hash = Optional.empty();
            if (entry.isPresent() && entry.get().type() == FileType.FILE) {
                try {
                    hash = Optional.of(LocalFile.hash(path(entry.get().path()), () -> requireNoStop(monitor)));
                } catch (IOException e) {
                    requireGate();
                }
            }
            hashes.add(hash);
        }
        return hashes;
    }

    private void requireNoStop(Monitor monitor) {
        if (monitor.stopRequested()) {
            throw failure(ErrorCode.STOPPED, "stopped on request while files were hashed", null);
        }
    }

    @Override
    public List<Optional<ExtendedAttributes>> extended(List<RelativePath> paths) {
        return paths.stream().map(this::extended).toList();
    }

    private Optional<ExtendedAttributes> extended(RelativePath path) {
        if (extended().isEmpty()) {
            return Optional.empty();
        }
        try (LocalNode node = LocalNode.hold(LocalPaths.bytes(path(path)))) {
            return Optional.of(node.extended(extended()));
        } catch (IOException e) {
            requireGate();
            return Optional.empty();
        }
    }

    @Override
    public OptionalLong freeBytes() {
        try {
            return OptionalLong.of(Files.getFileStore(base()).getUsableSpace());
        } catch (IOException e) {
            requireGate();
            throw failure(LocalFailure.codeOf(e), "could not ask for free space: " + e.getMessage(), e);
        }
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
        try {
            sweep(inHouse("."), which);
        } catch (IOException e) {
            requireGate();
            throw failure(LocalFailure.codeOf(e), "could not sweep the staging area: " + e.getMessage(), e);
        }
    }

    private static void sweep(Path directory, Predicate<String> which) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (!which.test(LocalPaths.name(entry))) {
                    continue;
                }
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    sweep(entry, below -> true);
                }
                Files.deleteIfExists(entry);
            }
        }
    }

    private void requireGate() {
        if (isGateGone()) {
            throw failure(
                    ErrorCode.LEASE_LOST, "the gate of this lease is gone: another process owns the target now", null);
        }
    }

    private void requireEntered() {
        if (!entered) {
            throw new IllegalStateException("no gate was entered");
        }
    }

    private FreshetException failure(ErrorCode code, String what, @Nullable Throwable cause) {
        return new FreshetException(code, "target '" + target + "': " + what, cause);
    }

    /** Returns the threads that flush files; a flush waits for the disk, not for a processor. */
    Executor flushers() {
        return flushers;
    }

    @Override
    public void close() {
        entered = false;
        flushers.shutdown();
    }
}
