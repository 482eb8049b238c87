package io.freshet.transfer.ssh;

import io.freshet.target.Fidelity;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetSession;
import io.freshet.transfer.FidelityContract;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenSshFidelityIT extends FidelityContract {
    @TempDir
    static Path serverDirectory;

    private static OpenSshServer server;
    private OpenSshServer asked = server;

    @BeforeAll
    static void startServer() {
        server = OpenSshServer.start(serverDirectory);
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected TargetAddress address() {
        return asked.address("student", root);
    }

    @Override
    protected TargetSession connect(TargetAddress address) {
        return new SshTargetConnector().connect(address);
    }

    @Test
    void anAccountWithoutAShellIsRefused() {
        try (OpenSshServer other = OpenSshServer.start(temporary.resolve("other"), "ForceCommand internal-sftp")) {
            asked = other;
            assertRefused("no shell", Fidelity.XATTRS, Fidelity.ACLS, Fidelity.DEVICES);
        }
    }

    @Test
    void anAccountThatDoesNotFindTheProgramsIsRefused() throws Exception {
        Path programs = Files.createDirectory(temporary.resolve("programs"));
        for (String program : new String[] {"sh", "cat", "xargs", "sync", "getfattr"}) {
            Files.createSymbolicLink(programs.resolve(program), Path.of("/usr/bin", program));
        }
        try (OpenSshServer other =
                OpenSshServer.start(temporary.resolve("other"), "SetEnv HOME=" + programs + " PATH=" + programs)) {
            asked = other;
            assertRefused("setfattr", Fidelity.XATTRS, Fidelity.ACLS);
            assertRefused("mkfifo", Fidelity.DEVICES);
        }
    }
}
