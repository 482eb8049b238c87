package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.Attributes;
import io.freshet.file.Content;
import io.freshet.file.FileState;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import io.freshet.target.Monitor;
import io.freshet.target.NewDirectory;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * New directories on their way to the target as one tar stream: unpacked in a directory of the staging area, flushed there,
 * listed, and published by one rename each if the listing is of what was sent.
 *
 * <p>Files are read one at a time, whole: what changes meanwhile is not sent. Symlinks come last, so that nothing is unpacked
 * through one. Used once, by the session's thread.
 */
final class WholeDelivery {
    private static final int STAGING_MODE = 0700;
    /** What a directory must let its owner do who is to rename it or to put more into it. */
    private static final int OWNER_FILLS = 0700;

    private final String target;
    private final SftpChannel channel;
    private final RemoteShell shell;
    private final RemotePaths paths;
    private final TargetFacts facts;
    private final Monitor monitor;
    private final List<Directory> directories = new ArrayList<>();
    private final byte[] staging;
    private final WholeFile file = new WholeFile();
    /** By name in the staging area. */
    private final SentEntries sent = new SentEntries();
    /** Why nothing at all is published. */
    private Result.@Nullable Failed givenUp;

    WholeDelivery(
            String target,
            SftpChannel channel,
            RemoteShell shell,
            RemotePaths paths,
            TargetFacts facts,
            List<NewDirectory> directories,
            Monitor monitor) {
        this.target = target;
        this.channel = channel;
        this.shell = shell;
        this.paths = paths;
        this.facts = facts;
        this.monitor = monitor;
        this.staging = paths.temporary();
        for (NewDirectory wanted : directories) {
            this.directories.add(new Directory(wanted, this.directories.size()));
        }
    }

    /** One directory, under a number in the staging area. */
    private static final class Directory {
        private final NewDirectory wanted;
        private final byte[] number;
        private final Map<RelativePath, Attributes> attributes = new HashMap<>();
        private final @Nullable Result[] results;

        private Directory(NewDirectory wanted, int number) {
            this.wanted = wanted;
            this.number = Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
            this.results = new @Nullable Result[wanted.contents().size()];
            for (Operation operation : wanted.contents()) {
                if (operation instanceof Operation.SetAttributes set) {
                    attributes.put(set.path(), set.attributes());
                }
            }
        }

        private byte[] name(RelativePath path) {
            byte[] below = path.bytes();
            int from = wanted.path().length();
            byte[] name = Arrays.copyOf(number, number.length + below.length - from);
            System.arraycopy(below, from, name, number.length, below.length - from);
            return name;
        }

        private void failAll(Result.Failed reason) {
            Arrays.fill(results, reason);
        }

        private List<Result> results() {
            List<Result> complete = new ArrayList<>(results.length);
            for (Result result : results) {
                complete.add(result == null ? Result.Done.WITHOUT_CONTENT : result);
            }
            return complete;
        }
    }

    List<List<Result>> run() {
        try {
            deliver();
        } catch (FreshetException e) {
            if (e.code() != ErrorCode.CONNECTION_LOST) {
                throw e;
            }
            Result.Failed lost = new Result.Failed(e.code(), "write", String.valueOf(e.getMessage()));
            directories.forEach(directory -> directory.failAll(lost));
        }
        List<List<Result>> results =
                directories.stream().map(Directory::results).toList();
        for (int i = 0; i < results.size(); i++) {
            List<Operation> contents = directories.get(i).wanted.contents();
            for (int k = 0; k < contents.size(); k++) {
                monitor.ended(contents.get(k), results.get(i).get(k));
            }
        }
        return results;
    }

    private void deliver() {
        SftpReply made =
                channel.call(channel.request(SftpProtocol.MKDIR).string(staging).mode(STAGING_MODE));
        if (!made.isOk()) {
            giveUp(explained(made.status()));
            return;
        }
        try {
            Optional<List<RemoteShell.Unpacked>> unpacked = shell.unpack(staging, this::write);
            Result.Failed reason = givenUp;
            if (reason == null && monitor.stopRequested()) {
                reason = Delivery.stopped(target);
            } else if (reason == null && !unpacked.filter(sent::areAll).isPresent()) {
                reason = explained(new SftpReply.Status(
                        SftpProtocol.STATUS_FAILURE,
                        "the target's tar did not say that it unpacked all that was sent"));
            }
            if (reason != null) {
                giveUp(reason);
            } else {
                publish();
            }
        } finally {
            StagingSweep.remove(channel, staging);
        }
    }

    private void giveUp(Result.Failed reason) {
        directories.forEach(directory -> directory.failAll(reason));
    }

    // Sending.

    private boolean write(OutputStream out) throws IOException {
        TarStream tar = new TarStream(out);
        for (boolean links : new boolean[] {false, true}) {
            for (Directory directory : directories) {
                List<Operation> contents = directory.wanted.contents();
                for (int i = 0; i < contents.size() && givenUp == null; i++) {
                    if (contents.get(i) instanceof Operation.PutSymlink == links) {
                        write(tar, directory, i, contents.get(i));
                    }
                }
            }
        }
        if (givenUp == null) {
            tar.end();
        }
        return givenUp == null;
    }

