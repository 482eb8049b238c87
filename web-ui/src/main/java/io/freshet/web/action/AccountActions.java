package io.freshet.web.action;

import io.freshet.journal.AccountBook;
import io.freshet.journal.AuditBook;
import io.freshet.journal.PathAnswer;
import io.freshet.journal.PathAnswers;
import io.freshet.journal.Requests;
import io.freshet.journal.TokenBook;
import io.freshet.journal.Wording;
import io.freshet.web.account.Actor;
import io.freshet.web.account.Credentials;
import io.freshet.web.account.LocalToken;
import io.freshet.web.account.Role;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Administering accounts and tokens, and the audit of that and of all else that people command. Each command checks the role, changes the rows, and leaves an audit row, all in one
 * transaction. Thread-safe; every method throws {@link RefusedException} with what to do next.
 */
public final class AccountActions {
    /** How long a token may live; null for ever. */
    public static final Duration LONGEST_LIFE = Duration.ofDays(3660);

    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}._@-]{0,63}");
    private static final Pattern LABEL = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._@-]{0,63}");
    private static final String ADMINISTERING = "Administering accounts";

    private final TransactionTemplate transaction;
    private final AccountBook accounts;
    private final TokenBook tokens;
    private final Requests requests;
    private final AuditBook audit;
    private final PathAnswers paths;
    private final Credentials credentials;
    private final Clock clock;

    public AccountActions(
            TransactionTemplate transaction,
            AccountBook accounts,
            TokenBook tokens,
            Requests requests,
            AuditBook audit,
            PathAnswers paths,
            Credentials credentials,
            Clock clock) {
        this.transaction = transaction;
        this.accounts = accounts;
        this.tokens = tokens;
        this.requests = requests;
        this.audit = audit;
        this.paths = paths;
        this.credentials = credentials;
        this.clock = clock;
    }

    /** Returns all accounts but the one of the command line on this machine, by name. */
    public List<AccountBook.Listed> list(Actor actor) {
        Actions.require(actor, Role.ADMIN, "Seeing the accounts");
        return accounts.all().stream()
                .filter(account -> !account.name().equals(LocalToken.ACCOUNT))
                .toList();
    }

    /** Returns one account. */
    public AccountBook.Listed find(Actor actor, String name) {
        return list(actor).stream()
                .filter(account -> account.name().equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(name));
    }

    /**
     * Makes an account.
     *
     * @param grants what a requester may have sent, as {@code SOURCE:PATH}
     * @return its one-time password, to be shown once
     */
    public String create(Actor actor, @Nullable String name, @Nullable String role, List<String> grants) {
        Actions.require(actor, Role.ADMIN, ADMINISTERING);
        if (name == null || !NAME.matcher(name).matches()) {
            throw RefusedException.wrong(
                    "This is no name for an account",
                    "A name has 1 to 64 letters, digits and . _ @ - and begins with a letter or digit.");
        }
        Role wanted = role(role);
        List<AccountBook.Grant> granted = grants(wanted, grants);
        return inTransaction(() -> {
            if (accounts.find(name).isPresent()) {
                throw RefusedException.conflict(
                        "There is an account " + name, "Choose another name, or change that account.");
            }
            String password = credentials.oneTimePassword(name, wanted);
            accounts.setGrants(name, granted);
            audit(actor, "account-create", name, wanted.word() + words(granted));
            return password;
        });
    }

    /** Gives an account another role and other grants. */
    public void change(Actor actor, String name, @Nullable String role, List<String> grants) {
        Actions.require(actor, Role.ADMIN, ADMINISTERING);
        Role wanted = role(role);
        List<AccountBook.Grant> granted = grants(wanted, grants);
        inTransaction(() -> {
            AccountBook.Account account = known(name);
            if (wanted != Role.ADMIN) {
                requireAnotherAdministrator(account);
            }
            accounts.setRole(name, wanted.name());
            accounts.setGrants(name, granted);
            audit(actor, "account-change", name, wanted.word() + words(granted));
            return name;
        });
    }

    /** Gives an account a one-time password in place of the one it has, which ends its sessions; returns it, to be shown once. */
    public String resetPassword(Actor actor, String name) {
        Actions.require(actor, Role.ADMIN, ADMINISTERING);
        return inTransaction(() -> {
            AccountBook.Account account = known(name);
            requireAnotherAdministrator(account);
            String password = credentials.oneTimePassword(name, Role.valueOf(account.role()));
            audit(actor, "account-reset-password", name, "");
            return password;
        });
    }

    /** Removes an account with its tokens; its sessions end. */
    public void remove(Actor actor, String name) {
        Actions.require(actor, Role.ADMIN, ADMINISTERING);
        inTransaction(() -> {
            requireAnotherAdministrator(known(name));
            accounts.remove(name);
            audit(actor, "account-remove", name, "");
            return name;
        });
    }

    /** Returns the tokens of an account: one's own, or as an administrator anybody's. */
    public List<TokenBook.Token> tokens(Actor actor, String name) {
        requireOwn(actor, name, "Seeing the tokens of others");
        known(name);
        return tokens.of(name);
    }

    /**
     * Makes a token for an account: one's own, or as an administrator anybody's.
     *
     * @param role the most that it may do; null for looking only
     * @param life how long it lives; null for ever
     * @return the token, to be shown once
     */
    public String createToken(
            Actor actor, String name, @Nullable String label, @Nullable String role, @Nullable Duration life) {
        requireOwn(actor, name, "Making tokens for others");
        if (label == null || !LABEL.matcher(label).matches()) {
            throw RefusedException.wrong(
                    "This is no label for a token",
                    "A label has 1 to 64 letters, digits, spaces and . _ @ - and begins with a letter or digit.");
        }
        Role most = role == null ? Role.VIEWER : role(role);
        if (!actor.may(most)) {
            throw RefusedException.forbidden(
                    "A token may do no more than you may now",
                    "You have the " + actor.role().word() + " role.");
        }
        Instant expiresAt = expiry(life);
        return inTransaction(() -> {
            known(name);
            String token = credentials
                    .token(name, label, most, expiresAt)
                    .orElseThrow(() -> RefusedException.conflict(
                            "There is a token " + label + " of " + name, "Choose another label, or revoke that one."));
            audit(
                    actor,
                    "token-create",
                    name + ": " + label,
                    most.word() + (expiresAt == null ? "" : ", until " + expiresAt));
            return token;
        });
    }

    private @Nullable Instant expiry(@Nullable Duration life) {
        if (life == null) {
            return null;
        }
        if (life.isNegative() || life.isZero() || life.compareTo(LONGEST_LIFE) > 0) {
            throw RefusedException.wrong(
                    "A token cannot live that long",
                    "Give 1 to " + LONGEST_LIFE.toDays() + " days, or nothing for a token that does not expire.");
        }
        return clock.instant().plus(life);
    }

    /** Takes a token away: one's own, or as an administrator anybody's. */
    public void revokeToken(Actor actor, String name, String label) {
        requireOwn(actor, name, "Revoking the tokens of others");
        inTransaction(() -> {
            known(name);
            if (!tokens.revoke(name, label)) {
                throw RefusedException.unknown(
                        "There is no token " + label + " of " + name, "`freshet token list` lists those there are.");
            }
            audit(actor, "token-revoke", name + ": " + label, "");
            return label;
        });
    }

    /**
     * Returns what people commanded, newest first.
     *
     * @param by only this account's; null for everybody's
     * @param before only what is older than this number; null for the newest
     */
    public List<AuditBook.Command> commands(Actor actor, @Nullable String by, @Nullable Long before, int limit) {
        Actions.require(actor, Role.OPERATOR, "Seeing the audit");
        return audit.commands(by, before, limit);
    }

    private static void requireOwn(Actor actor, String name, String what) {
        Actions.require(actor, actor.name().equals(name) ? Role.VIEWER : Role.ADMIN, what);
    }

    private AccountBook.Account known(String name) {
        if (name.equals(LocalToken.ACCOUNT)) {
            throw RefusedException.conflict(
                    "The account " + name + " is Freshet's own",
                    "The command line on this machine acts by it. It cannot be changed.");
        }
        return accounts.find(name).orElseThrow(() -> unknown(name));
    }

    private static RefusedException unknown(String name) {
        return RefusedException.unknown("There is no account " + name, "`freshet account list` lists those there are.");
    }

    /** Whoever could let others in must not lock everybody out. */
    private void requireAnotherAdministrator(AccountBook.Account account) {
        if (account.role().equals(Role.ADMIN.name()) && !accounts.hasLastingBeside(Role.ADMIN.name(), account.name())) {
            throw RefusedException.conflict(
                    account.name() + " is the last administrator who can sign in",
                    "Make another administrator first, and have them sign in once.");
        }
    }

    private static Role role(@Nullable String text) {
        for (Role role : Role.values()) {
            if (role.word().equalsIgnoreCase(text)) {
                return role;
            }
        }
        throw RefusedException.wrong("There is no role " + text, "Roles are viewer, requester, operator and admin.");
    }

    private List<AccountBook.Grant> grants(Role role, List<String> texts) {
        if (role != Role.REQUESTER && !texts.isEmpty()) {
            throw RefusedException.wrong(
                    "Only requesters have granted folders",
                    "Leave the folders out; "
                            + (role == Role.VIEWER ? "a viewer sends nothing." : "others may send all."));
        }
        Set<AccountBook.Grant> grants = new LinkedHashSet<>();
        texts.forEach(text -> grants.add(grant(text)));
        return List.copyOf(grants);
    }

    private AccountBook.Grant grant(String text) {
        int colon = text.indexOf(':');
        if (colon < 1) {
            throw RefusedException.wrong(
                    "'" + text + "' is no folder to grant", "Write SOURCE:PATH, for example content:projects/acme.");
        }
        String source = text.substring(0, colon).strip();
        String path = text.substring(colon + 1).strip();
        if (path.isEmpty() || path.equals("/")) {
            return requests.source(source)
                    .map(id -> new AccountBook.Grant(source, ""))
                    .orElseThrow(() -> noSource(source));
        }
        List<PathAnswer> places;
        try {
            places = paths.where(path, source, null);
        } catch (IllegalArgumentException e) {
            throw RefusedException.wrong("This is no path", String.valueOf(e.getMessage()));
        }
        return places.stream()
                .filter(place -> place.source().equals(source))
                .findFirst()
                .map(place -> new AccountBook.Grant(source, place.path()))
                .orElseThrow(() -> noSource(source));
    }

    private static RefusedException noSource(String source) {
        return RefusedException.unknown(
                "There is no source " + source, "`freshet status` lists the sources there are.");
    }

    private static String words(List<AccountBook.Grant> grants) {
        return grants.isEmpty()
                ? ""
                : " for "
                        + grants.stream()
                                .map(grant -> Wording.path(grant.text()))
                                .collect(Collectors.joining(", "));
    }

    private void audit(Actor actor, String action, String object, String detail) {
        requests.audit(new Requests.AuditEntry(actor.name(), actor.origin(), action, null, object, detail));
    }

    private <T> T inTransaction(Supplier<T> work) {
        return Objects.requireNonNull(transaction.execute(status -> work.get()));
    }
}
