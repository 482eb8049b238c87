package io.freshet.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.NullMarked;

/**
 * What holds for the whole of Freshet.
 *
 * <p>Every rule is about the packages below a root, so that it can be tried on violations that are written to be caught.
 */
final class Rules {
    private static final String[] FRAMEWORKS = {
        "org.springframework..", "org.quartz..", "net.schmizz..", "com.hierynomus..", "org.apache.sshd..", "picocli.."
    };
    private static final String[] SSHJ = {"net.schmizz..", "com.hierynomus.."};
    private static final String JNA = "com.sun.jna..";
    /** Names that say nothing about what is in them. */
    private static final Set<String> EMPTY_NAMES =
            Set.of("util", "utils", "common", "manager", "impl", "helper", "misc");

    private final String root;

    Rules(String root) {
        this.root = root;
    }

    private String in(String name) {
        return root + "." + name + "..";
    }

    ArchRule partsUseOnlyWhatTheyMay() {
        return classes().should(new ArchCondition<>("use only the modules that the design lets them") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                Optional<Part> own = Part.of(item.getPackageName(), root);
                for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
                    Optional<Part> used = Part.of(dependency.getTargetClass().getPackageName(), root);
                    if (own.isPresent() && used.isPresent() && !own.get().mayUse(used.get())) {
                        events.add(SimpleConditionEvent.violated(
                                item, own.get() + " may not use " + used.get() + ": " + dependency.getDescription()));
                    }
                }
            }
        });
    }

    ArchRule everyClassBelongsToAPart() {
        return classes().should(new ArchCondition<>("belong to a module of the design") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                if (Part.of(item.getPackageName(), root).isEmpty()) {
                    events.add(SimpleConditionEvent.violated(item, item.getName() + " belongs to no module"));
                }
            }
        });
    }

    ArchRule vocabularyKnowsNoFramework() {
        return noClasses()
                .that()
                .resideInAnyPackage(Part.PLUGIN_API.packages(root))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(withJna(FRAMEWORKS));
    }

    ArchRule posixKnowsNoFramework() {
        return noClasses()
                .that()
                .resideInAPackage(in("posix"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(FRAMEWORKS);
    }

    /**
     * Values of the journal: its records and enums, but for the notifications, which can be sent. How values get into the
     * database is the business of its other classes.
     */
    ArchRule valuesOfTheJournalKnowNoFramework() {
        return noClasses()
                .that()
                .resideInAPackage(in("journal"))
                .and(DescribedPredicate.describe(
                        "are values",
                        type -> type.isRecord()
                                || (type.isEnum() && !type.getSimpleName().equals("NotificationKind"))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(withJna(FRAMEWORKS));
    }

    ArchRule nativeCallsStayInTheirPackages() {
        return noClasses()
                .that()
                .resideOutsideOfPackages(in("posix"), in("watch.linux"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(JNA);
    }

    ArchRule sshStaysInItsPackage() {
        return noClasses()
                .that()
                .resideOutsideOfPackages(in("transfer.ssh"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SSHJ);
    }

    ArchRule luaStaysInItsPackage() {
        return noClasses()
                .that()
                .resideOutsideOfPackages(in("app.lsyncd"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.luaj..");
    }

    ArchRule noHostKeyIsTrustedUnseen() {
        return noClasses()
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "accept any host key", type -> type.getSimpleName().equals("PromiscuousVerifier")));
    }

    ArchRule oneClassWritesTheSchedule() {
        return atMostOneClassCalls("org.quartz.Scheduler", method -> true, "the scheduler");
    }

    /** Rule 46: what is sent to a shell is made in one place. */
    ArchRule oneClassBuildsRemoteCommands() {
        return atMostOneClassCalls(
                "net.schmizz.sshj.connection.channel.direct.Session",
                method -> method.equals("exec") || method.equals("startShell"),
                "remote commands");
    }

    private static ArchRule atMostOneClassCalls(String owner, Predicate<String> method, String what) {
        return classes().should(new ArchCondition<>("have only one among them that deals with " + what) {
            private final Set<String> callers = new TreeSet<>();

            @Override
            public void init(Collection<JavaClass> all) {
                callers.clear();
            }

            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (JavaAccess<?> access : item.getAccessesFromSelf()) {
                    AccessTarget target = access.getTarget();
                    if (target.getOwner().isAssignableTo(owner) && method.test(target.getName())) {
                        callers.add(outermost(item).getName());
                    }
                }
            }

            @Override
            public void finish(ConditionEvents events) {
                if (callers.size() > 1) {
                    events.add(SimpleConditionEvent.violated(callers, what + " are dealt with by " + callers));
                }
            }
        });
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(Rules::outermost).orElse(type);
    }

    ArchRule nobodySleeps() {
        return noClasses()
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "lets time pass instead of waiting for something",
                        call -> call.getTarget().getName().equals("sleep")
                                && (call.getTargetOwner().isEquivalentTo(Thread.class)
                                        || call.getTargetOwner().isEquivalentTo(TimeUnit.class))));
    }

    /** Rule 37: {@code _} and {@code %} are ordinary characters of names. */
    ArchRule pathsAreNotMatchedByLike() {
        return classes().should(new ArchCondition<>("not compare paths by LIKE in their SQL") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (String text : ConstantPool.textsOf(item)) {
                    if (Sql.matchesPathsByLike(text)) {
                        events.add(SimpleConditionEvent.violated(
                                item, item.getName() + " compares a path by LIKE; use in_subtree: " + text.strip()));
                    }
                }
            }
        });
    }

    ArchRule everyPackageIsDescribedAndNullMarked() {
        return classes().should(new ArchCondition<>("be in a package whose package-info has @NullMarked") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                if (!item.getPackage().isAnnotatedWith(NullMarked.class)) {
                    events.add(SimpleConditionEvent.violated(
                            item, item.getName() + " is in a package without @NullMarked package-info"));
                }
            }
        });
    }

    ArchRule packagesAreCalledByWhatIsInThem() {
        return classes().should(new ArchCondition<>("be in a package with a name that says something") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (String name :
                        item.getPackageName().toLowerCase(Locale.ROOT).split("\\.", -1)) {
                    if (EMPTY_NAMES.contains(name)) {
                        events.add(SimpleConditionEvent.violated(
                                item, item.getName() + " is in a package called '" + name + "'"));
                    }
                }
            }
        });
    }

    ArchRule fieldsAreNotInjected() {
        return noFields()
                .should()
                .beAnnotatedWith("org.springframework.beans.factory.annotation.Autowired")
                .orShould()
                .beAnnotatedWith("jakarta.inject.Inject")
                .orShould()
                .beAnnotatedWith("jakarta.annotation.Resource");
    }

    ArchRule packagesHaveNoCycles() {
        return SlicesRuleDefinition.slices().matching(root + ".(**)").should().beFreeOfCycles();
    }

    private static String[] withJna(String... others) {
        String[] all = Arrays.copyOf(others, others.length + 1);
        all[others.length] = JNA;
        return all;
    }
}
