package io.freshet.app.config;

import io.freshet.policy.Policy;
import io.freshet.run.TargetDefinition;
import io.freshet.target.TargetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code targets} of a source. */
final class TargetReader {
    static final Set<String> KEYS = Set.of("name", "url", "identity-file", "passphrase-file", "known-hosts", "policy");

    private static final List<String> SSH_KEYS = List.of("identity-file", "passphrase-file", "known-hosts");

    /** Where a target is, and where the file says so. */
    record Place(Value value, String name, URI url) {}

    private final FileChecks files;
    private final Map<String, Policy> policies;
    private final Set<String> names = new HashSet<>();
    private final List<Place> places = new ArrayList<>();

    TargetReader(FileChecks files, Map<String, Policy> policies) {
        this.files = files;
        this.policies = policies;
    }

    /** Returns where the targets of all sources are. */
    List<Place> places() {
        return places;
    }

    List<TargetDefinition> read(Value targets) {
        List<TargetDefinition> read = new ArrayList<>();
        for (Value value : targets.sequence("targets: [{name: web1, url: sftp://app@web1/srv/www, …}]")) {
            value.section(KEYS, "{name: web1, url: sftp://app@web1/srv/www, …}")
                    .flatMap(this::target)
                    .ifPresent(read::add);
        }
        if (targets.isEmptyList()) {
            targets.wrong("is empty; name at least one target");
        }
        return read;
    }

    private Optional<TargetDefinition> target(Section section) {
        Optional<String> name = section.required("name", "what pages and commands call the target by")
                .flatMap(value -> value.read(this::newName));
        Optional<Value> urlValue = section.required("url", "for example sftp://app@web1:22/srv/www");
        Optional<URI> url = urlValue.flatMap(value -> value.read(TargetUrl::read));
        url.ifPresent(read -> places.add(new Place(urlValue.orElseThrow(), name.orElse("unnamed"), read)));
        Map<String, String> options = new HashMap<>();
        if (url.isPresent() && TargetUrl.isLocal(url.get())) {
            for (String key : SSH_KEYS) {
                section.value(key).ifPresent(value -> value.wrong("has no meaning for a target with a file: url"));
            }
        } else {
            readSshOptions(section, options);
        }
        Policy policy = section.value("policy").flatMap(this::policy).orElse(policies.get(Policy.CONTINUOUS));
        if (name.isEmpty() || url.isEmpty() || policy == null) {
            return Optional.empty();
        }
        return Optional.of(new TargetDefinition(new TargetAddress(name.get(), url.get(), options), policy));
    }

    private void readSshOptions(Section section, Map<String, String> options) {
        section.required("identity-file", "the private key to log in with, for example /etc/freshet/id_ed25519")
                .flatMap(files::privateKey)
                .ifPresent(path -> options.put("identity-file", path.toString()));
        section.value("passphrase-file")
                .flatMap(files::secret)
                .ifPresent(path -> options.put("passphrase-file", path.toString()));
        section.required("known-hosts", "the file with the host's key; ssh-keyscan HOST prints what to put there")
                .flatMap(files::trusted)
                .ifPresent(path -> options.put("known-hosts", path.toString()));
    }

    private Optional<Policy> policy(Value value) {
        return value.read(text -> {
            Policy policy = policies.get(text);
            if (policy == null) {
                throw new IllegalArgumentException("there is no policy '" + text + "'. "
                        + Spelling.nearest(text, policies.keySet())
                                .map(candidate -> "Did you mean " + candidate + "?")
                                .orElse("There are " + String.join(", ", policies.keySet()) + "."));
            }
            return policy;
        });
    }

    private String newName(String text) {
        if (!names.add(Names.check(text))) {
            throw new IllegalArgumentException(
                    "there is another target '" + text + "' already; names must be unique over all sources");
        }
        return text;
    }
}
