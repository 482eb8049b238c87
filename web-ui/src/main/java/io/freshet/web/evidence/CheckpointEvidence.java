package io.freshet.web.evidence;

import io.freshet.journal.Checkpoint;
import io.freshet.journal.CheckpointBook;
import java.time.Clock;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is claimed of a checkpoint as of now, signed. Thread-safe. */
public final class CheckpointEvidence {
    private final CheckpointBook checkpoints;
    private final EvidenceKey key;
    private final Clock clock;

    public CheckpointEvidence(CheckpointBook checkpoints, EvidenceKey key, Clock clock) {
        this.checkpoints = checkpoints;
        this.key = key;
        this.clock = clock;
    }

    /** Returns it. */
    public ObjectNode of(Checkpoint checkpoint) {
        ObjectNode evidence = JsonMapper.shared().createObjectNode();
        evidence.put("format", SignedEvidence.FORMAT);
        evidence.put("claim", "every change observed up to seq, at that state or newer");
        evidence.put("installation", checkpoints.installation().toString());
        evidence.put("source", checkpoint.source());
        evidence.put("label", checkpoint.label());
        evidence.put("path", checkpoint.path());
        evidence.put("seq", checkpoint.seq());
        evidence.put("createdAt", checkpoint.createdAt().toString());
        evidence.put("createdBy", checkpoint.createdBy());
        evidence.put("reason", checkpoint.reason());
        evidence.put("issuedAt", clock.instant().toString());
        evidence.put("complete", checkpoint.isComplete());
        ArrayNode targets = evidence.putArray("targets");
        for (Checkpoint.AtTarget target : checkpoint.targets()) {
            ObjectNode told = targets.addObject();
            told.put("target", target.target());
            told.put(
                    "completedAt",
                    target.completedAt() == null ? null : target.completedAt().toString());
            told.put("entries", target.entries());
            told.put("unsupported", target.unsupported());
            told.put("digest", target.digest());
        }
        return SignedEvidence.sign(evidence, key);
    }
}
