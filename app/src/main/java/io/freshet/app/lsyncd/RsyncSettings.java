package io.freshet.app.lsyncd;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What {@code rsync = {…}} says, as far as Freshet has it; of all else it is told. */
final class RsyncSettings {
    private static final Set<String> ALWAYS = Set.of(
            "archive",
            "recursive",
            "links",
            "times",
            "perms",
            "owner",
            "group",
            "hard_links",
            "protect_args",
            "executability");
    private static final Set<String> SAME_KEY = Set.of("xattrs", "acls", "sparse");
    private static final Set<String> ABOUT_RSYNC = Set.of(
            "compress",
            "quiet",
            "verbose",
            "timeout",
            "ipv4",
            "ipv6",
            "omit_dir_times",
            "omit_link_times",
            "checksum",
            "whole_file",
            "partial",
            "progress",
            "stats",
            "human_readable",
            "itemize_changes",
            "delete",
            "delete_after",
            "delete_before",
            "delete_during",
            "delete_delay",
            "force",
            "ignore_errors",
            "no_whole_file",
            "delay_updates",
            "compress_level",
            "partial_dir",
            "old_args",
            "contimeout",
            "fuzzy",
            "outbuf",
            "info",
            "inc_recursive");
    private static final Map<String, String> NONE = Map.ofEntries(
            Map.entry("inplace", "Freshet always publishes a file whole, under a new name first"),
            Map.entry("append", "Freshet never appends to a published file"),
            Map.entry("append_verify", "Freshet never appends to a published file"),
            Map.entry("update", "what differs at the target is drift and told of, whichever is newer"),
            Map.entry("existing", "everything that no rule excludes is sent"),
            Map.entry("ignore_existing", "everything that no rule excludes is sent"),
            Map.entry("chmod", "modes are kept as they are"),
            Map.entry("chown", "owners are kept as they are"),
            Map.entry("usermap", "owners are kept as they are"),
            Map.entry("groupmap", "groups are kept as they are"),
            Map.entry("copy_links", "symlinks are sent as symlinks"),
            Map.entry("copy_dirlinks", "symlinks are sent as symlinks"),
            Map.entry("copy_unsafe_links", "symlinks are sent as symlinks"),
            Map.entry("keep_dirlinks", "a symlink at the target in place of a directory is drift"),
            Map.entry("backup", "replaced files are not kept"),
            Map.entry("backup_dir", "replaced files are not kept"),
            Map.entry("suffix", "replaced files are not kept"),
            Map.entry("cvs_exclude", "write the patterns to exclude"),
            Map.entry("delete_excluded", "what is excluded is left alone at the target"),
            Map.entry("one_file_system", "exclude the mount points"),
            Map.entry("prune_empty_dirs", "empty directories are sent"),
            Map.entry("temp_dir", "files are staged in .freshet/ of the target"),
            Map.entry("rsync_path", "no rsync runs at the target; log in as a user who may write there"),
            Map.entry("binary", "no rsync is run, so that a wrapper around it does nothing any more"),
            Map.entry("password_file", "there is no rsync daemon in between"),
            Map.entry("dry_run", "there are no dry runs; this would really copy"));
    private static final Map<Character, String> LETTERS = Map.ofEntries(
            Map.entry('a', "archive"),
            Map.entry('z', "compress"),
            Map.entry('r', "recursive"),
            Map.entry('l', "links"),
            Map.entry('t', "times"),
            Map.entry('p', "perms"),
            Map.entry('o', "owner"),
            Map.entry('g', "group"),
            Map.entry('D', "devices"),
            Map.entry('H', "hard_links"),
            Map.entry('A', "acls"),
            Map.entry('X', "xattrs"),
            Map.entry('S', "sparse"),
            Map.entry('u', "update"),
            Map.entry('c', "checksum"),
            Map.entry('W', "whole_file"),
            Map.entry('x', "one_file_system"),
            Map.entry('L', "copy_links"),
            Map.entry('n', "dry_run"),
            Map.entry('q', "quiet"),
            Map.entry('v', "verbose"),
            Map.entry('P', "partial"),
            Map.entry('E', "executability"),
            Map.entry('O', "omit_dir_times"),
            Map.entry('k', "copy_dirlinks"),
            Map.entry('K', "keep_dirlinks"),
            Map.entry('C', "cvs_exclude"),
            Map.entry('b', "backup"),
            Map.entry('s', "protect_args"),
            Map.entry('m', "prune_empty_dirs"),
            Map.entry('4', "ipv4"),
            Map.entry('6', "ipv6"),
            Map.entry('i', "itemize_changes"),
            Map.entry('h', "human_readable"));
    private static final Pattern RATE = Pattern.compile("(\\d+(?:\\.\\d+)?)([KkMmGg]?)(?:i?[Bb])?");

