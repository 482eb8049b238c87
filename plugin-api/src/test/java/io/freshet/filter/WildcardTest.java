package io.freshet.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.management.ThreadMXBean;
import io.freshet.path.RelativePath;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The automaton against the definition of wildcards, and its cost. */
class WildcardTest {
    private static final long SEED = Long.getLong("freshet.test.seed", System.nanoTime());
    private final Random random = new Random(SEED);

    @BeforeAll
    static void tellSeed() {
        System.out.println("WildcardTest: -Dfreshet.test.seed=" + SEED);
    }

    @Test
    void agreesWithTheDefinition() {
        int matches = 0;
        for (int i = 0; i < 200_000; i++) {
            String expression = random("ab/?**", 1 + random.nextInt(8));
            String name = randomPath(1 + random.nextInt(9));
            // In a wide expression the state does not fit one word.
            int padding = i % 4 == 0 ? 50 + random.nextInt(100) : 0;
            boolean expected = matches(expression, 0, name, 0);
            assertThat(matches("x".repeat(padding) + expression, "x".repeat(padding) + name))
                    .as("%s against %s after %d x, seed %d", expression, name, padding, SEED)
                    .isEqualTo(expected);
            matches += expected ? 1 : 0;
        }
        assertThat(matches).isGreaterThan(5_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 62, 63, 64, 65, 126, 127, 128, 129, 1000})
    void matchesAtEveryWidth(int items) {
        String name = "a".repeat(items);
        assertThat(matches("*" + name, "b" + name)).isTrue();
        assertThat(matches("*" + name, name)).isTrue();
        assertThat(matches("*" + name, name.substring(1))).isFalse();
        assertThat(matches(name + "*", name + "b")).isTrue();
        assertThat(matches("?".repeat(items), name)).isTrue();
        assertThat(matches("?".repeat(items), name + "a")).isFalse();
        assertThat(matches("**" + name, "x/y" + name)).isTrue();
        assertThat(matches("*" + name, "x/y" + name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
                "**a**a**a**a**a**a**a**a**a**a**b",
                "**/*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
                "*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?b",
                "**[a-z]*[a-z]**[a-z]*[a-z]**[a-z]*[a-z]**b"
            })
    void takesNoMoreTimeForMaliciousPatterns(String expression) {
        RelativePath name = path("a".repeat(255));
        RelativePath deep = path(("a".repeat(15) + "/").repeat(255) + "a");
        RelativePath good = path("a".repeat(254) + "b");
        Wildcard wildcard = Wildcard.compile(expression.getBytes(StandardCharsets.US_ASCII), true);
        // Every byte is looked at once: about 10 ms for all; trying alternatives in turn would take years.
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < 1000; i++) {
                assertThat(wildcard.matches(name, 0, name.length(), false, true))
                        .isFalse();
                assertThat(wildcard.matches(good, 0, good.length(), false, true))
                        .isTrue();
            }
            for (int i = 0; i < 100; i++) {
                assertThat(wildcard.matches(deep, 0, deep.length(), false, true))
                        .isFalse();
            }
        });
    }

    @Test
    void boundsTheLongestPatternOnTheLongestPath() {
        Wildcard wildcard = Wildcard.compile("*a".repeat(2047).getBytes(StandardCharsets.US_ASCII), false);
        RelativePath path = path("a".repeat(4095));
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < 20; i++) {
                assertThat(wildcard.matches(path, 0, path.length(), false, false))
                        .isTrue();
            }
        });
    }

    @Test
    void asksWithoutAllocating() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        FilterRules rules = FilterRulesTest.filtering(
                "+ /keep/***",
                "- *.tmp",
                "P *.bak",
                "- cache/",
                "- /a/**/z",
                "- b**c",
                "-p *~",
                "-! [[:print:]]*",
                "- x/y");
        RelativePath path = path("some/deep/directory/with a/long name.txt");
        boolean seen = false;
        for (int i = 0; i < 100; i++) {
            seen |= ask(rules, path);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10_000; i++) {
            seen |= ask(rules, path);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(seen).isFalse();
        assertThat(allocated).as("bytes for 40 000 questions").isLessThan(10_000);
    }

    private static boolean ask(FilterRules rules, RelativePath path) {
        return rules.excludes(path, false)
                || rules.excludesEntry(path, false)
                || rules.protects(path, false)
                || rules.protects(path, false, RelativePath.ROOT);
    }

    private static boolean matches(String expression, String name) {
        RelativePath path = path(name);
        return Wildcard.compile(expression.getBytes(StandardCharsets.US_ASCII), false)
                .matches(path, 0, path.length(), false, false);
    }

    /** The definition, tried alternative by alternative. */
    private static boolean matches(String expression, int e, String name, int n) {
        if (e == expression.length()) {
            return n == name.length();
        }
        char c = expression.charAt(e);
        if (c != '*') {
            return n < name.length()
                    && (c == '?' ? name.charAt(n) != '/' : name.charAt(n) == c)
                    && matches(expression, e + 1, name, n + 1);
        }
        int after = e;
        while (after < expression.length() && expression.charAt(after) == '*') {
            after++;
        }
        boolean crossesSlashes = after - e > 1;
        for (int end = n; end <= name.length(); end++) {
            if (matches(expression, after, name, end)) {
                return true;
            }
            if (end < name.length() && name.charAt(end) == '/' && !crossesSlashes) {
                return false;
            }
        }
        return false;
    }

    private String randomPath(int length) {
        String name = random("aab/", length).replaceAll("/+", "/").replaceAll("^/|/$", "");
        return name.isEmpty() ? "a" : name;
    }

    private String random(String alphabet, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    private static RelativePath path(String name) {
        return RelativePath.of(name.getBytes(StandardCharsets.US_ASCII));
    }
}
