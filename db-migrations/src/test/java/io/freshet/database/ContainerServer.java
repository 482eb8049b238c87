package io.freshet.database;

import com.github.dockerjava.api.exception.NotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The server for tests in a container. The image is the one that {@code .ci} makes from Debian's packages, where it is
 * present, else the official one.
 */
final class ContainerServer {
    private static final String LOCAL_IMAGE = "freshet-test/postgres:15";
    private static final String OFFICIAL_IMAGE = "postgres:17-alpine";

    private ContainerServer() {}

    /** Whether a Docker engine answers; without a socket or an address of one, nobody is asked. */
    static boolean isPossible() {
        boolean addressed = System.getenv("DOCKER_HOST") != null
                || Files.exists(Path.of("/var/run/docker.sock"))
                || Files.exists(Path.of(String.valueOf(System.getenv("XDG_RUNTIME_DIR")), "docker.sock"))
                || Files.exists(Path.of(System.getProperty("user.home"), ".docker/run/docker.sock"));
        return addressed && DockerClientFactory.instance().isDockerAvailable();
    }

    /** Starts a container; Testcontainers' own reaper, or else the JVM's end, removes it. */
    @SuppressWarnings("resource") // Lives as long as the JVM.
    static TestServer start() {
        String image = isPresent(LOCAL_IMAGE) ? LOCAL_IMAGE : OFFICIAL_IMAGE;
        PostgreSQLContainer container =
                new PostgreSQLContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("postgres"));
        container.start();
        Runtime.getRuntime().addShutdownHook(new Thread(container::stop, "stop-test-database"));
        return new TestServer(
                "in a container of " + image,
                container.getHost(),
                container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                container.getDatabaseName(),
                "",
                container.getUsername(),
                container.getPassword());
    }

    private static boolean isPresent(String image) {
        try {
            DockerClientFactory.lazyClient().inspectImageCmd(image).exec();
            return true;
        } catch (NotFoundException e) {
            return false;
        }
    }
}
