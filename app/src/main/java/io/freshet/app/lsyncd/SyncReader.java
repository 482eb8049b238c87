package io.freshet.app.lsyncd;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes of one sync the target that it is, and notes the rules of its source. */
final class SyncReader {
    private static final Set<String> READ = Set.of(
            "source",
            "target",
            "host",
            "targetdir",
            "delay",
            "delete",
            "exclude",
            "excludeFrom",
            "filter",
            "filterFrom",
            "rsync",
            "ssh",
            "rsyncOpts",
            "rsyncOps");
    private static final Set<String> ABOUT_LSYNCD = Set.of(
            "maxDelays",
            "maxProcesses",
            "batchSizeLimit",
            "rsyncExitCodes",
            "sshExitCodes",
            "exitcodes",
            "name",
            "monitor",
            "checkgauge",
            "insist",
            "subdirs",
            "xargs");
    /** Longer than this a run would not wait by itself. */
    private static final BigDecimal LONG_DELAY = new BigDecimal(2);

    private final Sync sync;
    private final Naming names;
    private final Remarks remarks = new Remarks();
    private final SshSettings ssh = new SshSettings(remarks);
    private final RsyncSettings rsync = new RsyncSettings(remarks, ssh);

    SyncReader(Sync sync, Naming names) {
        this.sync = sync;
        this.names = names;
    }

    /** Returns the target, or null for a sync that says of none. */
    @Nullable
    PlannedTarget read() {
        Item.Group options = sync.options();
        rsync.table(options.group("rsync"));
        ssh.table(options.group("ssh"));
        String old = String.join(" ", options.texts("rsyncOpts")) + String.join(" ", options.texts("rsyncOps"));
        if (!old.isEmpty()) {
            remarks.warn("rsyncOpts = " + old + " is of lsyncd 2.0 and was not read; write it as rsync = {…} first");
        }
        options.named().forEach(this::tellOf);
        Destination destination = destination(options);
        if (destination == null) {
            return null;
        }
        boolean isReady = isReady(destination);
        tellOfLogin(destination);
        Map<String, String> keys = new LinkedHashMap<>();
        if (destination.host() != null) {
            keys.putAll(ssh.keys());
        }
        keys.putAll(rsync.keys());
        String last = Naming.last(destination.path());
        String host = destination.host();
        return new PlannedTarget(
                sync.line(),
                host == null ? names.of(last) : names.of(host, host + "-" + last),
                destination.url(ssh.user(), ssh.port()),
                isReady,
                keys,
                PlannedTarget.Deleting.of(options.named().get("delete")),
                policy(options),
                remarks);
    }

    SourceRules rules() {
        return SourceRules.of(sync.options(), rsync, remarks);
    }

    private @Nullable Destination destination(Item.Group options) {
        String target = options.text("target").orElse("");
        String host = options.text("host").orElse("");
        if (!host.isEmpty()) {
            return Destination.of(host, options.text("targetdir").orElse(target));
        }
        return target.isEmpty() ? null : Destination.of(target);
    }

    private boolean isReady(Destination destination) {
        if (destination.problem() != null) {
            remarks.warn("'" + destination.path() + "' is no target yet: " + destination.problem());
        }
        if (sync.mode() == Sync.Mode.OWN) {
            remarks.warn(
                    "this sync carries out commands or functions of its own, which are not carried over; if all they"
                            + " do is copying, take the # away");
        }
        boolean isRoot = destination.host() == null && destination.path().matches("/*");
        if (isRoot) {
            remarks.warn("the root of this machine's file system is no target");
        }
        return destination.problem() == null && sync.mode() != Sync.Mode.OWN && !isRoot;
    }

    private void tellOfLogin(Destination destination) {
        String user = destination.user() == null ? ssh.user() : destination.user();
        if ("root".equals(user)) {
            remarks.warn("it logs in as root, which is refused unless ChrootDirectory locks it in there; take another"
                    + " account, or write allow-root: true");
        }
        if (destination.host() != null && !ssh.keys().containsKey("identity-file")) {
            remarks.note(
                    "no key is named: it is taken from ~/.ssh of the user that runs Freshet; identity-file: names one");
        }
    }

    private void tellOf(String name, Item item) {
        if (READ.contains(name)) {
            return;
        }
        String shown = name + " = " + item.shown();
        switch (name) {
            case "init" -> remarks.warn(shown + " has no counterpart: Freshet compares everything at each start");
            case "crontab" ->
                remarks.warn(
                        shown + " has no counterpart: everything is compared every 24 hours; rescan-every of the source"
                                + " says how often, cron of a policy when runs begin");
            case "tunnel" -> remarks.warn(shown + " has no counterpart: go through other hosts by jump");
            default -> {
                if (ABOUT_LSYNCD.contains(name)) {
                    remarks.note(shown + " is about lsyncd's own way of working");
                } else if (sync.mode() != Sync.Mode.OWN || !name.matches("on[A-Z]\\w*|action|collect|prepare")) {
                    remarks.warn(shown + " has no counterpart");
                } else {
                    remarks.note(shown);
                }
            }
        }
    }

    private Map<String, String> policy(Item.Group options) {
        Map<String, String> policy = new LinkedHashMap<>();
        String bandwidth = rsync.bandwidth();
        if (bandwidth != null) {
            policy.put("bandwidth", bandwidth);
        }
        options.find("delay").ifPresent(item -> delay(item.shown(), policy));
        return policy;
    }

    /** lsyncd gathers for so long; Freshet sends what holds still at once, and only what does not waits. */
    private void delay(String written, Map<String, String> policy) {
        if (!written.matches("\\d{1,9}(\\.\\d{1,9})?")) {
            remarks.warn("delay = " + written + " is no number of seconds");
            return;
        }
        BigDecimal seconds = new BigDecimal(written);
        if (seconds.signum() == 0) {
            return;
        }
        String time = seconds.stripTrailingZeros().toPlainString() + "s";
        policy.put("settle", time);
        if (seconds.compareTo(new BigDecimal(5)) > 0) {
            policy.put("settle-max", time);
        }
        if (seconds.compareTo(LONG_DELAY) > 0) {
            policy.put("linger", time);
        }
        remarks.note("delay = " + written
                + ": what is closed is sent at once all the same; what is still written to waits" + " for so long");
    }
}
