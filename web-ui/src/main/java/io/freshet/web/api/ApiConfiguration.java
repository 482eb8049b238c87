package io.freshet.web.api;

import io.freshet.journal.Barriers;
import io.freshet.journal.Completeness;
import io.freshet.journal.Notifications;
import io.freshet.journal.PolicyBook;
import io.freshet.journal.PolicyDelays;
import io.freshet.policy.Policies;
import io.freshet.web.action.CheckpointActions;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The REST API's parts. */
@Configuration(proxyBeanMethods = false)
@Import({
    AccountApi.class,
    StatusApi.class,
    RunApi.class,
    QueueApi.class,
    CommandApi.class,
    BandwidthApi.class,
    CheckpointApi.class,
    PolicyApi.class,
    OpenApiController.class
})
public class ApiConfiguration {
    @Bean
    WaitDesk waitDesk(DataSource database, Notifications notifications) {
        JdbcClient jdbc = JdbcClient.create(database);
        return new WaitDesk(new Barriers(jdbc), new Completeness(jdbc), notifications);
    }

    @Bean
    PolicyDesk policyDesk(DataSource database, Policies policies, PolicyBook book, Clock clock) {
        return new PolicyDesk(policies, book, new PolicyDelays(JdbcClient.create(database)), clock);
    }

    @Bean
    CheckpointDesk checkpointDesk(DataSource database, CheckpointActions actions, Notifications notifications) {
        return new CheckpointDesk(new Barriers(JdbcClient.create(database)), actions, notifications);
    }
}
