package io.freshet.app.demo;

import static java.util.Objects.requireNonNull;

import io.freshet.app.config.ConfigurationReader;
import io.freshet.app.config.DataFiles;
import io.freshet.app.config.ListenAddress;
import io.freshet.app.server.Foreground;
import io.freshet.app.server.Role;
import io.freshet.app.server.Server;
import io.freshet.cli.ConfigurationSearch;
import io.freshet.cli.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs everything on this machine, to look at. */
@Command(
        name = "demo",
        description =
                "Try Freshet without configuring anything: a source directory, two SFTP hosts inside this process, an"
                        + " embedded PostgreSQL and the pages. It tells where to write a file and where to see it arrive.")
public final class DemoCommand implements Callable<Integer> {
    private static final List<String> HOSTS = List.of("web1", "web2");

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where to keep it all; removing it removes the demo. Default: ~/.local/share/freshet/demo.")
    private @Nullable Path directory;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, GeneralSecurityException, InterruptedException {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        Path place = directory == null ? ConfigurationSearch.demoDirectory() : directory;
        DemoFolder folder = new DemoFolder(place.toAbsolutePath().normalize());
        folder.prepare(HOSTS);
        out.println("Starting the demo in " + folder.directory() + " …");
        out.flush();
        List<DemoHost> hosts = folder.startHosts(HOSTS);
        try {
            folder.writeConfiguration(freeAddress(), hosts);
            new Foreground()
                    .run(
                            () -> Server.start(
                                    ConfigurationReader.read(folder.configuration()), EnumSet.allOf(Role.class)),
                            server -> explain(server, folder, hosts, out));
            return ExitCode.OK.status();
        } finally {
            for (DemoHost host : hosts) {
                host.close();
            }
        }
    }

    private static ListenAddress freeAddress() throws IOException {
        ListenAddress wanted = ListenAddress.DEFAULT;
        try (ServerSocket probe = new ServerSocket(wanted.port(), 1, InetAddress.getByName(wanted.host()))) {
            return new ListenAddress(wanted.host(), probe.getLocalPort());
        } catch (IOException occupied) {
            return new ListenAddress(wanted.host(), 0);
        }
    }

    private void explain(Server server, DemoFolder folder, List<DemoHost> hosts, PrintWriter out) {
        String url = server.url().orElseThrow().toString();
        String option = directory == null ? "" : " --config " + folder.configuration();
        out.println("Freshet is ready at " + url);
        out.println();
        out.println("  Write a file here      " + folder.source());
        for (DemoHost host : hosts) {
            out.println("  see it arrive here     " + host.root());
        }
        out.println("  look at the pages      " + url);
        password(folder).ifPresent(password -> out.println("  signed in as           admin, password " + password));
        out.println();
        out.println("  Try:  date > " + folder.source().resolve("date.txt") + " && freshet wait" + option
                + " && freshet where date.txt" + option);
        out.println("  Ctrl-C ends the demo; the same command goes on with it.");
        out.flush();
    }

    private static Optional<String> password(DemoFolder folder) {
        Path file = new DataFiles(folder.data()).firstPassword();
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
