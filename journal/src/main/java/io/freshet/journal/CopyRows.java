package io.freshet.journal;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows on their way into a table by {@code COPY … FROM STDIN} in its text format, in the transaction under way. Closing
 * without {@link #end} cancels.
 *
 * <p>The database waits for them without counting that as idle. A process that stands still meanwhile would keep the locks
 * that the next owner needs, so a copy has a time limit of its own.
 */
final class CopyRows implements AutoCloseable {
    private static final int BLOCK = 1 << 16;

    private final Connection connection;
    private final CopyIn copy;
    private final StringBuilder rows = new StringBuilder();
    private boolean inRow;

    CopyRows(Connection connection, String sql) throws SQLException {
        this.connection = connection;
        execute("SET LOCAL statement_timeout = '30s'");
        copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    }

    CopyRows add(@Nullable Object value) {
        separate();
        if (value == null) {
            rows.append("\\N");
        } else {
            appendEscaped(value.toString());
        }
        return this;
    }

    CopyRows add(long value) {
        separate();
        rows.append(value);
        return this;
    }

    CopyRows add(boolean value) {
        separate();
        rows.append(value ? 't' : 'f');
        return this;
    }

    private void separate() {
        if (inRow) {
            rows.append('\t');
        }
        inRow = true;
    }

    void endRow() throws SQLException {
        rows.append('\n');
        inRow = false;
        if (rows.length() > BLOCK) {
            flush();
        }
    }

    void end() throws SQLException {
        flush();
        copy.endCopy();
        execute("SET LOCAL statement_timeout TO DEFAULT");
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void flush() throws SQLException {
        byte[] bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        rows.setLength(0);
    }

    /** The format gives a meaning to backslash, tab, newline and carriage return; the rest stands for itself. */
    private void appendEscaped(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> rows.append("\\\\");
                case '\t' -> rows.append("\\t");
                case '\n' -> rows.append("\\n");
                case '\r' -> rows.append("\\r");
                default -> rows.append(c);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }
}
