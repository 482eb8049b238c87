package io.freshet.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Who may sign in, and do what. */
@Command(
        name = "account",
        description = "Administer who may sign in: viewers look, requesters send granted folders now, operators pause,"
                + " rerun and decide holds, admins do everything.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            AccountCommand.ListAll.class,
            AccountCommand.Add.class,
            AccountCommand.Change.class,
            AccountCommand.ResetPassword.class,
            AccountCommand.Remove.class
        })
final class AccountCommand {
    static final String AT = "/accounts";

    private static String at(String name) {
        return AT + "/" + Segment.of(name);
    }

    private static void tellPassword(JsonNode answer, PrintWriter out) {
        out.println(VisibleText.of("one-time password of " + answer.path("name").asString("") + ": "
                + answer.path("oneTimePassword").asString("")));
        out.println("It is not shown again, and dies at its first use or in "
                + Wording.seconds(answer.path("forSeconds")) + ".");
    }

    /** Lists them. */
    @Command(name = "list", description = "List the accounts.")
    static final class ListAll extends Asking {
        @Override
        JsonNode ask(ServerConnection server) {
            return server.get(AT, Map.of());
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            Table table = new Table("ACCOUNT", "ROLE", "LAST SIGN-IN", "TOKENS", "FOLDERS");
            for (JsonNode each : answer) {
                List<String> folders = new ArrayList<>();
                each.path("grants")
                        .forEach(grant -> folders.add(grant.path("source").asString("") + ":"
                                + grant.path("path").asString("")));
                table.row(
                        each.path("name").asString(""),
                        Wording.state(each.path("role")),
                        Wording.moment(each.path("lastLoginAt")),
                        each.path("tokens").asInt(),
                        String.join(", ", folders));
            }
            table.print(out);
        }
    }

    /** Role and folders, as options. */
    static final class Rights {
        @Option(
                names = "--role",
                paramLabel = "ROLE",
                required = true,
                description = "viewer, requester, operator or admin.")
        private String role = "";

        @Option(
                names = "--grant",
                paramLabel = "SOURCE:PATH",
                description = "A folder that a requester may send; SOURCE: alone is all of it. May be repeated.")
        private List<String> grants = new ArrayList<>();

        private Map<String, Object> body() {
            Map<String, Object> body = new HashMap<>();
            body.put("role", role);
            body.put("grants", grants);
            return body;
        }
    }

    /** Makes one. */
    @Command(name = "add", description = "Make an account; prints its one-time password.")
    static final class Add extends Asking {
        @Parameters(paramLabel = "NAME", description = "The name of the account.")
        private String name = "";

        @Mixin
        private Rights rights = new Rights();

        @Override
        JsonNode ask(ServerConnection server) {
            Map<String, Object> body = rights.body();
            body.put("name", name);
            return server.post(AT, body);
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            tellPassword(answer, out);
        }
    }

    /** Gives one other rights. */
    @Command(name = "set", description = "Give an account this role, and as a requester these folders and no others.")
    static final class Change extends Asking {
        @Parameters(paramLabel = "NAME", description = "The name of the account.")
        private String name = "";

        @Mixin
        private Rights rights = new Rights();

        @Override
        JsonNode ask(ServerConnection server) {
            return server.put(at(name), rights.body());
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            out.println(VisibleText.of(name + " is " + rights.role));
        }
    }

    /** Replaces a password. */
    @Command(
            name = "reset-password",
            description = "Give an account a one-time password, which ends its sessions; prints it.")
    static final class ResetPassword extends Asking {
        @Parameters(paramLabel = "NAME", description = "The name of the account.")
        private String name = "";

        @Override
        JsonNode ask(ServerConnection server) {
            return server.post(at(name) + "/password", Map.of());
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            tellPassword(answer, out);
        }
    }

    /** Removes one. */
    @Command(name = "remove", description = "Remove an account and its tokens, which ends its sessions.")
    static final class Remove extends Asking {
        @Parameters(paramLabel = "NAME", description = "The name of the account.")
        private String name = "";

        @Override
        JsonNode ask(ServerConnection server) {
            return server.delete(at(name));
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            out.println(VisibleText.of("the account " + name + " is gone"));
        }
    }
}
