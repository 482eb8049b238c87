package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.PartialKey;
import io.freshet.target.Capability;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Operation.PutFile;
import io.freshet.target.Operation.PutNode;
import io.freshet.target.Operation.PutSymlink;
import io.freshet.target.Result;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One list of operations on its way to the target: many at a time over one channel, by one thread, each ended exactly once.
 *
 * <p>Sources are opened only as the window allows, and content goes straight from the source into the connection, so that
 * memory depends neither on the list's files nor on their sizes.
 */
final class Delivery {
    private static final int FILES_IN_FLIGHT = 128;
    /** From so many small files on, one flush of the file system is cheaper than one for each. */
    private static final int WORTH_FLUSHING_TOGETHER = 32;

    private static final int MOST_FLUSHED_TOGETHER = 1000;
    /** A file that is complete does not wait longer for others to be flushed with. */
    private static final long LONGEST_UNFLUSHED_NANOS = 200_000_000;

    private static final int REQUESTS_IN_FLIGHT = 2048;
    /** Unconfirmed bytes of content; twice OpenSSH's channel window times a few, so that it never runs dry. */
    private static final long BYTES_IN_FLIGHT = 16 << 20;
    /** How long blocks are sent or compared without a look at what was received. */
    private static final long LONGEST_UNANSWERED_NANOS = 200_000_000L;

    private final String target;
    private final SftpChannel channel;
    private final RemotePaths paths;
    private final TargetFacts facts;
    private final Monitor monitor;
    private final RemoteShell shell;
    private final ShellWork shellWork;
    private byte[] block;
    private final int filesInFlight;
    private final List<Task> tasks;
    private final @Nullable Result[] results;
    private final TaskOrder order = new TaskOrder();
    private final Queue<Task> ready = new ArrayDeque<>();
    private final Queue<FileTask> withBlocks = new ArrayDeque<>();
    private final List<FileTask> unflushed = new ArrayList<>();
    private final Queue<FileTask> again = new ArrayDeque<>();
    private final Map<PartialKey, FileTask> partials = new HashMap<>();
    private boolean flushesTogether;
    private long unflushedSince;

    private int admitted;
    private int ended;
    private int openFiles;
    private long unconfirmedBytes;
    private Result.@Nullable Failed givenUp;
    private boolean gaveUpTasks;

    Delivery(
            String target,
            SftpChannel channel,
            RemoteShell shell,
            RemotePaths paths,
            TargetFacts facts,
            List<Operation> operations,
            Monitor monitor) {
        this.target = target;
        this.channel = channel;
        this.shell = shell;
        this.paths = paths;
        this.facts = facts;
        this.monitor = monitor;
        this.shellWork = new ShellWork(shell, facts, paths.house());
        this.block = new byte[facts.largestWrite()];
        this.filesInFlight = Math.min(Math.min(FILES_IN_FLIGHT, monitor.filesAtOnce()), facts.openFiles());
        this.results = new @Nullable Result[operations.size()];
        this.tasks = new ArrayList<>(operations.size());
        for (Operation operation : operations) {
            tasks.add(task(operation, tasks.size()));
        }
        this.flushesTogether = facts.can(Capability.FILE_SYSTEM_SYNC)
                && operations.stream()
                                .filter(FileTask::isSmall)
                                .limit(WORTH_FLUSHING_TOGETHER)
                                .count()
                        == WORTH_FLUSHING_TOGETHER;
    }

    private Task task(Operation operation, int index) {
        if (operation instanceof PutFile put) {
            return new FileTask(this, put, index);
        }
        if (operation instanceof PutSymlink put) {
            return new SymlinkTask(this, put, index);
        }
        if (operation instanceof PutNode put) {
            return new NodeTask(this, put, index);
        }
        if (operation instanceof Operation.Link link) {
            return new LinkTask(this, link, index);
        }
        return new SimpleTask(this, operation, index);
    }

    /** Carries everything out and returns the results in the order of the list. */
    List<Result> run() {
        try {
            StreamedFiles streamed = stream();
            while (ended < tasks.size()) {
                step();
            }
            channel.receiveAll();
            if (streamed != null) {
                streamed.close();
            }
        } catch (FreshetException e) {
            if (e.code() != ErrorCode.CONNECTION_LOST) {
                throw e;
            }
            endAll(new Result.Failed(e.code(), "write", String.valueOf(e.getMessage())));
        } finally {
            for (Task task : tasks) {
                if (task instanceof FileTask file) {
                    file.closeReading();
                }
            }
        }
        List<Result> complete = new ArrayList<>(results.length);
        for (Result result : results) {
            if (result == null) {
                throw new IllegalStateException("an operation has no result");
            }
            complete.add(result);
        }
        return complete;
    }

