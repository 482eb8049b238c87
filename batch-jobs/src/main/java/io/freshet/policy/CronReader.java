package io.freshet.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a cron expression, and says of one that is none what is wrong with it and where. */
final class CronReader {
    private static final String EXAMPLE = "for example \"0 3 * * *\" for every day at 03:00";
    private static final Pattern WORD = Pattern.compile("\\S+");
    private static final Pattern RANGE = Pattern.compile("(\\*|\\w+)(?:-(\\w+))?(?:/(\\d{1,3}))?");

    /** @param names of the values from {@code least} on, where they have any */
    private record Field(String word, int least, int most, List<String> names) {}

    private static final Field MINUTE = new Field("minute", 0, 59, List.of());
    private static final Field HOUR = new Field("hour", 0, 23, List.of());
    private static final Field DAY = new Field("day of the month", 1, 31, List.of());
    private static final Field MONTH = new Field(
            "month",
            1,
            12,
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"));
    /** Sunday is 0 and 7. */
    private static final Field WEEKDAY =
            new Field("day of the week", 0, 7, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat"));

    private static final List<Field> FIELDS = List.of(MINUTE, HOUR, DAY, MONTH, WEEKDAY);

    private final String text;

    CronReader(String text) {
        this.text = text;
    }

    Cron read() {
        if (text.startsWith("@")) {
            return nickname();
        }
        Matcher words = WORD.matcher(text);
        Map<Field, Set<Integer>> values = new HashMap<>();
        Map<Field, Boolean> every = new HashMap<>();
        requireFiveFields();
        for (Field field : FIELDS) {
            if (!words.find()) {
                throw new IllegalStateException("there are five fields in '" + text + "'");
            }
            values.put(field, field(field, words.group(), words.start() + 1));
            every.put(field, words.group().startsWith("*"));
        }
        Cron cron = new Cron(
                text,
                set(values, MINUTE),
                set(values, HOUR),
                set(values, DAY),
                set(values, MONTH),
                weekdays(set(values, WEEKDAY)),
                Boolean.TRUE.equals(every.get(HOUR)),
                Boolean.TRUE.equals(every.get(DAY)),
                Boolean.TRUE.equals(every.get(WEEKDAY)));
        if (!cron.everFires()) {
            throw new IllegalArgumentException("'" + text + "' never fires: there is no such day in any year");
        }
        return cron;
    }

    private Cron nickname() {
        String expression = Cron.NICKNAMES.get(text);
        if (expression == null) {
            throw new IllegalArgumentException("'" + text + "' is no cron expression; write one of "
                    + String.join(", ", new TreeSet<>(Cron.NICKNAMES.keySet())) + ", or five fields, " + EXAMPLE);
        }
        Cron meant = new CronReader(expression).read();
        return new Cron(
                text,
                meant.minutes(),
                meant.hours(),
                meant.days(),
                meant.months(),
                meant.weekdays(),
                meant.everyHour(),
                meant.everyDay(),
                meant.everyWeekday());
    }

    private static Set<Integer> set(Map<Field, Set<Integer>> values, Field field) {
        return values.getOrDefault(field, Set.of());
    }

    private void requireFiveFields() {
        long fields = WORD.matcher(text).results().count();
        if (fields != FIELDS.size()) {
            String seconds = fields == 6 || fields == 7
                    ? "; this looks like Quartz's form, leave out the seconds at its beginning and the year at its end"
                    : "";
            throw new IllegalArgumentException("'" + text + "' is no cron expression: it has " + fields
                    + (fields == 1 ? " field" : " fields") + " where five are wanted (minute, hour, day of the month,"
                    + " month, day of the week), " + EXAMPLE + seconds);
        }
    }

    private Set<Integer> field(Field field, String word, int column) {
        Set<Integer> values = new TreeSet<>();
        int at = column;
        for (String part : word.split(",", -1)) {
            range(field, part, at, values);
            at += part.length() + 1;
        }
        return values;
    }

    private void range(Field field, String part, int column, Set<Integer> values) {
        Matcher matcher = RANGE.matcher(part);
        if (!matcher.matches()) {
            throw wrong(field, part, column, "is neither a number, a range such as 1-5, a list, * nor */5");
        }
        String from = matcher.group(1);
        String to = matcher.group(2);
        String step = matcher.group(3);
        boolean every = from.equals("*");
        if (every && to != null) {
            throw wrong(field, part, column, "must not be * and a range at once");
        }
        int first = every ? field.least : number(field, part, column, from);
        int last = to != null ? number(field, part, column, to) : every || step != null ? field.most : first;
        if (last < first) {
            throw wrong(field, part, column, "ends before it begins; write two ranges with a comma between");
        }
        int by = step == null ? 1 : Integer.parseInt(step);
        if (by == 0) {
            throw wrong(field, part, column, "has a step of 0; write at least 1");
        }
        for (int value = first; value <= last; value += by) {
            values.add(value);
        }
    }

    private int number(Field field, String part, int column, String word) {
        int named = field.names.indexOf(word.toLowerCase(Locale.ROOT));
        if (named >= 0) {
            return field.least + named;
        }
        int number = word.matches("\\d{1,4}") ? Integer.parseInt(word) : -1;
        if (number < field.least || number > field.most) {
            String names = field.names.isEmpty() ? "" : ", or a name such as " + field.names.get(0);
            throw wrong(field, part, column, "must be " + field.least + " to " + field.most + names);
        }
        return number;
    }

    private IllegalArgumentException wrong(Field field, String part, int column, String why) {
        return new IllegalArgumentException("'" + text + "' is no cron expression: '" + part + "' at character "
                + column + " (" + field.word + ") " + why);
    }

    /** As {@link java.time.DayOfWeek} counts them: Sunday is 7. */
    private static Set<Integer> weekdays(Set<Integer> written) {
        Set<Integer> weekdays = new TreeSet<>();
        written.forEach(day -> weekdays.add(day == 0 ? 7 : day));
        return weekdays;
    }
}
