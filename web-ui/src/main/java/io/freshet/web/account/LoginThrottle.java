package io.freshet.web.account;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Slows down guessing: after five wrong passwords for one name, or twenty from one address, a pause of one minute.
 *
 * <p>Thread-safe. Remembers ten thousand names and addresses at most, the most recent ones.
 */
final class LoginThrottle {
    static final int TRIES_PER_NAME = 5;
    static final int TRIES_PER_ADDRESS = 20;
    static final Duration PAUSE = Duration.ofMinutes(1);
    private static final int REMEMBERED = 10_000;

    private final Clock clock;
    private final Map<String, Tries> tries = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Tries> eldest) {
            return size() > REMEMBERED;
        }
    };

    LoginThrottle(Clock clock) {
        this.clock = clock;
    }

    synchronized boolean isPausing(String name, String address) {
        return count("name " + name) >= TRIES_PER_NAME || count("address " + address) >= TRIES_PER_ADDRESS;
    }

    synchronized void failed(String name, String address) {
        add("name " + name);
        add("address " + address);
    }

    synchronized void succeeded(String name) {
        tries.remove("name " + name);
    }

    private int count(String key) {
        Tries made = tries.get(key);
        return made == null || made.last.plus(PAUSE).isBefore(clock.instant()) ? 0 : made.count;
    }

    private void add(String key) {
        tries.put(key, new Tries(count(key) + 1, clock.instant()));
    }

    private record Tries(int count, Instant last) {}
}
