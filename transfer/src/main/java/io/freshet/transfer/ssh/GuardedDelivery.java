package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.path.RelativePath;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A list of operations, of which those that would go through a symlink are refused and the others {@linkplain Delivery
 * delivered}. {@link LinksAbove} looks before the list and again after it; whoever puts a symlink there between the looks is
 * only told of. Used once, by the session's thread.
 */
final class GuardedDelivery {
    private final String target;
    private final SftpChannel channel;
    private final RemotePaths paths;
    private final Monitor monitor;
    private final Function<List<Operation>, Delivery> delivery;
    private final List<Result> results = new ArrayList<>();
    private Result.@Nullable Failed givenUp;

    /** @param delivery makes what carries operations out without looking */
    GuardedDelivery(
            String target,
            SftpChannel channel,
            RemotePaths paths,
            Monitor monitor,
            Function<List<Operation>, Delivery> delivery) {
        this.target = target;
        this.channel = channel;
        this.paths = paths;
        this.monitor = monitor;
        this.delivery = delivery;
    }

    /** Carries everything out and returns the results in the order of the list. */
    List<Result> run(List<Operation> operations) {
        int from = 0;
        while (from < operations.size()) {
            int end = endOfPart(operations, from);
            carryOut(operations.subList(from, end));
            from = end;
        }
        return results;
    }

    /** What the list itself puts in a directory's place, or makes room for, is there to be looked at in the next part only. */
    private static int endOfPart(List<Operation> operations, int from) {
        Set<RelativePath> replaced = new HashSet<>();
        for (int i = from; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            for (RelativePath path : LinksAbove.changedBy(operation)) {
                if (LinksAbove.oneAbove(path, replaced) != null) {
                    return i;
                }
            }
            if (replaces(operation)) {
                replaced.addAll(LinksAbove.changedBy(operation));
            }
        }
        return operations.size();
    }

    /** Returns whether there may be another symlink, or one less, once the operation is done. */
    private static boolean replaces(Operation operation) {
        return operation instanceof Operation.RemoveFile
                || operation instanceof Operation.PutSymlink
                || operation instanceof Operation.Rename;
    }

    private void carryOut(List<Operation> part) {
        LinksAbove above = new LinksAbove(
                channel,
                paths,
                part.stream().map(LinksAbove::changedBy).flatMap(List::stream).toList());
        Set<RelativePath> links = givenUp == null ? look(above) : Set.of();
        Result.Failed whole = givenUp;
        if (whole != null) {
            part.forEach(operation -> monitor.ended(operation, whole));
            results.addAll(Collections.nCopies(part.size(), whole));
            return;
        }
        int begin = results.size();
        List<Operation> straight = part.stream()
                .filter(operation -> linkAbove(operation, links) == null)
                .toList();
        Iterator<Result> ended = (straight.isEmpty()
                        ? List.<Result>of()
                        : delivery.apply(straight).run())
                .iterator();
        for (Operation operation : part) {
            RelativePath link = linkAbove(operation, links);
            results.add(link == null ? takeNote(ended.next()) : refuse(operation, link));
        }
        if (givenUp == null || givenUp.code() != ErrorCode.CONNECTION_LOST) {
            lookAgain(above, part, begin);
        }
    }

    private Result takeNote(Result result) {
        if (givenUp == null
                && result instanceof Result.Failed failed
                && failed.code().concernsWholeTarget()) {
            givenUp = failed;
        }
        return result;
    }

    private Result refuse(Operation operation, RelativePath link) {
        Result refused = LinksAbove.refused(target, operation.path(), link);
        monitor.ended(operation, refused);
        return refused;
    }

    /** Empty, and all given up, if the connection breaks. */
    private Set<RelativePath> look(LinksAbove above) {
        try {
            return above.look();
        } catch (FreshetException e) {
            if (e.code() != ErrorCode.CONNECTION_LOST) {
                throw e;
            }
            givenUp = new Result.Failed(e.code(), "write", String.valueOf(e.getMessage()));
            return Set.of();
        }
    }

    private void lookAgain(LinksAbove above, List<Operation> part, int begin) {
        Set<RelativePath> links = look(above);
        if (links.isEmpty()) {
            return;
        }
        // What the list put there itself came after all that is below: the part ends there.
        List<RelativePath> own = part.stream()
                .filter(GuardedDelivery::replaces)
                .map(LinksAbove::changedBy)
                .flatMap(List::stream)
                .toList();
        links.removeIf(link -> own.stream().anyMatch(link::isAtOrBelow));
        for (int i = 0; i < part.size(); i++) {
            RelativePath link = linkAbove(part.get(i), links);
            if (link != null && results.get(begin + i) instanceof Result.Done) {
                results.set(begin + i, LinksAbove.changed(target, part.get(i).path(), link));
            }
        }
    }

    private static @Nullable RelativePath linkAbove(Operation operation, Set<RelativePath> links) {
        for (RelativePath path : LinksAbove.changedBy(operation)) {
            RelativePath link = LinksAbove.oneAbove(path, links);
            if (link != null) {
                return link;
            }
        }
        return null;
    }
}
