package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.ContentHash;
import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import io.freshet.target.Capability;
import io.freshet.target.Monitor;
import io.freshet.target.TargetEntry;
import java.util.Collections;
import java.util.HashMap;
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
        List<TargetEntry> files = entries.stream()
                .flatMap(Optional::stream)
                .filter(TargetHashes::isFile)
                .toList();
        Map<RelativePath, ContentHash> hashes = new HashMap<>();
        for (int from = 0; from < files.size(); from += RemoteShell.MOST_NAMES) {
            List<TargetEntry> page = files.subList(from, Math.min(files.size(), from + RemoteShell.MOST_NAMES));
            List<Optional<ContentHash>> told = ask(page);
            for (int i = 0; i < page.size(); i++) {
                TargetEntry file = page.get(i);
                told.get(i).or(() -> fetch(file)).ifPresent(hash -> hashes.put(file.path(), hash));
            }
        }
        return entries.stream()
                .map(entry -> entry.map(TargetEntry::path).map(hashes::get))
                .toList();
    }

    private List<Optional<ContentHash>> ask(List<TargetEntry> files) {
        if (!asksShell) {
            return Collections.nCopies(files.size(), Optional.empty());
        }
        requireNoStop();
        long bytes = files.stream().mapToLong(TargetEntry::size).sum();
        return shell.sha256(files.stream().map(file -> paths.of(file.path())).toList(), bytes);
    }

    private Optional<ContentHash> fetch(TargetEntry file) {
        SftpReply opened = channel.call(channel.request(SftpProtocol.OPEN)
                .string(paths.of(file.path()))
                .number(SftpProtocol.OPEN_READ)
                .noAttributes());
        if (opened.type() != SftpProtocol.HANDLE) {
            return Optional.empty();
        }
        byte[] handle = opened.string();
        try {
            return new FetchedContent(channel, handle, file.size()).hash(this::requireNoStop, monitor::fetching);
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
}
