package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.file.ContentHash;
import io.freshet.file.PartialKey;
import io.freshet.path.RelativePath;
import io.freshet.target.Capability;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetConnector;
import io.freshet.target.TargetEntry;
import io.freshet.target.TargetSession;
import io.freshet.transfer.local.LocalTargetConnector;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A local directory whose disk fails to flush directories, or that refuses links, while told so, or to which something
 * happens before it is hashed; scheme {@code faulty}.
 */
public final class FaultyConnector implements TargetConnector {
    static final AtomicBoolean FLUSHES_FAIL = new AtomicBoolean();
    static final AtomicBoolean LINKS_REFUSED = new AtomicBoolean();
    static final AtomicBoolean READS_FAIL = new AtomicBoolean();
    static final AtomicReference<Runnable> BEFORE_HASH = new AtomicReference<>(() -> {});

    private final TargetConnector local = new LocalTargetConnector();

    static TargetAddress address(String name, Path root) {
        return new TargetAddress(name, URI.create("faulty://" + root), Map.of());
    }

    @Override
    public boolean supports(String scheme) {
        return scheme.equals("faulty");
    }

    @Override
    public TargetSession connect(TargetAddress address) {
        URI url = URI.create("file://" + address.url().getPath());
        return new Session(local.connect(new TargetAddress(address.name(), url, address.options())));
    }

    private record Session(TargetSession local) implements TargetSession {
        @Override
        public Set<Capability> capabilities() {
            return local.capabilities();
        }

        @Override
        public void enterGate(long epoch, String nonce, String user, long number) {
            local.enterGate(epoch, nonce, user, number);
        }

        @Override
        public Optional<byte[]> readMarker() {
            return local.readMarker();
        }

        @Override
        public Optional<String> markedAbove() {
            return local.markedAbove();
        }

        @Override
        public boolean createMarker(byte[] content) {
            return local.createMarker(content);
        }

        @Override
        public void replaceMarker(byte[] content) {
            local.replaceMarker(content);
        }

        @Override
        public Optional<TargetEntry> look(RelativePath path) {
            return local.look(path);
        }

        @Override
        public List<Optional<TargetEntry>> look(List<RelativePath> paths) {
            return local.look(paths);
        }

        @Override
        public List<TargetEntry> list(RelativePath directory) {
            return local.list(directory);
        }

        @Override
        public List<Result> apply(List<Operation> operations, Monitor monitor) {
            List<Result> results = new ArrayList<>();
            for (Operation operation : operations) {
                if (FLUSHES_FAIL.get() && operation instanceof Operation.SyncDirectory) {
                    results.add(new Result.Failed(ErrorCode.TARGET_FAILURE, "write", "the disk reports an error"));
                } else if (LINKS_REFUSED.get() && operation instanceof Operation.Link) {
                    results.add(new Result.Failed(ErrorCode.UNSUPPORTED, "write", "links are not allowed"));
                } else {
                    results.addAll(local.apply(List.of(operation), monitor));
                }
            }
            return results;
        }

        @Override
        public List<Optional<ContentHash>> hash(List<RelativePath> paths, Monitor monitor) {
            BEFORE_HASH.getAndSet(() -> {}).run();
            return READS_FAIL.get() ? Collections.nCopies(paths.size(), Optional.empty()) : local.hash(paths, monitor);
        }

        @Override
        public OptionalLong freeBytes() {
            return local.freeBytes();
        }

        @Override
        public void sweepStaging(Set<PartialKey> needed) {
            local.sweepStaging(needed);
        }

        @Override
        public void removePartials(Set<PartialKey> needless) {
            local.removePartials(needless);
        }

        @Override
        public void close() {
            local.close();
        }
    }
}
