package io.freshet.journal;

import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NotificationsIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh().interruptible();

    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger barriers = new AtomicInteger();
    private Notifications notifications;

    @BeforeEach
    void listen() {
        notifications = new Notifications(database.dataSource());
        notifications.subscribe(NotificationKind.REQUEST, requests::incrementAndGet);
        notifications.subscribe(NotificationKind.BARRIER, barriers::incrementAndGet);
        notifications.start();
        await("the call at the start").until(() -> requests.get() == 1 && barriers.get() == 1);
    }

    @AfterEach
    void close() {
        notifications.close();
    }

    @Test
    void callsWhoeverAskedForTheKindAndNobodyElse() {
        NotificationKind.REQUEST.publish(database.jdbcClient());
        await().atMost(Duration.ofSeconds(2)).until(() -> requests.get() == 2);
        NotificationKind.BARRIER.publish(database.jdbcClient());
        await().until(() -> barriers.get() == 2);
        await().during(Duration.ofMillis(100)).until(() -> requests.get() == 2);
    }

    @Test
    void goesOnAfterAListenerThatThrows() {
        notifications.subscribe(NotificationKind.CHANGE, () -> {
            throw new IllegalStateException("a listener's own trouble");
        });
        AtomicInteger changes = new AtomicInteger();
        Notifications.Subscription subscription =
                notifications.subscribe(NotificationKind.CHANGE, changes::incrementAndGet);
        NotificationKind.CHANGE.publish(database.jdbcClient());
        await().until(() -> changes.get() == 1);
        subscription.close();
        NotificationKind.CHANGE.publish(database.jdbcClient());
        NotificationKind.BARRIER.publish(database.jdbcClient());
        await().until(() -> barriers.get() == 2);
        await().during(Duration.ofMillis(50)).until(() -> changes.get() == 1);
    }

    @Test
    void callsEverybodyWhenTheDatabaseIsBack() {
        database.interrupt();
        database.restore();
        await("the call after the reconnection").until(() -> requests.get() >= 2 && barriers.get() >= 2);
        int before = requests.get();
        NotificationKind.REQUEST.publish(database.jdbcClient());
        await().until(() -> requests.get() > before);
    }
}
