package io.freshet.run;

import io.freshet.file.BlockMap;
import io.freshet.file.ContentHash;
import io.freshet.file.FileState;
import io.freshet.file.PartialKey;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.WaveRecord;
import io.freshet.path.RelativePath;
import io.freshet.target.Capability;
import io.freshet.target.Operation.Base;
import io.freshet.target.Result;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the target has of the large files of a wave, block by block, so that only changed blocks travel.
 *
 * <p>Only what we sent has a hash in the manifest, and only by its hash a block map is found. Used by one thread.
 */
final class EarlierVersions {
    private static final Set<Capability> KEEPS_BLOCKS = EnumSet.of(Capability.SERVER_COPY, Capability.CHECKSUM);

    private final Stores stores;
    private final WaveRecord record;

    EarlierVersions(Stores stores, WaveRecord record) {
        this.stores = stores;
        this.record = record;
    }

    /** Returns, for those candidates of which something is known, what the target has under their paths. */
    Map<RelativePath, Base> onTarget(List<Candidate> candidates) {
        Map<RelativePath, ManifestEntry> held = held(candidates);
        Map<ContentHash, BlockMap> maps = stores.blockMaps().find(contents(held));
        Map<RelativePath, Base> bases = new HashMap<>();
        held.forEach((path, entry) -> {
            BlockMap blocks = maps.get(entry.hash());
            if (blocks != null) {
                FileState state = entry.state();
                bases.put(path, new Base(state.size(), state.mtimeNanos(), blocks));
            }
        });
        return bases;
    }

    /**
     * Returns which candidates need not be read to see whether their content changed: they were written to, and a target
     * that can do this gets no more than the blocks that differ, if any do.
     */
    Set<RelativePath> sentByBlocks(Set<Capability> capabilities, List<Candidate> candidates) {
        if (!capabilities.containsAll(KEEPS_BLOCKS)) {
            return Set.of();
        }
        Map<RelativePath, ManifestEntry> held =
                held(candidates.stream().filter(EarlierVersions::wasWrittenTo).toList());
        Set<ContentHash> known = stores.blockMaps().known(contents(held));
        held.values().removeIf(entry -> !known.contains(entry.hash()));
        return held.keySet();
    }

    /** Returns under which key a target that can do this keeps what arrived of a large file; null for any other. */
    static @Nullable PartialKey partialOf(Candidate candidate, Set<Capability> capabilities) {
        FileState source = candidate.present();
        return source.isFile() && source.size() >= WavePlanner.LARGE_FILE && capabilities.containsAll(KEEPS_BLOCKS)
                ? PartialKey.of(source)
                : null;
    }

    /** Returns by path what the target was sent of those that may have a map. */
    private static Map<RelativePath, ManifestEntry> held(List<Candidate> candidates) {
        Map<RelativePath, ManifestEntry> held = new HashMap<>();
        for (Candidate candidate : candidates) {
            ManifestEntry entry = candidate.held();
            if (entry != null
                    && entry.hash() != null
                    && BlockMap.isWorthIt(candidate.present().size())) {
                held.put(candidate.path(), entry);
            }
        }
        return held;
    }

    private static Set<ContentHash> contents(Map<RelativePath, ManifestEntry> held) {
        return held.values().stream()
                .flatMap(entry -> Stream.ofNullable(entry.hash()))
                .collect(Collectors.toSet());
    }

    private static boolean wasWrittenTo(Candidate candidate) {
        ManifestEntry held = candidate.held();
        return held != null && candidate.present().mtimeNanos() != held.state().mtimeNanos();
    }

    /** A candidate was put in the place of what the target had. */
    void replaced(Candidate candidate, Result.Done done) {
        ManifestEntry held = candidate.held();
        if (held != null) {
            gone(held);
        }
        if (done.hash() != null && done.blocks() != null) {
            record.blocks(done.hash(), done.blocks());
        }
    }

    /** The target has lost an entry. */
    void gone(ManifestEntry entry) {
        ContentHash content = entry.hash();
        if (content != null && BlockMap.isWorthIt(entry.state().size())) {
            record.replaceContent(content);
        }
    }
}
