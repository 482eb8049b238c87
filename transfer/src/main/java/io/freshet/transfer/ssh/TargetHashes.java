package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.ContentHash;
import io.freshet.file.FileType;
import io.freshet.target.Capability;
import io.freshet.target.Monitor;
import io.freshet.target.TargetEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Hashes files of a target: by its own program where the account has a shell, else by fetching them.
 *
 * <p>What the program says nothing about, as it does about a file that it cannot read, is tried by fetching. Used by the
 * session's thread.
 */
final class TargetHashes {
    private final String target;
    private final SftpChannel channel;
    private final RemoteShell shell;
    private final RemotePaths paths;
    private final boolean asksShell;
    private final Monitor monitor;

    TargetHashes(
            String target,
            SftpChannel channel,
            RemoteShell shell,
            RemotePaths paths,
            TargetFacts facts,
            Monitor monitor) {
        this.target = target;
        this.channel = channel;
        this.shell = shell;
        this.paths = paths;
        this.asksShell = facts.can(Capability.CHECKSUM);
        this.monitor = monitor;
    }

    /** Returns the hash of each entry that is a file and can be read, in the order given. */
    List<Optional<ContentHash>> of(List<Optional<TargetEntry>> entries) {
        List<Optional<ContentHash>> hashes = new ArrayList<>(Collections.nCopies(entries.size(), Optional.empty()));
        for (int from = 0; from < entries.size(); from += RemoteShell.MOST_NAMES) {
            int to = Math.min(entries.size(), from + RemoteShell.MOST_NAMES);
            Map<String, ContentHash> told = asksShell ? ask(entries.subList(from, to)) : Map.of();
            for (int i = from; i < to; i++) {
                Optional<TargetEntry> file = entries.get(i).filter(TargetHashes::isFile);
                if (file.isPresent()) {
                    byte[] remote = paths.of(file.get().path());
                    ContentHash hash = told.get(text(remote));
                    hashes.set(i, hash == null ? fetch(remote, file.get().size()) : Optional.of(hash));
                }
            }
        }
        return hashes;
    }

    private Map<String, ContentHash> ask(List<Optional<TargetEntry>> entries) {
        requireNoStop();
        List<byte[]> names = new ArrayList<>();
        long bytes = 0;
        for (Optional<TargetEntry> entry : entries) {
            if (entry.filter(TargetHashes::isFile).isPresent()) {
                names.add(paths.of(entry.get().path()));
                bytes += entry.get().size();
            }
        }
        return names.isEmpty() ? Map.of() : shell.sha256(names, bytes);
    }

    private Optional<ContentHash> fetch(byte[] remote, long size) {
        SftpReply opened = channel.call(channel.request(SftpProtocol.OPEN)
                .string(remote)
                .number(SftpProtocol.OPEN_READ)
                .noAttributes());
        if (opened.type() != SftpProtocol.HANDLE) {
            return Optional.empty();
        }
        byte[] handle = opened.string();
        try {
            return new FetchedContent(channel, handle, size).hash(this::requireNoStop);
        } finally {
            channel.send(channel.request(SftpProtocol.CLOSE).string(handle), reply -> {});
        }
    }

    private void requireNoStop() {
        if (monitor.stopRequested()) {
            throw new FreshetException(
                    ErrorCode.STOPPED, "target '" + target + "': stopped on request while files were hashed");
        }
    }

    private static boolean isFile(TargetEntry entry) {
        return entry.type() == FileType.FILE;
    }

    private static String text(byte[] remote) {
        return new String(remote, StandardCharsets.ISO_8859_1);
    }
}
