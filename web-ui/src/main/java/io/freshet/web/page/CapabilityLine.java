package io.freshet.web.page;

import io.freshet.target.Capability;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whether a target can do something, and what that means.
 *
 * @param name for people
 * @param code as the API has it
 * @param meaning what follows from being able to, or not
 */
record CapabilityLine(String name, String code, boolean available, String meaning) {
    /** @param available the names of what the target can do */
    static List<CapabilityLine> of(Collection<String> available) {
        return Stream.of(Capability.values())
                .map(each -> of(each, available.contains(each.name())))
                .toList();
    }

    private static CapabilityLine of(Capability capability, boolean is) {
        return switch (capability) {
            case ATOMIC_RENAME ->
                line(
                        "Atomic replacement",
                        capability,
                        is,
                        "a path is its old or its new content, whole",
                        "a path that is replaced is missing for a moment");
            case FILE_SYNC ->
                line(
                        "Flush of a file",
                        capability,
                        is,
                        "what is delivered survives a power cut",
                        "a power cut of the target may lose what was delivered just before");
            case FILE_SYSTEM_SYNC ->
                line(
                        "Flush of a file system",
                        capability,
                        is,
                        "many small files are flushed at once",
                        "files are flushed one by one");
            case DIRECTORY_SYNC ->
                line(
                        "Flush of a directory",
                        capability,
                        is,
                        "new names survive a power cut",
                        "a power cut of the target may lose new names");
            case HARD_LINK ->
                line(
                        "Hard links",
                        capability,
                        is,
                        "names of one file are linked",
                        "each name of one file is a copy of its own");
            case SYMLINK_ATTRIBUTES ->
                line("Times and owner of symlinks", capability, is, "they are kept", "they are those of the delivery");
            case FREE_SPACE ->
                line(
                        "Free space",
                        capability,
                        is,
                        "a full disk is noticed before it is",
                        "a full disk is noticed when a write fails");
            case SERVER_COPY ->
                line(
                        "Copies on the target's side",
                        capability,
                        is,
                        "of a large file only changed blocks are sent",
                        "a large file that changed is sent whole");
            case CHECKSUM ->
                line(
                        "Hashes",
                        capability,
                        is,
                        "content is verified without sending it",
                        "content cannot be verified by hash");
            case WHOLE_DIRECTORY ->
                line(
                        "Small files in one stream",
                        capability,
                        is,
                        "many small files go at once",
                        "small files go one by one, some hundred a second");
            case CHANGE_OWNER ->
                line(
                        "Change of owner",
                        capability,
                        is,
                        "owners are kept",
                        "everything belongs to the account of the target");
            case GATE ->
                line(
                        "Gate",
                        capability,
                        is,
                        "a node that lost its lease can do nothing there",
                        "a node that hangs may still finish what it had begun when it wakes up");
            case NANOSECOND_TIMES ->
                line(
                        "Times in nanoseconds",
                        capability,
                        is,
                        "they are kept",
                        "times are cut to what the target can keep");
            case XATTRS ->
                line(
                        "Extended attributes",
                        capability,
                        is,
                        "they are kept",
                        "not found there, or the option xattrs is off");
            case ACLS ->
                line("POSIX ACLs", capability, is, "they are kept", "not found there, or the option acls is off");
            case FIFOS -> line("FIFOs", capability, is, "they are made", "not found there, or their option is off");
            case DEVICE_NODES ->
                line("Device nodes", capability, is, "they are made", "not found there, or their option is off");
        };
    }

    private static CapabilityLine line(String name, Capability capability, boolean is, String with, String without) {
        return new CapabilityLine(name, capability.name(), is, is ? with : without);
    }
}
