package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.file.ContentHash;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Delivery;
import io.freshet.journal.Evidence;
import io.freshet.journal.Failure;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.Outcome;
import io.freshet.journal.SentContents;
import io.freshet.journal.SentContents.Sent;
import io.freshet.journal.WaveRecord;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Has the target hash what a run has sent, before the run ends.
 *
 * <p>What it holds of that is as proven as it can be; of the rest both hashes are put on record, and it is sent again. What
 * somebody is delivering at the moment, or has delivered anew since, is left to that delivery's run. Thread-safe.
 */
final class Verification {
    private static final int FILES_AT_ONCE = 1000;
    private static final long BYTES_AT_ONCE = 1L << 30;

    private final Stores stores;

    Verification(Stores stores) {
        this.stores = stores;
    }

    /**
     * Verifies the next files of a run.
     *
     * @return whether there may be more
     * @throws io.freshet.failure.FreshetException if the target as a whole cannot be served, or the run is to stop
     */
    boolean next(RunScope scope) {
        List<Sent> page = stores.sentContents()
                .after(scope.verifiedUpTo(), scope.target(), scope.run().number(), FILES_AT_ONCE);
        if (page.isEmpty()) {
            return false;
        }
        Map<RelativePath, ManifestEntry> held = stores.manifest()
                .find(scope.target(), page.stream().map(Sent::path).toList());
        List<Sent> files = new ArrayList<>();
        SentContents.Key end = null;
        long bytes = 0;
        try {
            for (Sent sent : page) {
                if (bytes >= BYTES_AT_ONCE) {
                    break;
                }
                end = sent.key();
                ManifestEntry entry = held.get(sent.path());
                if (isUnproven(entry, sent) && scope.served().claims().claimEntry(sent.path())) {
                    files.add(sent);
                    bytes += entry == null ? 0 : entry.state().size();
                }
            }
            compare(scope, files, held);
        } finally {
            files.forEach(sent -> scope.served().claims().release(sent.path()));
        }
        scope.verifiedUpTo(end);
        return true;
    }

    private static boolean isUnproven(@Nullable ManifestEntry entry, Sent sent) {
        return entry != null && entry.evidence() == Evidence.SENT && sent.hash().equals(entry.hash());
    }

    private void compare(RunScope scope, List<Sent> files, Map<RelativePath, ManifestEntry> held) {
        if (files.isEmpty()) {
            return;
        }
        Instant now = scope.clock().instant();
        List<Optional<ContentHash>> hashes =
                scope.session().hash(files.stream().map(Sent::path).toList(), scope);
        WaveRecord record = new WaveRecord();
        for (int i = 0; i < files.size(); i++) {
            Sent sent = files.get(i);
            ManifestEntry entry = held.get(sent.path());
            if (hashes.get(i).filter(sent.hash()::equals).isPresent()) {
                record.verify(sent.path(), sent.hash());
            } else if (entry != null) {
                differs(scope, record, sent, entry, hashes.get(i), now);
            }
        }
        stores.deliveries().record(scope.lease(), scope.run().number(), record);
    }

    private void differs(
            RunScope scope,
            WaveRecord record,
            Sent sent,
            ManifestEntry entry,
            Optional<ContentHash> found,
            Instant now) {
        WorkItem item = WorkItem.found(sent.path(), ChangeKind.PATH, sent.seq(), now, scope.lane());
        String message = "target '" + scope.served().name() + "': '" + sent.path() + "' was sent with the hash "
                + sent.hash() + ", and the target now "
                + found.map(hash -> "has " + hash).orElse("has nothing there that it could hash")
                + "; it is sent again. Something else writes there, or the target's disk does not keep what it is given";
        stores.queue().alsoLookAt(scope.lease(), item, List.of(sent.path()), ChangeKind.PATH);
        record.put(ManifestEntry.unknown(sent.path(), entry.state()));
        record.fail(new Failure(item, "verify", ErrorCode.CONTENT_DIFFERS, message, now));
        record.deliver(new Delivery(
                item,
                sent.path(),
                Outcome.FAILED,
                null,
                0,
                found.orElse(null),
                "verify: " + message,
                ErrorCode.CONTENT_DIFFERS));
    }
}
