package io.freshet.app.server;

import io.freshet.app.config.FreshetConfiguration;
import io.freshet.journal.Notifications;
import java.time.Clock;
import java.util.Set;
import javax.sql.DataSource;

/** What a server has before it starts runs and pages. */
record Parts(
        FreshetConfiguration configuration,
        DataDirectory directory,
        String node,
        DataSource dataSource,
        Notifications notifications,
        SourceWatchers watchers,
        Set<Role> roles,
        Clock clock) {}
