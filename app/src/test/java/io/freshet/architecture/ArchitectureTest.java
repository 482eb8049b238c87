package io.freshet.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Freshet keeps its rules, and each rule catches what it is there to catch. */
class ArchitectureTest {
    private static final String VIOLATIONS = "io.freshet.architecture.violations";
    private static final JavaClasses FRESHET = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(ArchitectureTest::isNoTestJar)
            .importPackages("io.freshet");

    private static boolean isNoTestJar(Location location) {
        return !location.contains("-tests.jar");
    }

    /** Each rule, and the package below {@link #VIOLATIONS} with what it must catch. */
    private static Stream<Arguments> rules() {
        return Stream.of(
                rule("modules", "modules", Rules::partsUseOnlyWhatTheyMay, "JOURNAL may not use WATCHER"),
                rule("no stray package", "stray", Rules::everyClassBelongsToAPart, "belongs to no module"),
                rule("vocabulary", "vocabulary", Rules::vocabularyKnowsNoFramework, "JdbcClient"),
                rule("posix", "posixwithspring", Rules::posixKnowsNoFramework, "JdbcClient"),
                rule("journal's values", "values", Rules::valuesOfTheJournalKnowNoFramework, "JdbcClient"),
                rule("JNA", "jna", Rules::nativeCallsStayInTheirPackages, "com.sun.jna.Native"),
                rule("sshj", "ssh", Rules::sshStaysInItsPackage, "net.schmizz.sshj.SSHClient"),
                rule("Lua", "lua", Rules::luaStaysInItsPackage, "org.luaj.vm2.Globals"),
                rule("host keys", "hostkeys", Rules::noHostKeyIsTrustedUnseen, "PromiscuousVerifier"),
                rule("schedule", "scheduler", Rules::oneClassWritesTheSchedule, "FirstWriter"),
                rule("remote commands", "commands", Rules::oneClassBuildsRemoteCommands, "FirstBuilder"),
                rule("LIKE", "like", Rules::pathsAreNotMatchedByLike, "compares a path by LIKE"),
                rule("package-info", "undescribed", Rules::everyPackageIsDescribedAndNullMarked, "without @NullMarked"),
                rule("package names", "names", Rules::packagesAreCalledByWhatIsInThem, "called 'util'"),
                rule("injection", "injection", Rules::fieldsAreNotInjected, "Autowired"),
                rule("cycles", "cycles", Rules::packagesHaveNoCycles, "Cycle detected"));
    }

    private static Arguments rule(
            String name, String violations, Function<Rules, ArchRule> rule, String expectedComplaint) {
        return Arguments.of(Named.of(name, rule), VIOLATIONS + "." + violations, expectedComplaint);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void freshetKeepsTheRule(Function<Rules, ArchRule> rule, String violations, String expectedComplaint) {
        rule.apply(new Rules("io.freshet")).check(FRESHET);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void ruleCatchesItsViolation(Function<Rules, ArchRule> rule, String violations, String expectedComplaint) {
        JavaClasses wrong = new ClassFileImporter().importPackages(violations);
        assertThat(wrong).isNotEmpty();

        List<String> complaints = rule.apply(new Rules(violations))
                .evaluate(wrong)
                .getFailureReport()
                .getDetails();

        assertThat(complaints).anySatisfy(complaint -> assertThat(complaint).contains(expectedComplaint));
    }

    @Test
    void everyModuleIsLookedAt() {
        for (Part part : Part.values()) {
            assertThat(FRESHET.stream()
                            .filter(type ->
                                    Part.of(type.getPackageName(), "io.freshet").equals(Optional.of(part))))
                    .as("classes of %s", part)
                    .isNotEmpty();
        }
    }

    @Test
    void noTestSleeps() throws IOException {
        new Rules("io.freshet").nobodySleeps().check(new ClassFileImporter().importPaths(compiledTests()));
    }

    @Test
    void sleepingIsCaught() {
        JavaClasses wrong = new ClassFileImporter().importPackages(VIOLATIONS + ".sleeping");

        assertThat(new Rules(VIOLATIONS)
                        .nobodySleeps()
                        .evaluate(wrong)
                        .getFailureReport()
                        .getDetails())
                .hasSize(2);
    }

    /** Those of all modules, which Maven has compiled before this one, but for the violations. */
    private static List<Path> compiledTests() throws IOException {
        Path modules = Path.of("").toAbsolutePath().getParent();
        try (Stream<Path> children = Files.list(modules)) {
            List<Path> tests = children.map(module -> module.resolve("target/test-classes"))
                    .filter(Files::isDirectory)
                    .flatMap(ArchitectureTest::withoutViolations)
                    .toList();
            assertThat(tests).isNotEmpty();
            return tests;
        }
    }

    private static Stream<Path> withoutViolations(Path classes) {
        try (Stream<Path> files = Files.walk(classes)) {
            return files
                    .filter(file -> file.toString().endsWith(".class"))
                    .filter(file -> !file.toString().contains("/violations/"))
                    .toList()
                    .stream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void waysToWriteLikeAreSeen() {
        assertThat(List.of(
                        "path LIKE :p",
                        "w.path like 'a%'",
                        "moved_from NOT LIKE 'x'",
                        "name ILIKE 'x'",
                        "lower(path) LIKE 'x'",
                        "path::text LIKE 'x'",
                        "path\n  LIKE 'x'",
                        "path ~ '^a'",
                        "path SIMILAR TO 'a'"))
                .allMatch(Sql::matchesPathsByLike);
        assertThat(List.of("in_subtree(path, :p)", "path = :p", "attname LIKE '%_path'", "likely path", "path <> ''"))
                .noneMatch(Sql::matchesPathsByLike);
    }
}
