package io.freshet.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.path.RelativePath;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How lines, rules and modifiers are read, and what is refused. */
class RuleReaderTest {
    private static final RuleOrigin ORIGIN = new RuleOrigin("freshet.yml", 12);

    @Test
    void readsTheLinesOfAFile() {
        FilterRules rules = FilterRules.builder()
                .excludeFrom(
                        utf8("# comment\n; comment\n\n+ keep.tmp\n- also\n*.tmp\n #not a comment\n+plain\n"), "list")
                .build();
        assertThat(excluded(rules, "keep.tmp")).isFalse();
        assertThat(excluded(rules, "also")).isTrue();
        assertThat(excluded(rules, "x.tmp")).isTrue();
        assertThat(excluded(rules, " #not a comment")).isTrue();
        assertThat(excluded(rules, "+plain")).isTrue();
        assertThat(excluded(rules, "# comment")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb\nc", "a\r\nb\r\nc\r\n", "a\rb\rc\r", "\n\na\n\r\n\rb\nc"})
    void takesEveryLineEnd(String content) {
        FilterRules rules =
                FilterRules.builder().excludeFrom(utf8(content), "list").build();
        assertThat(rules).hasToString("FilterRules[a, b, c]");
    }

    @Test
    void countsLinesAsAnEditorDoes() {
        FilterRules rules = FilterRules.builder()
                .excludeFrom(utf8("#\r\n\r\n;\na\n"), "list")
                .includeFrom(utf8("\n\nb"), "other")
                .build();
        assertThat(rules.explain(RelativePath.parse("a"), false).exclusion().origin())
                .hasToString("list line 4");
        assertThat(rules.explain(RelativePath.parse("b"), false).exclusion().origin())
                .hasToString("other line 3");
    }

    @Test
    void keepsSpacesThatBelongToThePattern() {
        FilterRules rules = FilterRules.builder()
                .excludeFrom(utf8("a \n"), "list")
                .filter("-  b", ORIGIN)
                .filter("-__c", ORIGIN)
                .build();
        assertThat(excluded(rules, "a ")).isTrue();
        assertThat(excluded(rules, "a")).isFalse();
        assertThat(excluded(rules, " b")).isTrue();
        assertThat(excluded(rules, "_c")).isTrue();
    }

    @Test
    void includesByPrefixAndExcludesFromAnIncludeFile() {
        FilterRules rules = FilterRules.builder()
                .exclude("+ a", ORIGIN)
                .include("- b", ORIGIN)
                .includeFrom(utf8("c\n- d\n"), "list")
                .exclude("*", ORIGIN)
                .build();
        assertThat(excluded(rules, "a")).isFalse();
        assertThat(excluded(rules, "b")).isTrue();
        assertThat(excluded(rules, "c")).isFalse();
        assertThat(excluded(rules, "d")).isTrue();
    }

    @Test
    void clearsTheListEverywhere() {
        assertThat(FilterRules.builder()
                        .exclude("a", ORIGIN)
                        .exclude("!", ORIGIN)
                        .build())
                .isEqualTo(FilterRules.NONE);
        assertThat(FilterRules.builder()
                        .exclude("a", ORIGIN)
                        .excludeFrom(utf8("b\n!\nc"), "list")
                        .build())
                .hasToString("FilterRules[c]");
        assertThat(FilterRules.builder()
                        .exclude("a", ORIGIN)
                        .filter("!", ORIGIN)
                        .build())
                .isEqualTo(FilterRules.NONE);
        assertThat(FilterRules.builder()
                        .exclude("a", ORIGIN)
                        .filter("clear", ORIGIN)
                        .build())
                .isEqualTo(FilterRules.NONE);
        assertThat(FilterRules.builder().excludeFrom(utf8("clear\n!x"), "list").build())
                .as("no other spelling in a file of patterns")
                .hasToString("FilterRules[clear, !x]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "-foo          | 'f' is no modifier; write a space before the pattern",
                "-,,s foo      | ',' is no modifier",
                "-s,p foo      | ',' is no modifier",
                "foo           | there is no kind of rule called 'foo'; to exclude, write - before the pattern",
                "*.tmp         | a rule begins with -, +, H, S, P, R or !",
                "excludes foo  | there is no kind of rule called 'excludes'",
                "exclude!foo   | a space must follow 'exclude'",
                ". /etc/rules  | rules in merge files are not read; put the rules here, or name the file in exclude-from",
                ": .rules      | rules in merge files are not read",
                "merge x       | rules in merge files are not read",
                "dir-merge,n x | rules in merge files are not read",
                "! foo         | a rule that clears the list takes no pattern",
                "clear foo     | a rule that clears the list takes no pattern",
                "-             | a pattern is missing",
                "exclude       | a pattern is missing",
                "exclude,s     | a pattern is missing",
                "Hs foo        | the modifier 's' contradicts 'H'",
                "protect,r foo | the modifier 'r' contradicts 'P'",
                "-x user.*     | the modifier 'x' (extended attributes) is not supported",
                "-C            | the modifier 'C' (CVS excludes) is not supported",
                "- [abc        | a '[' is never closed by ']'; write \\[ for a bracket",
                "- [[:alpha    | a '[' is never closed by ']'",
                "- [[:letter:]]| there is no class [:letter:]; the classes are alnum,",
                "- *.x\\       | a backslash at the end escapes nothing",
                "-/ /etc/x     | the modifier / needs a source with an absolute path",
            })
    void refusesWhatIsWrongAndSaysWhereAndWhatToDo(String rule, String message) {
        assertRefused(() -> FilterRules.builder().filter(rule, ORIGIN))
                .hasMessageStartingWith("freshet.yml line 12: filter rule '" + rule + "': ")
                .hasMessageContaining(message);
    }

    @Test
    void namesTheLineOfAFile() {
        assertRefused(() -> FilterRules.builder().excludeFrom(utf8("a\n\n[b\n"), "/etc/lsyncd.exclude"))
                .hasMessageStartingWith("/etc/lsyncd.exclude line 3: filter rule '[b': a '[' is never closed");
    }

    @Test
    void refusesPatternsThatNoNameCanMatch() {
        assertRefused(() -> FilterRules.builder().exclude("", ORIGIN)).hasMessageContaining("a pattern is missing");
        assertRefused(() -> FilterRules.builder().exclude("+ ", ORIGIN)).hasMessageContaining("a pattern is missing");
        assertRefused(() -> FilterRules.builder().exclude("a\0b", ORIGIN)).hasMessageContaining("NUL");
        assertRefused(() -> FilterRules.builder().exclude("x".repeat(4096), ORIGIN))
                .hasMessageContaining("no path is longer than 4095 bytes");
        FilterRules.builder().exclude("x".repeat(4095), ORIGIN);
    }

    @Test
    void refusesARootThatIsNotAbsolute() {
        assertThatThrownBy(() -> FilterRules.builder().root("mnt/sync")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FilterRules.builder().root("/mnt/../sync"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void knowsOriginsWithoutLines() {
        assertThat(new RuleOrigin("the policy 'nights'", 0)).hasToString("the policy 'nights'");
        assertThatThrownBy(() -> new RuleOrigin("", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RuleOrigin("f", -1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(ThrowingCallable reading) {
        return assertThatThrownBy(reading)
                .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION_INVALID));
    }

    private static boolean excluded(FilterRules rules, String name) {
        return rules.excludes(RelativePath.of(utf8(name)), false);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
