package io.freshet.run;

import io.freshet.journal.Agenda;
import io.freshet.journal.Bandwidths;
import io.freshet.journal.BlockMaps;
import io.freshet.journal.CheckpointCompletion;
import io.freshet.journal.DatabaseSpace;
import io.freshet.journal.Deliveries;
import io.freshet.journal.Drifts;
import io.freshet.journal.ExtraEntries;
import io.freshet.journal.Firings;
import io.freshet.journal.Folding;
import io.freshet.journal.Holds;
import io.freshet.journal.Leases;
import io.freshet.journal.Manifest;
import io.freshet.journal.MoveHints;
import io.freshet.journal.Partials;
import io.freshet.journal.Planning;
import io.freshet.journal.PolicyBook;
import io.freshet.journal.ProgressReports;
import io.freshet.journal.Registry;
import io.freshet.journal.Runs;
import io.freshet.journal.SentContents;
import io.freshet.journal.TargetMounts;
import io.freshet.journal.TargetStates;
import io.freshet.journal.Verifications;
import io.freshet.journal.WorkQueue;
import javax.sql.DataSource;

/** The parts of the journal that runs read and write; each thread-safe. */
record Stores(
        Registry registry,
        Leases leases,
        Agenda agenda,
        Planning planning,
        Folding folding,
        WorkQueue queue,
        MoveHints hints,
        Manifest manifest,
        BlockMaps blockMaps,
        Partials partials,
        Deliveries deliveries,
        SentContents sentContents,
        Verifications verifications,
        ExtraEntries extras,
        TargetStates states,
        Runs runs,
        Bandwidths bandwidths,
        ProgressReports progress,
        Holds holds,
        Drifts drifts,
        TargetMounts mounts,
        CheckpointCompletion checkpoints,
        Firings firings,
        PolicyBook policies,
        DatabaseSpace space) {

    static Stores of(DataSource dataSource) {
        return new Stores(
                new Registry(dataSource),
                new Leases(dataSource),
                new Agenda(dataSource),
                new Planning(dataSource),
                new Folding(dataSource),
                new WorkQueue(dataSource),
                new MoveHints(dataSource),
                new Manifest(dataSource),
                new BlockMaps(dataSource),
                new Partials(dataSource),
                new Deliveries(dataSource),
                new SentContents(dataSource),
                new Verifications(dataSource),
                new ExtraEntries(dataSource),
                new TargetStates(dataSource),
                new Runs(dataSource),
                new Bandwidths(dataSource),
                ProgressReports.of(dataSource),
                new Holds(dataSource),
                new Drifts(dataSource),
                new TargetMounts(dataSource),
                new CheckpointCompletion(dataSource),
                new Firings(dataSource),
                new PolicyBook(dataSource),
                new DatabaseSpace(dataSource));
    }
}
