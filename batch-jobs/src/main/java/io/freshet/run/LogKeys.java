package io.freshet.run;

import io.freshet.journal.Lane;
import org.slf4j.MDC;

/** What every log line carries that is written by a lane's thread while it works: source, target, lane, and the run. */
final class LogKeys {
    private static final String SOURCE = "source";
    private static final String TARGET = "target";
    private static final String LANE = "lane";
    private static final String RUN = "run";

    private LogKeys() {}

    static void begin(ServedTarget served, Lane lane) {
        MDC.put(SOURCE, served.source().name());
        MDC.put(TARGET, served.name());
        MDC.put(LANE, lane.name());
    }

    static void run(long number) {
        MDC.put(RUN, Long.toString(number));
    }

    static void end() {
        for (String key : new String[] {SOURCE, TARGET, LANE, RUN}) {
            MDC.remove(key);
        }
    }
}
