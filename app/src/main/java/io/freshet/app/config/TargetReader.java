package io.freshet.app.config;

import io.freshet.failure.FreshetException;
import io.freshet.policy.Policy;
import io.freshet.run.TargetDefinition;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetConnector;
import io.freshet.target.TargetPlace;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads {@code targets} of a source. */
final class TargetReader {
    static final Set<String> KEYS = Stream.of(
                    List.of("name", "url", "policy"), SshOptionsReader.KEYS, FidelityReader.KEYS)
            .flatMap(List::stream)
            .collect(Collectors.toUnmodifiableSet());

    private static final Map<String, String> INSTEAD = Stream.of(SshOptionsReader.INSTEAD, FidelityReader.INSTEAD)
            .flatMap(instead -> instead.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    /** Where a target really is, and where the file says so. */
    record Place(Value value, String name, URI url, List<String> through) {}

    private final FileChecks files;
    private final SshOptionsReader sshOptions;
    private final List<TargetConnector> connectors = ServiceLoader.load(TargetConnector.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    private final Map<String, Policy> policies;
    private final Set<String> names = new HashSet<>();
    private final List<Place> places = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    TargetReader(FileChecks files, Map<String, Policy> policies) {
        this.files = files;
        this.sshOptions = new SshOptionsReader(files);
        this.policies = policies;
    }

    /** Returns where the targets of all sources are. */
    List<Place> places() {
        return places;
    }

    /** Returns what is right and may not work all the same. */
    List<String> remarks() {
        return remarks;
    }

    List<TargetDefinition> read(Value targets) {
        List<TargetDefinition> read = new ArrayList<>();
        for (Value value : targets.sequence("targets: [{name: web1, url: sftp://app@web1/srv/www, …}]")) {
            value.section(KEYS, INSTEAD, "{name: web1, url: sftp://app@web1/srv/www, …}")
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
        Map<String, String> options = new HashMap<>(FidelityReader.read(section));
        if (url.isPresent() && TargetUrl.isLocal(url.get())) {
            SshOptionsReader.refuse(section);
        } else {
            options.putAll(sshOptions.read(section));
        }
        if (url.isPresent()) {
            TargetAddress address = new TargetAddress(name.orElse("unnamed"), url.get(), options);
            Value written = urlValue.orElseThrow();
            boolean whole = name.isPresent() && SshOptionsReader.isWhole(section, options);
            TargetPlace place = whole ? locate(address, written) : new TargetPlace(url.get(), List.of(), List.of());
            remarkOnRoot(address, place.url());
            places.add(new Place(written, address.name(), place.url(), place.through()));
        }
        Optional<Value> written = section.value("policy");
        String policy = written.flatMap(value -> value.read(Names::check)).orElse(Policy.CONTINUOUS);
        if (name.isEmpty() || url.isEmpty()) {
            return Optional.empty();
        }
        remarkOnPolicy(name.get(), policy);
        return Optional.of(
                new TargetDefinition(new TargetAddress(name.get(), url.get(), options), policy, policies.get(policy)));
    }

    /** Whether the superuser is locked in there is only seen by logging in. */
    private void remarkOnRoot(TargetAddress address, URI there) {
        if ("root".equals(there.getUserInfo()) && !"true".equals(address.option(SshOptionsReader.ALLOW_ROOT))) {
            remarks.add("target " + address.name()
                    + " logs in as root; unless ChrootDirectory locks it in there, it will be"
                    + " refused: take another account, or write " + SshOptionsReader.ALLOW_ROOT + ": true");
        }
    }

    /** Returns where an address leads; what its connector says against it is a problem of the URL. */
    private TargetPlace locate(TargetAddress address, Value written) {
        String scheme = address.url().getScheme();
        for (TargetConnector connector : connectors) {
            if (connector.supports(scheme)) {
                try {
                    TargetPlace place = connector.locate(address);
                    place.secrets().forEach(secret -> files.addOwn(written, secret));
                    return place;
                } catch (FreshetException refused) {
                    written.wrong(String.valueOf(refused.getMessage())
                            .replaceFirst("^target '" + Pattern.quote(address.name()) + "': ", ""));
                }
            }
        }
        return new TargetPlace(address.url(), List.of(), List.of());
    }

    /** Whether people have made a policy is only seen in the database, at the start. */
    private void remarkOnPolicy(String target, String policy) {
        if (!policies.containsKey(policy)) {
            remarks.add(
                    "target " + target + " has the policy '" + policy + "', which is not defined here: unless it was"
                            + " made by `freshet policy set` or on its page, Freshet will not start. "
                            + Spelling.nearest(policy, policies.keySet())
                                    .map(candidate -> "Did you mean " + candidate + "?")
                                    .orElse("Defined here are " + String.join(", ", policies.keySet()) + "."));
        }
    }

    private String newName(String text) {
        if (!names.add(Names.check(text))) {
            throw new IllegalArgumentException(
                    "there is another target '" + text + "' already; names must be unique over all sources");
        }
        return text;
    }
}
