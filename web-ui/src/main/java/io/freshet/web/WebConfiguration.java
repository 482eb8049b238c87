package io.freshet.web;

import io.freshet.journal.AccountBook;
import io.freshet.journal.AuditBook;
import io.freshet.journal.CapabilityBook;
import io.freshet.journal.CheckpointBook;
import io.freshet.journal.HoldBook;
import io.freshet.journal.LaneOutlooks;
import io.freshet.journal.PathAnswers;
import io.freshet.journal.PathCompletion;
import io.freshet.journal.PolicyBook;
import io.freshet.journal.ProgressReports;
import io.freshet.journal.QueueBook;
import io.freshet.journal.Requests;
import io.freshet.journal.RetentionBook;
import io.freshet.journal.RunHistory;
import io.freshet.journal.SourceBook;
import io.freshet.journal.SourceLook;
import io.freshet.journal.TargetOverview;
import io.freshet.journal.TokenBook;
import io.freshet.journal.VerificationBook;
import io.freshet.journal.Wording;
import io.freshet.policy.Policies;
import io.freshet.web.account.AccountConfiguration;
import io.freshet.web.account.Credentials;
import io.freshet.web.action.AccountActions;
import io.freshet.web.action.Actions;
import io.freshet.web.action.CheckpointActions;
import io.freshet.web.action.PolicyActions;
import io.freshet.web.api.ApiConfiguration;
import io.freshet.web.evidence.CheckpointEvidence;
import io.freshet.web.evidence.EvidenceKey;
import io.freshet.web.live.LiveConfiguration;
import io.freshet.web.monitoring.MonitoringConfiguration;
import io.freshet.web.page.PageConfiguration;
import io.freshet.web.page.WebVersion;
import io.freshet.web.report.ReportConfiguration;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The pages, the REST API and their security, to be imported by the application.
 *
 * <p>Needs beans of seven types: a {@link DataSource} whose connections see the schema {@code freshet}, a {@link Clock}, the
 * {@link WebSettings}, an {@link EvidenceKey}, a {@link io.freshet.web.monitoring.Node} and its {@code NodeHealth}, and
 * started {@link io.freshet.journal.Notifications}; and takes a
 * {@code MetricsToken}. Offers {@code FirstStart}, {@code LocalToken} and a registry of meters.
 */
@Configuration(proxyBeanMethods = false)
@Import({
    AccountConfiguration.class,
    ApiConfiguration.class,
    LiveConfiguration.class,
    MonitoringConfiguration.class,
    PageConfiguration.class,
    ReportConfiguration.class
})
public class WebConfiguration {
    // The journal's clients and transactions are made here and not shared as beans, lest they meet the application's
    // own.

    @Bean
    WebVersion webVersion(WebSettings settings) {
        return new WebVersion(settings.version());
    }

    @Bean
    Wording wording(WebSettings settings) {
        return new Wording(settings.zone());
    }

    @Bean
    TargetOverview targetOverview(DataSource database, WebSettings settings, Wording wording) {
        return new TargetOverview(JdbcClient.create(database), settings.openingHours(), wording);
    }

    @Bean
    PathAnswers pathAnswers(DataSource database, WebSettings settings, Wording wording) {
        return new PathAnswers(JdbcClient.create(database), settings.openingHours(), wording, settings.sourceLook());
    }

    @Bean
    PathCompletion pathCompletion(DataSource database) {
        return new PathCompletion(JdbcClient.create(database));
    }

    @Bean
    LaneOutlooks laneOutlooks(DataSource database) {
        return new LaneOutlooks(JdbcClient.create(database));
    }

    @Bean
    RunHistory runHistory(DataSource database) {
        return new RunHistory(JdbcClient.create(database));
    }

    @Bean
    RetentionBook retentionBook(DataSource database) {
        return new RetentionBook(database);
    }

    @Bean
    HoldBook holdBook(DataSource database) {
        return new HoldBook(JdbcClient.create(database));
    }

    @Bean
    QueueBook queueBook(DataSource database) {
        return new QueueBook(JdbcClient.create(database));
    }

    @Bean
    SourceBook sourceBook(DataSource database) {
        return new SourceBook(JdbcClient.create(database));
    }

    @Bean
    CapabilityBook capabilityBook(DataSource database) {
        return new CapabilityBook(JdbcClient.create(database));
    }

    @Bean
    SourceLook sourceLook(WebSettings settings) {
        return settings.sourceLook();
    }

    @Bean
    VerificationBook verificationBook(DataSource database) {
        return new VerificationBook(JdbcClient.create(database));
    }

    @Bean
    ProgressReports progressReports(DataSource database) {
        return ProgressReports.of(database);
    }

    @Bean
    Requests requests(DataSource database) {
        return new Requests(JdbcClient.create(database));
    }

    @Bean
    AccountBook accountBook(DataSource database) {
        return new AccountBook(JdbcClient.create(database));
    }

    @Bean
    Actions actions(DataSource database, PathAnswers paths, Policies policies, Clock clock) {
        return new Actions(JdbcClient.create(database), transaction(database), paths, policies, clock);
    }

    @Bean
    TokenBook tokenBook(DataSource database) {
        return new TokenBook(JdbcClient.create(database));
    }

    @Bean
    AuditBook auditBook(DataSource database) {
        return new AuditBook(JdbcClient.create(database));
    }

    @Bean
    AccountActions accountActions(
            DataSource database,
            AccountBook accounts,
            TokenBook tokens,
            Requests requests,
            AuditBook audit,
            PathAnswers paths,
            Credentials credentials,
            Clock clock) {
        return new AccountActions(transaction(database), accounts, tokens, requests, audit, paths, credentials, clock);
    }

    @Bean
    Policies policies(WebSettings settings) {
        return settings.policies();
    }

    @Bean
    PolicyActions policyActions(DataSource database, Policies policies, PolicyBook book) {
        return new PolicyActions(JdbcClient.create(database), transaction(database), policies, book);
    }

    @Bean
    PolicyBook policyBook(DataSource database) {
        return new PolicyBook(database);
    }

    @Bean
    CheckpointBook checkpointBook(DataSource database) {
        return new CheckpointBook(JdbcClient.create(database));
    }

    @Bean
    CheckpointActions checkpointActions(DataSource database, PathAnswers paths) {
        return new CheckpointActions(JdbcClient.create(database), transaction(database), paths);
    }

    @Bean
    CheckpointEvidence checkpointEvidence(CheckpointBook checkpoints, EvidenceKey key, Clock clock) {
        return new CheckpointEvidence(checkpoints, key, clock);
    }

    private static TransactionTemplate transaction(DataSource database) {
        return new TransactionTemplate(new JdbcTransactionManager(database));
    }
}
