package io.freshet.web.action;

import io.freshet.journal.PolicyBook;
import io.freshet.journal.Requests;
import io.freshet.policy.InvalidPolicyException;
import io.freshet.policy.Policies;
import io.freshet.policy.Policy;
import io.freshet.policy.PolicyText;
import io.freshet.web.account.Actor;
import io.freshet.web.account.Role;
import java.util.List;
import java.util.Objects;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Policies that people make, change and take away; what the configuration defines is not theirs to change. Each with an audit
 * row, in one transaction. Thread-safe; every method throws {@link RefusedException} with what to do next.
 */
public final class PolicyActions {
    private final TransactionTemplate transaction;
    private final Requests requests;
    private final Policies policies;
    private final PolicyBook book;

    public PolicyActions(JdbcClient jdbc, TransactionTemplate transaction, Policies policies, PolicyBook book) {
        this.transaction = transaction;
        this.requests = new Requests(jdbc);
        this.policies = policies;
        this.book = book;
    }

    /**
     * Makes a policy, or has it say something else, as a new version; targets that have it go by it within a second.
     *
     * @param document what it says, as in the configuration, in YAML or JSON
     */
    public Set set(Actor actor, String name, String document) {
        Actions.require(actor, Role.ADMIN, "Making a policy");
        requireMade(name);
        Policy policy;
        try {
            policy = policies.parse(name, document);
        } catch (InvalidPolicyException invalid) {
            throw RefusedException.wrong(
                    "The policy '" + name + "' is not right", String.valueOf(invalid.getMessage()), invalid.problems());
        }
        return Objects.requireNonNull(transaction.execute(status -> {
            PolicyBook.Made made = book.make(name, PolicyText.of(policy), actor.name());
            if (made.changed()) {
                audit(actor, "policy-set", name + " version " + made.version());
            }
            return new Set(name, made.version(), made.isNew(), made.changed(), book.targets(name));
        }));
    }

    /** Takes away a policy that no target has; its versions stay, as runs name them. */
    public void delete(Actor actor, String name) {
        Actions.require(actor, Role.ADMIN, "Deleting a policy");
        requireMade(name);
        if (!policies.made().containsKey(name)) {
            throw RefusedException.unknown(
                    "There is no policy '" + name + "'", "`freshet policy list` lists those there are.");
        }
        transaction.executeWithoutResult(status -> {
            if (!book.unmake(name)) {
                throw RefusedException.conflict(
                        "The policy '" + name + "' is in use",
                        "Targets have it: " + String.join(", ", book.targets(name))
                                + ". Give them another one in the configuration first.");
            }
            audit(actor, "policy-delete", name);
        });
    }

    private void requireMade(String name) {
        if (policies.isConfigured(name)) {
            boolean builtIn = name.equals(Policy.CONTINUOUS);
            throw RefusedException.conflict(
                    "The policy '" + name + "' cannot be changed here",
                    builtIn
                            ? "It is built in. Make another one."
                            : "It is defined in the configuration file: change it there and start Freshet again, or make"
                                    + " another one.");
        }
    }

    private void audit(Actor actor, String action, String object) {
        requests.audit(new Requests.AuditEntry(actor.name(), actor.origin(), action, null, object, ""));
    }

    /**
     * What became of a policy.
     *
     * @param isNew whether there was none of that name
     * @param changed whether it says something else than before
     * @param targets that have it
     */
    public record Set(String name, int version, boolean isNew, boolean changed, List<String> targets) {}
}
