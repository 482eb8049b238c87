package io.freshet.web.live;

import io.freshet.journal.CheckpointBook;
import io.freshet.journal.HoldBook;
import io.freshet.journal.Notifications;
import io.freshet.journal.PathAnswers;
import io.freshet.journal.ProgressReports;
import io.freshet.journal.Requests;
import io.freshet.journal.RunHistory;
import io.freshet.journal.SourceBook;
import io.freshet.journal.TargetOverview;
import java.util.function.LongSupplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The parts that keep open pages up to date. */
@Configuration(proxyBeanMethods = false)
@Import(EventsController.class)
public class LiveConfiguration {
    @Bean
    LiveTopics liveTopics(
            TargetOverview overview,
            HoldBook holds,
            RunHistory runs,
            Requests requests,
            ProgressReports progress,
            PathAnswers paths,
            SourceBook sources,
            CheckpointBook checkpoints,
            Notifications notifications) {
        return new LiveTopics(
                new Fingerprints(overview, holds, runs, requests, progress, paths, sources, checkpoints)::of,
                notifications);
    }

    /** The number of the last change, for a page that is being made. */
    @Bean
    LongSupplier liveSequence(LiveTopics live) {
        return live::sequence;
    }
}
