package io.freshet.transfer.ssh;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was sent in a tar stream, by name, to be compared with what the target says that it unpacked. Used by one thread. */
final class SentEntries {
    private final Map<String, RemoteShell.Unpacked> sent = new HashMap<>();

    void add(char type, long size, byte[] name) {
        String text = new String(name, StandardCharsets.ISO_8859_1);
        sent.put(text, new RemoteShell.Unpacked(type, size, text));
    }

    /** Returns whether this, all of it and nothing else was unpacked. */
    boolean areAll(List<RemoteShell.Unpacked> unpacked) {
        return unpacked.size() == sent.size()
                && unpacked.stream().allMatch(entry -> {
                    RemoteShell.Unpacked wanted = sent.get(entry.name());
                    return wanted != null
                            && wanted.type() == entry.type()
                            && (entry.type() == 'd' || wanted.size() == entry.size());
                });
    }
}
