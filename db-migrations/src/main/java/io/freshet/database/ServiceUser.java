package io.freshet.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The identity under which PostgreSQL's programs run, because they refuse to run as root.
 *
 * <p>An ordinary user runs them as himself. Root enters a user namespace of its own without any mapping
 * ({@code unshare -U}, unshare(1)): PostgreSQL then sees the overflow user, while the kernel still sees root's files and
 * none of root's capabilities. Where user namespaces are forbidden, {@code setpriv} changes to the user
 * {@code postgres}, else {@code nobody}, and the data directory belongs to that user.
 */
record ServiceUser(String description, List<String> prefix, Optional<Owner> owner) {

    /** The user and group that files must belong to when the programs run as somebody else. */
    record Owner(int uid, int gid) {}

    ServiceUser {
        prefix = List.copyOf(prefix);
    }

    /** Finds out how PostgreSQL can be run by this process. */
    static ServiceUser detect() {
        if (ownUid() != 0) {
            return self();
        }
        ServiceUser namespace = namespace();
        if (namespace.works()) {
            return namespace;
        }
        for (String name : List.of("postgres", "nobody")) {
            Optional<ServiceUser> user = named(name);
            if (user.isPresent() && user.get().works()) {
                return user.get();
            }
        }
        throw new DatabaseException(
                "PostgreSQL refuses to run as root, and neither 'unshare -U' (user namespaces) nor 'setpriv' to the user"
                        + " 'postgres' or 'nobody' works here. Run Freshet as an ordinary user, allow user namespaces"
                        + " (sysctl user.max_user_namespaces, the container's seccomp profile), or set database.url to a"
                        + " PostgreSQL server of your own.");
    }

    static ServiceUser self() {
        return new ServiceUser("the user of this process", List.of(), Optional.empty());
    }

    static ServiceUser namespace() {
        return new ServiceUser("root without capabilities (unshare -U)", List.of("unshare", "-U"), Optional.empty());
    }

    /** The user of that name by setpriv(1), if the password database has one. */
    static Optional<ServiceUser> named(String name) {
        Optional<Integer> uid = number(name, "-u");
        Optional<Integer> gid = number(name, "-g");
        if (uid.isEmpty() || gid.isEmpty()) {
            return Optional.empty();
        }
        List<String> prefix = List.of(
                "setpriv", "--reuid=" + uid.get(), "--regid=" + gid.get(), "--clear-groups", "--no-new-privs", "--");
        return Optional.of(new ServiceUser(
                "the user '" + name + "' (setpriv)", prefix, Optional.of(new Owner(uid.get(), gid.get()))));
    }

    static int ownUid() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The arguments with the prefix that changes the identity. */
    List<String> command(List<String> arguments) {
        List<String> all = new ArrayList<>(prefix);
        all.addAll(arguments);
        return all;
    }

    /** Hands a file or directory, not what is below it, to the service user. */
    void give(Path path) throws IOException {
        if (owner.isPresent()) {
            Files.setAttribute(path, "unix:uid", owner.get().uid());
            Files.setAttribute(path, "unix:gid", owner.get().gid());
        }
    }

    /** The first of the path's ancestors, or the path itself, that the service user cannot enter. */
    Optional<Path> firstBarred(Path directory) {
        Path at = directory.getRoot();
        for (Path name : directory) {
            at = at.resolve(name);
            List<String> enter = command(List.of("/bin/sh", "-c", "cd \"$1\"", "sh", at.toString()));
            if (ProgramRun.of(enter, Path.of("/"), Duration.ofSeconds(10)).exitCode() != 0) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    /** initdb wants an effective user that is not root and that has an entry in the password database. */
    private boolean works() {
        ProgramRun run = ProgramRun.of(command(List.of("id", "-u", "-n")), Path.of("/"), Duration.ofSeconds(10));
        String name = run.output().strip();
        return run.exitCode() == 0 && !name.isEmpty() && !name.equals("root");
    }

    private static Optional<Integer> number(String user, String option) {
        ProgramRun run = ProgramRun.of(List.of("id", option, user), Path.of("/"), Duration.ofSeconds(10));
        String text = run.output().strip();
        return run.exitCode() == 0 && text.matches("[1-9][0-9]{0,8}")
                ? Optional.of(Integer.valueOf(text))
                : Optional.empty();
    }
}
