package io.freshet.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.path.RelativePath;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterRulesTest {
    private static final RuleOrigin ORIGIN = new RuleOrigin("freshet.yml", 12);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                // A name without slash is held against the last component.
                "foo            | foo            | excluded",
                "foo            | a/foo          | excluded",
                "foo            | foobar         | included",
                "*.tmp          | a/b/x.tmp      | excluded",
                "*.tmp          | a/b/x.tmp2     | included",
                "f?o            | fxo            | excluded",
                "f?o            | fo             | included",
                // ? is one byte, and not a slash.
                "?              | \u00e9         | included",
                "??             | \u00e9         | excluded",
                "a?b/c          | a/b/c          | included",
                // A leading slash anchors at the root.
                "/foo           | foo            | excluded",
                "/foo           | a/foo          | included",
                "/*.o           | x.o            | excluded",
                "/*.o           | a/x.o          | included",
                // With a slash inside, as many of the last components as the pattern has.
                "foo/bar        | foo/bar        | excluded",
                "foo/bar        | a/foo/bar      | excluded",
                "foo/bar        | a/xfoo/bar     | included",
                "foo/*/bar      | foo/x/bar      | excluded",
                "foo/*/bar      | foo/x/y/bar    | included",
                "/foo/*/bar     | foo/x/bar      | excluded",
                // ** crosses slashes.
                "/foo/**/bar    | foo/x/y/bar    | excluded",
                "/foo/**/bar    | foo/bar        | included",
                "foo/**         | a/foo/x/y      | excluded",
                "foo/**         | foo            | included",
                "**/foo         | foo            | excluded",
                "**/foo         | a/b/foo        | excluded",
                "***/foo        | foo            | excluded",
                "**\\/foo          | foo            | excluded",
                "**/**/foo      | foo            | included",
                "/**/foo        | foo            | included",
                "a**b           | a/x/b          | excluded",
                "a**b           | x/a/x/b        | excluded",
                "a**b           | xa/b           | included",
                // A trailing *** is the directory and everything in it.
                "foo/***        | foo/x/y        | excluded",
                "foo/***        | foobar         | included",
                // Classes.
                "[a-c]x         | bx             | excluded",
                "[!a-c]x        | bx             | included",
                "[^a-c]x        | dx             | excluded",
                "[]]x           | ]x             | excluded",
                "[a-]x          | -x             | excluded",
                "[[:digit:]]x   | 7x             | excluded",
                "[[:digit:]]x   | ax             | included",
                "[[:alpha:]_]x  | _x             | excluded",
                "[![:alpha:]]x  | Ax             | included",
                "[\\]]x         | ]x             | excluded",
                "a[/]b          | a/b            | included",
                // A backslash escapes only where there is a wildcard.
                "a\\b           | a\\b           | excluded",
                "a\\b*          | abc            | excluded",
                "a\\\\b*        | a\\bc          | excluded",
                "a\\*           | a*             | excluded",
                "a\\*           | ab             | included",
            })
    void followsThePatternRules(String pattern, String path, String verdict) {
        FilterRules rules = FilterRules.builder().exclude(pattern, ORIGIN).build();
        assertThat(rules.excludes(bytes(path), false)).isEqualTo(verdict.equals("excluded"));
    }

    @Test
    void matchesADirectoryOnlyWithATrailingSlash() {
        FilterRules rules = excluding("foo/", "/bar/baz/");
        assertThat(rules.excludes(path("a/foo"), true)).isTrue();
        assertThat(rules.excludes(path("a/foo"), false)).isFalse();
        assertThat(rules.excludes(path("bar/baz"), true)).isTrue();
        assertThat(rules.excludes(path("bar/baz"), false)).isFalse();
    }

    @Test
    void matchesADirectoryItselfWithThreeStars() {
        assertThat(excluding("foo/***").excludes(path("foo"), true)).isTrue();
        assertThat(excluding("foo/***").excludes(path("foo"), false)).isFalse();
        assertThat(excluding("foo/**").excludes(path("foo"), true)).isFalse();
    }

    @Test
    void prunesEverythingBelowAnExcludedDirectory() {
        FilterRules rules = filtering("+ /a/keep", "- /a/", "+ *");
        assertThat(rules.excludes(path("a/keep"), false)).isTrue();
        assertThat(rules.excludesEntry(path("a/keep"), false)).isFalse();
        assertThat(rules.excludesEntry(path("a"), true)).isTrue();
        assertThat(rules.excludes(path("a"), false)).as("a file of that name").isFalse();
    }

    @Test
    void letsTheFirstMatchWin() {
        FilterRules rules = filtering("+ */", "+ *.c", "- *");
        assertThat(rules.excludes(path("x/y/z.c"), false)).isFalse();
        assertThat(rules.excludes(path("x/y/z.h"), false)).isTrue();
        assertThat(rules.excludes(path("x/y"), true)).isFalse();
        FilterRules turned = filtering("- *", "+ *.c", "+ */");
        assertThat(turned.excludes(path("z.c"), false)).isTrue();
    }

    @Test
    void matchesBytesAndNotCharacters() {
        byte[] latin1 = {'c', 'a', 'f', (byte) 0xe9};
        FilterRules rules = FilterRules.builder().excludeFrom(latin1, "list").build();
        assertThat(rules.excludes(RelativePath.of(latin1), false)).isTrue();
        assertThat(rules.excludes(path("caf\u00e9"), false)).isFalse();
        assertThat(excluding("caf?").excludes(RelativePath.of(latin1), false)).isTrue();
        assertThat(excluding("[\u00e9]").excludes(RelativePath.of(new byte[] {(byte) 0xc3}), false))
                .as("a class of two bytes")
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {".freshet", "a/.freshet", ".freshet/g1/x", "a/.freshet/b"})
    void keepsTheReservedNameOutWhateverTheRulesSay(String reserved) {
        FilterRules rules = filtering("+ .freshet", "R .freshet", "+ **", "R **");
        for (FilterRules any : List.of(rules, FilterRules.NONE)) {
            assertThat(any.excludes(path(reserved), true)).isTrue();
            assertThat(any.protects(path(reserved), true)).isTrue();
            assertThat(any.explain(path(reserved), true).exclusion().reason()).isEqualTo("the reserved name .freshet");
        }
        assertThat(rules.excludesEntry(path("a/.freshet"), true)).isTrue();
        assertThat(rules.excludes(path("x.freshet"), false)).isFalse();
        assertThat(rules.excludes(path(".freshet2"), false)).isFalse();
    }

    @Test
    void neverExcludesTheRoot() {
        FilterRules rules = excluding("*", "**", "/");
        assertThat(rules.excludes(RelativePath.ROOT, true)).isFalse();
        assertThat(rules.excludesEntry(RelativePath.ROOT, true)).isFalse();
        assertThat(rules.protects(RelativePath.ROOT, true)).isFalse();
        assertThat(rules.explain(RelativePath.ROOT, true).excluded()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "- x,true,true", "exclude x,true,true", "H x,true,false", "hide x,true,false", "-s x,true,false",
        "P x,false,true", "protect x,false,true", "-r x,false,true", "-sr x,true,true", "+ x,false,false",
        "exclude_x,true,true", "-_x,true,true", "'-,s x',true,false", "'exclude,s_x',true,false"
    })
    void keepsHidingAndProtectingApart(String rule, boolean excluded, boolean isProtected) {
        FilterRules rules = filtering(rule);
        assertThat(rules.excludes(path("x"), false)).isEqualTo(excluded);
        assertThat(rules.excludesEntry(path("x"), false)).isEqualTo(excluded);
        assertThat(rules.protects(path("x"), false)).isEqualTo(isProtected);
        assertThat(rules.protectsEntry(path("x"), false)).isEqualTo(isProtected);
    }

    @ParameterizedTest
    @CsvSource({
        "S x,false,true",
        "show x,false,true",
        "R x,true,false",
        "risk x,true,false",
        "+ x,false,false",
        "+r x,true,false"
    })
    void keepsShowingAndRiskingApart(String rule, boolean excluded, boolean isProtected) {
        FilterRules rules = filtering(rule, "- *");
        assertThat(rules.excludes(path("x"), false)).isEqualTo(excluded);
        assertThat(rules.protects(path("x"), false)).isEqualTo(isProtected);
    }

    @Test
    void protectsBelowADirectoryThatIsGoneButNotBelowOneThatIsReplicated() {
        FilterRules rules = filtering("P /kept/");
        RelativePath file = path("kept/a/b");
        assertThat(rules.protects(file, false)).isTrue();
        assertThat(rules.protects(file, false, RelativePath.ROOT)).isTrue();
        assertThat(rules.protects(file, false, path("kept"))).isFalse();
        assertThat(rules.protects(file, false, path("kept/a"))).isFalse();
        assertThat(rules.protectsEntry(file, false)).isFalse();
        assertThatThrownBy(() -> rules.protects(file, false, file)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rules.protects(file, false, path("ke"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ignoresPerishableRulesInsideDirectoriesThatAreDeleted() {
        FilterRules rules = filtering("-p *.o");
        assertThat(rules.protects(path("x.o"), false, RelativePath.ROOT)).isTrue();
        assertThat(rules.protects(path("d/x.o"), false, path("d"))).isTrue();
        assertThat(rules.protects(path("d/x.o"), false, RelativePath.ROOT)).isFalse();
        assertThat(rules.protects(path("d/x.o"), false))
                .as("nothing known about d")
                .isTrue();
        assertThat(rules.excludes(path("d/x.o"), false)).isTrue();
    }

    @Test
    void turnsAPatternRoundWithAnExclamationMark() {
        FilterRules rules = filtering("-! */");
        assertThat(rules.excludes(path("a"), true)).isFalse();
        assertThat(rules.excludes(path("a/b"), false)).isTrue();
    }

    @Test
    void matchesAbsolutePaths() {
        FilterRules rules = FilterRules.builder()
                .root("/mnt//sync/")
                .filter("-/ /mnt/sync/a", ORIGIN)
                .filter("-/ sync/b/c", ORIGIN)
                .filter("-/ /mnt/**/d*", ORIGIN)
                .filter("-/ e", ORIGIN)
                .build();
        assertThat(rules.excludes(path("a"), false)).isTrue();
        assertThat(rules.excludes(path("x/a"), false)).isFalse();
        assertThat(rules.excludes(path("b/c"), false)).isTrue();
        assertThat(rules.excludes(path("x/b/c"), false)).isFalse();
        assertThat(rules.excludes(path("dd"), false)).isTrue();
        assertThat(rules.excludes(path("x/e/y"), false)).isTrue();
        assertThat(FilterRules.builder()
                        .root("/")
                        .filter("-/ /etc/a", ORIGIN)
                        .build()
                        .excludes(path("etc/a"), false))
                .isTrue();
    }

    @Test
    void deletesWhatIsExcludedIfAsked() {
        FilterRules rules = FilterRules.builder()
                .excludedIsDeletable()
                .exclude("a", ORIGIN)
                .filter("P b", ORIGIN)
                .filter("-r c", ORIGIN)
                .build();
        assertThat(rules.excludes(path("a"), false)).isTrue();
        assertThat(rules.protects(path("a"), false)).isFalse();
        assertThat(rules.protects(path("b"), false)).isTrue();
        assertThat(rules.protects(path("c"), false)).isTrue();
        assertThat(rules.protects(path(".freshet"), true)).isTrue();
    }

    @Test
    void tellsWhichRuleDecided() {
        FilterRules rules = FilterRules.builder()
                .include("/a/good/", ORIGIN)
                .excludeFrom("# temporary\n\n/a/*/\n".getBytes(StandardCharsets.UTF_8), "/etc/lsyncd.exclude")
                .build();
        Verdict below = rules.explain(path("a/bad/x"), false);
        assertThat(below.excluded()).isTrue();
        assertThat(below.exclusion().path()).isEqualTo(path("a/bad"));
        assertThat(below.exclusion().rule()).isEqualTo("/a/*/");
        assertThat(below.exclusion().origin()).hasToString("/etc/lsyncd.exclude line 3");
        assertThat(below)
                .hasToString("'a/bad/x' is excluded by the rule '/a/*/' (/etc/lsyncd.exclude line 3), which decides for"
                        + " its directory 'a/bad'; on a target it is protected from deletion by the rule '/a/*/'"
                        + " (/etc/lsyncd.exclude line 3), which decides for its directory 'a/bad'.");

        Verdict included = rules.explain(path("a/good"), true);
        assertThat(included.excluded()).isFalse();
        assertThat(included.exclusion().rule()).isEqualTo("/a/good/");
        assertThat(included.exclusion().origin()).hasToString("freshet.yml line 12");

        Verdict unmatched = rules.explain(path("b"), false);
        assertThat(unmatched.exclusion().rule()).isNull();
        assertThat(unmatched)
                .hasToString(
                        "'b' is included by default, as no rule matches; on a target it is deletable by default, as no"
                                + " rule matches.");
    }

    @Test
    void hasAFingerprintOfWhatTheRulesMean() {
        FilterRules rules = filtering("- *.tmp", "P /keep");
        assertThat(rules.fingerprint()).matches("[0-9a-f]{64}");
        FilterRules same = FilterRules.builder()
                .exclude("dropped", ORIGIN)
                .filter("clear", ORIGIN)
                .excludeFrom("; comment\n*.tmp\n".getBytes(StandardCharsets.UTF_8), "other file")
                .filter("-r_/keep", new RuleOrigin("elsewhere", 1))
                .build();
        assertThat(same.fingerprint()).isEqualTo(rules.fingerprint());
        assertThat(same).isEqualTo(rules).hasSameHashCodeAs(rules);
        for (FilterRules other : List.of(
                FilterRules.NONE,
                filtering("P /keep", "- *.tmp"),
                filtering("- *.tmp"),
                filtering("-s *.tmp", "P /keep"),
                filtering("-! *.tmp", "P /keep"),
                filtering("-p *.tmp", "P /keep"),
                filtering("+ *.tmp", "P /keep"),
                filtering("- *.tmp/", "P /keep"))) {
            assertThat(other.fingerprint()).isNotEqualTo(rules.fingerprint());
        }
    }

    @Test
    void putsTheRootIntoTheFingerprintOnlyWhereItMatters() {
        assertThat(FilterRules.builder().root("/a").exclude("x", ORIGIN).build())
                .isEqualTo(FilterRules.builder().root("/b").exclude("x", ORIGIN).build());
        assertThat(FilterRules.builder().root("/a").filter("-/ x", ORIGIN).build())
                .isNotEqualTo(
                        FilterRules.builder().root("/b").filter("-/ x", ORIGIN).build());
    }

    static FilterRules excluding(String... patterns) {
        FilterRules.Builder builder = FilterRules.builder();
        for (String pattern : patterns) {
            builder.exclude(pattern, ORIGIN);
        }
        return builder.build();
    }

    static FilterRules filtering(String... rules) {
        FilterRules.Builder builder = FilterRules.builder();
        for (String rule : rules) {
            builder.filter(rule, ORIGIN);
        }
        return builder.build();
    }

    private static RelativePath path(String text) {
        return RelativePath.parse(text);
    }

    /** The path whose bytes are the text's, backslashes included. */
    private static RelativePath bytes(String text) {
        return RelativePath.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
