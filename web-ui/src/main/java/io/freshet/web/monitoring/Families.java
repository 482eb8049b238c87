package io.freshet.web.monitoring;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** The families of metrics of one scrape, collected value by value. Used by one thread. */
final class Families {
    private final Map<String, Family> families = new LinkedHashMap<>();

    private record Value(Labels labels, double value) {}

    private record Family(BiFunction<String, Family, MetricSnapshot> kind, String help, List<Value> values) {}

    /** Adds a value that goes up and down. */
    void gauge(String name, String help, Labels labels, double value) {
        add(name, new Family(Families::gauges, help, new ArrayList<>()), labels, value);
    }

    void gauge(String name, String help, Labels labels, long value) {
        gauge(name, help, labels, (double) value);
    }

    /** Adds a value that only goes up; the name is told without {@code _total}, which is added. */
    void counter(String name, String help, Labels labels, long value) {
        add(name, new Family(Families::counters, help, new ArrayList<>()), labels, (double) value);
    }

    private void add(String name, Family family, Labels labels, double value) {
        families.computeIfAbsent(name, added -> family).values.add(new Value(labels, value));
    }

    MetricSnapshots snapshots() {
        List<MetricSnapshot> snapshots = new ArrayList<>();
        families.forEach((name, family) -> snapshots.add(family.kind.apply(name, family)));
        return new MetricSnapshots(snapshots);
    }

    private static MetricSnapshot gauges(String name, Family family) {
        GaugeSnapshot.Builder builder = GaugeSnapshot.builder().name(name).help(family.help);
        family.values.forEach(value -> builder.dataPoint(GaugeDataPointSnapshot.builder()
                .labels(value.labels)
                .value(value.value)
                .build()));
        return builder.build();
    }

    private static MetricSnapshot counters(String name, Family family) {
        CounterSnapshot.Builder builder = CounterSnapshot.builder().name(name).help(family.help);
        family.values.forEach(value -> builder.dataPoint(CounterDataPointSnapshot.builder()
                .labels(value.labels)
                .value(value.value)
                .build()));
        return builder.build();
    }
}