    /** Sends what is small ahead of all else, where there is so much of it that a command is sooner than SFTP. */
    private @Nullable StreamedFiles stream() {
        List<FileTask> small = new ArrayList<>();
        for (Task task : tasks) {
            if (task instanceof FileTask file && file.fitsIntoStream()) {
                small.add(file);
            }
        }
        if (facts.fewestToPutWhole() == 0 || small.size() < facts.fewestToPutWhole()) {
            return null;
        }
        StreamedFiles streamed = new StreamedFiles(channel, shell, paths, facts, monitor);
        return streamed.send(small) ? streamed : null;
    }

    private void step() {
        if (givenUp == null && monitor.stopRequested()) {
            givenUp = stopped(target);
        }
        boolean moved = false;
        if (givenUp != null && !gaveUpTasks) {
            gaveUpTasks = true;
            moved = true;
            giveUpTasks(givenUp);
        }
        moved |= runReady();
        moved |= admit();
        moved |= sendBlocks();
        if (shellWork.isDue() || (!moved && channel.outstanding() == 0)) {
            moved |= shellWork.carryOut();
        }
        if (mustFlush() || (!moved && channel.outstanding() == 0)) {
            moved |= flush();
        }
        if (channel.outstanding() > 0) {
            channel.receive();
        } else if (!moved && ended < tasks.size() && (givenUp == null || gaveUpTasks)) {
            throw new IllegalStateException("operations wait for each other");
        }
    }

    /** How what was not done yet ends when somebody asks to stop. */
    static Result.Failed stopped(String target) {
        return new Result.Failed(
                ErrorCode.STOPPED, "write", "target '" + target + "': stopped on request; the next run goes on");
    }

    private boolean runReady() {
        boolean any = false;
        for (Task task = ready.poll(); task != null; task = ready.poll()) {
            any = true;
            if (!task.isEnded()) {
                task.proceed();
            }
        }
        return any;
    }

    private boolean admit() {
        int before = admitted;
        boolean anyAgain = false;
        while (!again.isEmpty() && openFiles < filesInFlight && channel.outstanding() < REQUESTS_IN_FLIGHT) {
            again.remove().startOver();
            anyAgain = true;
        }
        while (givenUp == null
                && admitted < tasks.size()
                && openFiles < filesInFlight
                && channel.outstanding() < REQUESTS_IN_FLIGHT) {
            Task task = tasks.get(admitted++);
            order.add(task);
            task.stage();
            runReady();
        }
        return anyAgain || admitted > before;
    }

    private boolean sendBlocks() {
        boolean any = false;
        int waiting = 0;
        // Blocks that are only compared await no reply: the replies to others are received between.
        long deadline = System.nanoTime() + LONGEST_UNANSWERED_NANOS;
        while (waiting < withBlocks.size()
                && unconfirmedBytes < BYTES_IN_FLIGHT
                && !mustGiveUp()
                && System.nanoTime() - deadline < 0) {
            FileTask file = withBlocks.remove();
            if (file.awaitsCopies()) {
                waiting++;
                withBlocks.add(file);
            } else {
                waiting = 0;
                any = true;
                if (file.sendBlock()) {
                    withBlocks.add(file);
                }
            }
        }
        return any;
    }

    private boolean mustFlush() {
        return unflushed.size() >= MOST_FLUSHED_TOGETHER
                || (!unflushed.isEmpty() && System.nanoTime() - unflushedSince > LONGEST_UNFLUSHED_NANOS);
    }

    /** Returns whether anything was to be flushed. */
    private boolean flush() {
        List<FileTask> files = List.copyOf(unflushed);
        unflushed.clear();
        if (!files.isEmpty()) {
            flushesTogether = shell.flush(paths.house());
            if (flushesTogether) {
                files.forEach(FileTask::staged);
            } else {
                again.addAll(files);
            }
        }
        return !files.isEmpty();
    }

    /** Asked at every block, as the monitor's contract says. */
    private boolean mustGiveUp() {
        return !gaveUpTasks && (givenUp != null || monitor.stopRequested());
    }

    private void giveUpTasks(Result.Failed reason) {
        if (reason.code() == ErrorCode.TARGET_FULL) {
            // What is complete has its space already.
            flush();
        }
        for (Task task : tasks) {
            if (!task.isEnded()) {
                task.giveUp(reason);
            }
        }
    }