    private final Remarks remarks;
    private final SshSettings ssh;
    private final Map<String, String> keys = new LinkedHashMap<>();
    private final List<String> excludes = new ArrayList<>();
    private final List<String> excludeFiles = new ArrayList<>();
    private @Nullable String bandwidth;

    RsyncSettings(Remarks remarks, SshSettings ssh) {
        this.remarks = remarks;
        this.ssh = ssh;
    }

    /** Returns the keys of a target. */
    Map<String, String> keys() {
        return keys;
    }

    /** Returns the patterns of {@code _extra}. */
    List<String> excludes() {
        return excludes;
    }

    List<String> excludeFiles() {
        return excludeFiles;
    }

    @Nullable
    String bandwidth() {
        return bandwidth;
    }

    void table(Item.Group rsync) {
        rsync.named().forEach((name, item) -> {
            if (name.equals("_extra")) {
                extra(item.texts());
            } else if (item instanceof Item.Text text) {
                option(name, text.text());
            } else {
                flag(name, item.isOn());
            }
        });
    }

    private void extra(List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String next = i + 1 < words.size() ? words.get(i + 1) : "";
            String name = word.replaceFirst("^--", "").replaceFirst("=.*", "").replace('-', '_');
            if (word.matches("--[a-z][a-z-]*=(?s:.*)")) {
                option(name, word.substring(word.indexOf('=') + 1));
            } else if (Set.of("--exclude", "--exclude-from", "--bwlimit", "--rsh", "-e")
                            .contains(word)
                    && !next.isEmpty()) {
                option(word.equals("-e") ? "rsh" : name, next);
                i++;
            } else if (word.startsWith("--")) {
                flag(name, true);
            } else if (word.matches("-[A-Za-z0-9]+")) {
                word.substring(1).chars().forEach(letter -> {
                    String meant = LETTERS.get((char) letter);
                    flag(meant == null ? "-" + (char) letter : meant, true);
                });
            } else {
                remarks.warn("rsync's argument " + word + " has no counterpart");
            }
        }
    }

    private void option(String name, String value) {
        switch (name) {
            case "bwlimit" -> bandwidth = rate(value);
            case "rsh" -> ssh.command(value);
            case "exclude" -> excludes.add(value);
            case "exclude_from" -> excludeFiles.add(value);
            default -> {
                if (name.equals("binary") && value.matches("(/usr/bin/|/usr/local/bin/|/bin/)?rsync")) {
                    return;
                }
                flag(name, true, name + " = " + value);
            }
        }
    }

    private void flag(String name, boolean on) {
        flag(name, on, name + " = " + on);
    }

    private void flag(String name, boolean on, String shown) {
        String option = "rsync." + shown;
        if (ALWAYS.contains(name)) {
            if (!on) {
                remarks.warn(option + ": Freshet always keeps that");
            }
        } else if (!on) {
            return;
        } else if (SAME_KEY.contains(name)) {
            keys.put(name, "true");
        } else if (name.equals("devices") || name.equals("specials")) {
            remarks.note(option + ": devices: true sends FIFOs and device files, which takes root at the target");
        } else if (ABOUT_RSYNC.contains(name)) {
            remarks.note(option + " is about rsync's own way of working");
        } else {
            String why = NONE.get(name);
            remarks.warn(option + " has no counterpart" + (why == null ? "" : ": " + why));
        }
    }

    /** Returns rsync's rate, which is in KiB unless it says otherwise. */
    private @Nullable String rate(String value) {
        Matcher matcher = RATE.matcher(value);
        if (!matcher.matches()) {
            remarks.warn("rsync.bwlimit = " + value + " is no rate");
            return null;
        }
        if (new BigDecimal(matcher.group(1)).signum() == 0) {
            return null;
        }
        return matcher.group(1)
                + switch (matcher.group(2)) {
                    case "M", "m" -> "MiB/s";
                    case "G", "g" -> "GiB/s";
                    default -> "KiB/s";
                };
    }
}
