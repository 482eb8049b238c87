package io.freshet.cli;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** What programs come in by. */
@Command(
        name = "token",
        description = "Administer API tokens: a program sends one as 'Authorization: Bearer …', and may do what its"
                + " account may and no more than the token's role.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TokenCommand.ListAll.class, TokenCommand.Create.class, TokenCommand.Revoke.class})
final class TokenCommand {
    private static String at(String account) {
        return AccountCommand.AT + "/" + Segment.of(account) + "/tokens";
    }

    /** Lists those of an account. */
    @Command(name = "list", description = "List the tokens of an account.")
    static final class ListAll extends Asking {
        @Parameters(paramLabel = "ACCOUNT", description = "The name of the account.")
        private String account = "";

        @Override
        JsonNode ask(ServerConnection server) {
            return server.get(at(account), Map.of());
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            Table table = new Table("LABEL", "AT MOST", "MADE", "USED LAST", "EXPIRES");
            for (JsonNode each : answer) {
                table.row(
                        each.path("label").asString(""),
                        Wording.state(each.path("role")),
                        Wording.moment(each.path("createdAt")),
                        Wording.moment(each.path("lastUsedAt")),
                        Wording.moment(each.path("expiresAt")));
            }
            table.print(out);
        }
    }

    /** Makes one. */
    @Command(name = "create", description = "Make a token for an account; prints it, once.")
    static final class Create extends Asking {
        @Parameters(index = "0", paramLabel = "ACCOUNT", description = "The name of the account.")
        private String account = "";

        @Parameters(index = "1", paramLabel = "LABEL", description = "What it is for.")
        private String label = "";

        @Option(names = "--role", paramLabel = "ROLE", description = "The most it may do. Default: ${DEFAULT-VALUE}.")
        private String role = "viewer";

        @Option(names = "--days", paramLabel = "N", description = "It expires after so many. Default: never.")
        private @Nullable Integer days;

        @Override
        JsonNode ask(ServerConnection server) {
            Map<String, Object> body = new HashMap<>(Map.of("label", label, "role", role));
            if (days != null) {
                body.put("days", days);
            }
            return server.post(at(account), body);
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            out.println(VisibleText.of(answer.path("token").asString("")));
        }
    }

    /** Takes one away. */
    @Command(name = "revoke", description = "Take a token of an account away; it lets nobody in from now on.")
    static final class Revoke extends Asking {
        @Parameters(index = "0", paramLabel = "ACCOUNT", description = "The name of the account.")
        private String account = "";

        @Parameters(index = "1", paramLabel = "LABEL", description = "What the token is called.")
        private String label = "";

        @Override
        JsonNode ask(ServerConnection server) {
            return server.delete(at(account) + "/" + Segment.of(label));
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            out.println(VisibleText.of("the token " + label + " of " + account + " is gone"));
        }
    }
}