    private void endAll(Result.Failed reason) {
        for (Task task : tasks) {
            task.end(reason);
        }
        ready.clear();
    }

    // What tasks ask of the delivery.

    SftpChannel channel() {
        return channel;
    }

    RemotePaths paths() {
        return paths;
    }

    TargetFacts facts() {
        return facts;
    }

    ShellWork shellWork() {
        return shellWork;
    }

    /** Returns with what everything ends that has not taken effect yet; null while the target is in order. */
    Result.@Nullable Failed givenUp() {
        return givenUp;
    }

    void ready(Task task) {
        ready.add(task);
    }

    void hasBlocks(FileTask file) {
        withBlocks.add(file);
    }

    /** Returns whether no other file of this list has this key: two names of one file that is not linked do not mix. */
    boolean isOnlyOne(PartialKey key, FileTask file) {
        return partials.computeIfAbsent(key, first -> file) == file;
    }

    /** Returns the array to read the next block into: as large as one WRITE may be, and at least so large. */
    byte[] block(int atLeast) {
        if (block.length < atLeast) {
            block = new byte[atLeast];
        }
        return block;
    }

    /** Has the target hash a file that is about to be staged. */
    StagedHash stagedHash(byte[] remote, long size) {
        return new StagedHash(shell, remote, size);
    }

    /** Returns whether files that are {@linkplain FileTask#isSmall small} need not be flushed one by one. */
    boolean flushesTogether() {
        return flushesTogether;
    }

    /** The file is complete and closed, but not on stable storage: it is published after the next flush of all. */
    void awaitsFlush(FileTask file) {
        if (unflushed.isEmpty()) {
            unflushedSince = System.nanoTime();
        }
        unflushed.add(file);
    }

    void began(FileTask file) {
        monitor.began(file.operation);
    }

    void fileOpened() {
        openFiles++;
    }

    void fileClosed() {
        openFiles--;
    }

    void bytesSent(FileTask file, int count) {
        unconfirmedBytes += count;
        monitor.sent(file.operation, count);
    }

    void reached(FileTask file, long position) {
        monitor.reached(file.operation, position);
    }

    void bytesConfirmed(int count) {
        unconfirmedBytes -= count;
    }

    void ended(Task task, Result result) {
        results[task.index] = result;
        ended++;
        order.remove(task);
        if (givenUp == null
                && result instanceof Result.Failed failed
                && failed.code().concernsWholeTarget()) {
            givenUp = failed;
        }
        monitor.ended(task.operation, result);
    }

    Diagnosis diagnose(Task task, SftpReply.Status status, Circumstances seen) {
        return Diagnosis.of(task.operation, status, seen, facts.isSuperuser(), facts.can(Capability.ATOMIC_RENAME));
    }

    Result.Failed failed(Task task, String phase, ErrorCode code, String reason) {
        String path =
                task.operation.path().isRoot() ? "." : task.operation.path().toString();
        return new Result.Failed(
                code,
                phase,
                "target '" + target + "': could not " + verb(task.operation) + " '" + path + "': " + reason);
    }

    private static String verb(Operation operation) {
        if (operation instanceof Operation.MakeDirectory) {
            return "make the directory";
        }
        if (operation instanceof PutFile) {
            return "put the file";
        }
        if (operation instanceof PutSymlink) {
            return "put the symlink";
        }
        if (operation instanceof PutNode) {
            return "make the node";
        }
        if (operation instanceof Operation.Link link) {
            return "link to '" + link.existing() + "' the path";
        }
        if (operation instanceof Operation.Rename rename) {
            return "rename '" + rename.from() + "' to";
        }
        if (operation instanceof Operation.RemoveFile) {
            return "remove";
        }
        if (operation instanceof Operation.RemoveDirectory) {
            return "remove the directory";
        }
        return operation instanceof Operation.SyncDirectory ? "flush the directory" : "set the attributes of";
    }

    SftpRequest symlinkRequest(byte[] linkTarget, byte[] link) {
        return SftpTargetSession.symlink(channel, linkTarget, link, facts.draftSymlinks());
    }

    /** Removes a temporary object; a failure leaves it to the next sweep. */
    void removeQuietly(byte[] remote) {
        channel.send(channel.request(SftpProtocol.REMOVE).string(remote), reply -> {});
    }

    void closeQuietly(byte[] handle) {
        channel.send(channel.request(SftpProtocol.CLOSE).string(handle), reply -> {});
    }
}