    private void write(TarStream tar, Directory directory, int index, Operation operation) throws IOException {
        byte[] name = directory.name(operation.path());
        if (operation instanceof Operation.PutFile put) {
            writeFile(tar, directory, index, put, name);
        } else if (operation instanceof Operation.PutSymlink put) {
            byte[] linkTarget = TextForm.decode(put.linkTarget());
            tar.symlink(name, linkTarget, member(put.attributes()));
            sent.add('l', linkTarget.length, name);
        } else if (operation instanceof Operation.MakeDirectory) {
            tar.directory(name, directoryMember(directory, operation.path()));
            sent.add('d', 0, name);
        } else if (operation instanceof Operation.SetAttributes set) {
            directory.results[index] = new Result.Done(0, null, null, null, facts.remark(set.attributes()));
        }
    }

    private void writeFile(TarStream tar, Directory directory, int index, Operation.PutFile put, byte[] name)
            throws IOException {
        if (monitor.stopRequested()) {
            givenUp = Delivery.stopped(target);
            return;
        }
        try (Content.Reading reading = put.content().open()) {
            FileState opened = reading.opened();
            if (!file.read(reading)) {
                directory.results[index] = new Result.Failed(
                        ErrorCode.SOURCE_CHANGED,
                        "read",
                        "target '" + target + "': could not put the file '" + put.path()
                                + "': it changed while it was read; it is looked at again");
                return;
            }
            int length = file.length();
            file.writeTo(tar, name, member(opened.attributes()));
            sent.add('f', length, name);
            directory.results[index] =
                    new Result.Done(length, opened, file.hash(), null, facts.remark(opened.attributes()));
            monitor.sent(put, length);
        } catch (FreshetException e) {
            Result.Failed failed = new Result.Failed(e.code(), "read", String.valueOf(e.getMessage()));
            directory.results[index] = failed;
            if (e.code().concernsWholeTarget()) {
                givenUp = failed;
            }
        }
    }

    private TarStream.Member member(Attributes attributes) {
        return TarStream.Member.of(attributes, facts.modeToSet(attributes));
    }

    private TarStream.Member directoryMember(Directory directory, RelativePath path) {
        Attributes attributes = directory.attributes.get(path);
        if (attributes == null) {
            throw new IllegalArgumentException("nothing says what the new directory '" + path + "' is to be like");
        }
        int mode = facts.modeToSet(attributes);
        boolean isRenamed = path.equals(directory.wanted.path());
        return TarStream.Member.of(attributes, isRenamed && !facts.isSuperuser() ? mode | OWNER_FILLS : mode);
    }

    // Publishing.

    private void publish() {
        LinksAbove above = new LinksAbove(
                channel,
                paths,
                directories.stream().map(directory -> directory.wanted.path()).toList());
        Set<RelativePath> links = above.look();
        List<Directory> straight = new ArrayList<>();
        for (Directory directory : directories) {
            RelativePath path = directory.wanted.path();
            RelativePath link = LinksAbove.oneAbove(path, links);
            if (link != null) {
                directory.failAll(LinksAbove.refused(target, path, link));
                continue;
            }
            straight.add(directory);
            // Onto an empty directory a rename would succeed; but that is somebody else's.
            channel.send(channel.request(SftpProtocol.LSTAT).string(paths.of(path)), reply -> {
                if (Circumstances.Look.of(reply).isAbsent()) {
                    rename(directory);
                } else {
                    explain(directory, new SftpReply.Status(SftpProtocol.STATUS_FAILURE, "something is there"));
                }
            });
        }
        channel.receiveAll();
        Set<RelativePath> linksAfter = above.look();
        for (Directory directory : straight) {
            RelativePath path = directory.wanted.path();
            RelativePath link = LinksAbove.oneAbove(path, linksAfter);
            if (link != null) {
                directory.failAll(LinksAbove.changed(target, path, link));
            }
        }
    }

    private void rename(Directory directory) {
        RelativePath path = directory.wanted.path();
        byte[] from = SftpListing.child(staging, directory.number);
        channel.send(facts.renameRequest(channel, from, paths.of(path)), reply -> {
            if (!reply.isOk()) {
                explain(directory, reply.status());
            }
        });
    }

    private void explain(Directory directory, SftpReply.Status status) {
        RelativePath path = directory.wanted.path();
        Circumstances.look(channel, paths, path, null, seen -> {
            Diagnosis diagnosis =
                    Diagnosis.of(new Operation.MakeDirectory(path), status, seen, facts.isSuperuser(), true);
            ErrorCode code = diagnosis.code();
            directory.failAll(new Result.Failed(
                    code == null ? ErrorCode.TARGET_CONFLICT : code,
                    "publish",
                    "target '" + target + "': could not put the directory '" + path + "': "
                            + (code == null ? "another directory is in its place" : diagnosis.reason())));
        });
    }

    private Result.Failed explained(SftpReply.Status status) {
        RelativePath first = directories.get(0).wanted.path();
        Result.Failed[] failed = new Result.Failed[1];
        Circumstances.look(channel, paths, first, null, seen -> {
            Diagnosis diagnosis = Diagnosis.ofStaging(status, seen, facts.isSuperuser());
            ErrorCode code = diagnosis.code() == null ? ErrorCode.TARGET_FAILURE : diagnosis.code();
            failed[0] = new Result.Failed(
                    code,
                    "write",
                    "target '" + target + "': could not put the new directory '" + first + "': " + diagnosis.reason());
        });
        channel.receiveAll();
        return failed[0];
    }
}
