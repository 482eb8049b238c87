package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.failure.ErrorCode;
import io.freshet.path.RelativePath;
import io.freshet.target.Fidelity;
import io.freshet.target.Monitor;
import io.freshet.target.Operation.PutFile;
import io.freshet.target.Result;
import io.freshet.target.TargetSession;
import io.freshet.transfer.FailureCodes;
import io.freshet.transfer.MadeContent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server of another make, without a shell, can do of what options ask for: leave out zeros. */
class MinaFidelityIT {
    @TempDir
    Path temporary;

    @Test
    void whatNeedsAShellIsRefused() throws Exception {
        Path root = Files.createDirectory(temporary.resolve("root"));
        try (MinaServer server = MinaServer.start(temporary.resolve("server"))) {
            for (String option : List.of(Fidelity.XATTRS, Fidelity.ACLS, Fidelity.DEVICES)) {
                try (TargetSession session = new SshTargetConnector()
                        .connect(server.address("mina", root.toString()).with(option, "true"))) {
                    Assertions.assertThatThrownBy(() -> session.enterGate(1, "first"))
                            .satisfies(FailureCodes.code(ErrorCode.CONFIGURATION_INVALID))
                            .hasMessageContaining("target 'mina': it cannot have " + option + ": true")
                            .hasMessageContaining("no shell");
                }
            }
        }
    }

    @Test
    void zerosBecomeHoles() throws Exception {
        Path root = Files.createDirectory(temporary.resolve("root"));
        byte[] content = new byte[1 << 20];
        content[500_000] = 1;
        try (MinaServer server = MinaServer.start(temporary.resolve("server"));
                TargetSession session = new SshTargetConnector()
                        .connect(server.address("mina", root.toString()).with(Fidelity.SPARSE, "true"))) {
            session.enterGate(1, "first");
            RelativePath file = RelativePath.parse("f");

            Result result = session.apply(
                            List.of(new PutFile(file, content.length, MadeContent.of(content))), Monitor.NONE)
                    .get(0);

            assertThat(result)
                    .isInstanceOfSatisfying(
                            Result.Done.class, done -> assertThat(done.bytes()).isEqualTo(4096));
            assertThat(root.resolve("f")).hasBinaryContent(content);
        }
    }
}
