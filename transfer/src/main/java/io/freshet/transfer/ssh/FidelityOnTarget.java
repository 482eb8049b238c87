package io.freshet.transfer.ssh;

import io.freshet.failure.FreshetException;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.ExtendedAttributes.Selection;
import io.freshet.file.FileType;
import io.freshet.target.Capability;
import io.freshet.target.Fidelity;
import io.freshet.transfer.FidelityProbe;
import io.freshet.transfer.ssh.RemoteShell.Node;
import io.freshet.transfer.ssh.RemoteShell.Program;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds out by trying in the staging area whether a target can keep what its options ask for beyond what SFTP can, and refuses
 * it if it cannot. Does nothing where no option asks.
 */
final class FidelityOnTarget {
    /** The number of {@code /dev/null} (Linux, admin-guide/devices.txt). */
    private static final long NULL_DEVICE = 1L << 32 | 3;

    private final String target;
    private final SftpChannel channel;
    private final RemoteShell shell;
    private final RemotePaths paths;

    FidelityOnTarget(String target, SftpChannel channel, RemoteShell shell, RemotePaths paths) {
        this.target = target;
        this.channel = channel;
        this.shell = shell;
        this.paths = paths;
    }

    /**
     * Returns the facts with what was found out.
     *
     * @throws FreshetException with {@code CONFIGURATION_INVALID} if the target cannot do what it is asked to
     */
    TargetFacts probe(TargetFacts known) {
        Fidelity fidelity = known.fidelity();
        Selection selection = fidelity.extended();
        if (selection.isEmpty() && !fidelity.devices()) {
            return known;
        }
        Set<Capability> can = EnumSet.noneOf(Capability.class);
        String options = selection.isEmpty() ? Fidelity.DEVICES : fidelity.xattrs() ? Fidelity.XATTRS : Fidelity.ACLS;
        if (shell.start().isEmpty()) {
            throw refuse(
                    options,
                    "SFTP alone cannot do that, and the account has no shell there that answers within seconds; give it one");
        }
        boolean bare = true;
        if (!selection.isEmpty()) {
            requireProgram(options, Program.GETFATTR, "getfattr", "attr");
            requireProgram(options, Program.SETFATTR, "setfattr", "attr");
            if (!shell.flush(paths.house())) {
                throw refuse(options, "there is no sync there that knows -f; install coreutils");
            }
            bare = probeExtended(fidelity, can);
        }
        if (fidelity.devices()) {
            probeNodes(can);
        }
        return known.with(can, bare);
    }

    private void requireProgram(String options, Program program, String name, String where) {
        if (!shell.has(program)) {
            throw refuse(
                    options,
                    "the account does not find the program " + name + " (or xargs) there; install the package "
                            + where);
        }
    }

    /** Returns whether new files have no extended attributes by themselves. */
    private boolean probeExtended(Fidelity fidelity, Set<Capability> can) {
        byte[] probe = paths.temporary();
        SftpReply opened = channel.call(SftpProbe.openNew(channel, probe));
        if (opened.type() != SftpProtocol.HANDLE) {
            throw refuse(Fidelity.XATTRS, "no file can be made in the staging area to try: " + opened.status());
        }
        channel.call(channel.request(SftpProtocol.CLOSE).string(opened.string()));
        try {
            Map<String, byte[]> byItself = read(probe);
            boolean bare = byItself.keySet().stream()
                    .noneMatch(name -> fidelity.extended().covers(name, true));
            if (fidelity.xattrs()) {
                requireKept(probe, new Selection(true, false), Fidelity.XATTRS);
                can.add(Capability.XATTRS);
            }
            if (fidelity.acls()) {
                requireKept(probe, new Selection(false, true), Fidelity.ACLS);
                can.add(Capability.ACLS);
            }
            return bare;
        } finally {
            channel.call(channel.request(SftpProtocol.REMOVE).string(probe));
        }
    }

    private void requireKept(byte[] probe, Selection selection, String option) {
        ExtendedAttributes wanted = FidelityProbe.attributes(selection);
        shell.setExtended(Map.of(text(probe), wanted.values()));
        Map<String, byte[]> kept = read(probe);
        kept.keySet().removeIf(name -> !wanted.values().containsKey(name));
        if (!ExtendedAttributes.of(selection, kept).equals(wanted)) {
            throw refuse(
                    option,
                    "the file system of the target root does not keep them, or its setfattr is another than that of the"
                            + " package attr; take a file system that does, or install attr");
        }
    }

    private Map<String, byte[]> read(byte[] path) {
        Optional<Map<String, Map<String, byte[]>>> told = shell.extended(List.of(path));
        return new TreeMap<>(told.orElse(Map.of()).getOrDefault(text(path), Map.of()));
    }

    private static String text(byte[] path) {
        return new String(path, StandardCharsets.ISO_8859_1);
    }

    private void probeNodes(Set<Capability> can) {
        if (!makes(FileType.FIFO, 0)) {
            throw refuse(
                    Fidelity.DEVICES,
                    "the account could not make a FIFO in the staging area; let it find mkfifo and xargs, or take a file"
                            + " system that has FIFOs");
        }
        can.add(Capability.FIFOS);
        if (shell.has(Program.MKNOD) && makes(FileType.CHARACTER_DEVICE, NULL_DEVICE)) {
            can.add(Capability.DEVICE_NODES);
        }
    }

    private boolean makes(FileType type, long device) {
        byte[] probe = paths.temporary();
        shell.makeNodes(Map.of(text(probe), new Node(type, device)));
        SftpReply seen = channel.call(channel.request(SftpProtocol.LSTAT).string(probe));
        boolean made =
                seen.type() == SftpProtocol.ATTRIBUTES && seen.attributes().type() == type;
        channel.call(channel.request(SftpProtocol.REMOVE).string(probe));
        return made;
    }

    private FreshetException refuse(String option, String missing) {
        return FidelityProbe.refusal(target, option, missing);
    }
}
