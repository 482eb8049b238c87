package io.freshet.transfer.ssh;

import io.freshet.failure.FreshetException;
import io.freshet.file.Content;
import io.freshet.file.ContentHash;
import io.freshet.file.FileState;
import io.freshet.target.Monitor;
import io.freshet.target.Operation.PutFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Small files of one list on their way into the staging area as one tar stream, under numbers; each is published from there
 * by a rename of its own (docs/adr/0018-small-files-in-one-stream.md).
 *
 * <p>What does not arrive for certain is sent by SFTP as if this had not been tried: what changes while it is read, what cannot
 * be read, and everything if the target does not say that it unpacked exactly what was sent. Used once, by the session's thread.
 */
final class StreamedFiles {
    private static final int STAGING_MODE = 0700;

    /** A file that was sent, and what is to become of it once it is certain that it arrived. */
    private record Sent(FileTask task, int number, FileState opened, ContentHash hash) {
        private byte[] name() {
            return Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
        }
    }

    private final SftpChannel channel;
    private final RemoteShell shell;
    private final TargetFacts facts;
    private final Monitor monitor;
    private final byte[] staging;
    private final WholeFile file = new WholeFile();
    private final SentEntries entries = new SentEntries();
    private final List<Sent> sent = new ArrayList<>();

    StreamedFiles(SftpChannel channel, RemoteShell shell, RemotePaths paths, TargetFacts facts, Monitor monitor) {
        this.channel = channel;
        this.shell = shell;
        this.facts = facts;
        this.monitor = monitor;
        this.staging = paths.temporary();
    }

    /** Sends the files, and tells each that has arrived where it is; false if nothing has arrived, and nothing is left. */
    boolean send(List<FileTask> files) {
        if (!channel.call(channel.request(SftpProtocol.MKDIR).string(staging).mode(STAGING_MODE))
                .isOk()) {
            return false;
        }
        Optional<List<RemoteShell.Unpacked>> unpacked = shell.unpack(staging, out -> write(files, out));
        if (unpacked.filter(entries::areAll).isEmpty()) {
            // At once: what is sent by SFTP may need the space.
            close();
            return false;
        }
        sent.forEach(one -> one.task.arrived(SftpListing.child(staging, one.name()), one.opened, one.hash));
        return true;
    }

    private boolean write(List<FileTask> files, OutputStream out) throws IOException {
        TarStream tar = new TarStream(out);
        for (FileTask task : files) {
            if (monitor.stopRequested() || !write(task, tar)) {
                return false;
            }
        }
        tar.end();
        return true;
    }

    /** Returns whether the others can be sent. */
    private boolean write(FileTask task, TarStream tar) throws IOException {
        PutFile put = task.put();
        try (Content.Reading reading = put.content().open()) {
            if (file.read(reading)) {
                FileState opened = reading.opened();
                Sent arriving = new Sent(task, sent.size(), opened, file.hash());
                sent.add(arriving);
                file.writeTo(
                        tar,
                        arriving.name(),
                        TarStream.Member.of(opened.attributes(), facts.modeToSet(opened.attributes())));
                entries.add('f', file.length(), arriving.name());
                monitor.sent(put, file.length());
            }
            return true;
        } catch (FreshetException e) {
            return !e.code().concernsWholeTarget();
        }
    }

    /** Removes what was not published. */
    void close() {
        StagingSweep.remove(channel, staging);
    }
}
