package io.freshet.app.server;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * A data source that can be handed out before the database is there: whoever asks for a connection waits until it is
 * running and has today's schema.
 */
final class AwaitedDataSource extends AbstractDataSource {
    private final CompletableFuture<Databases> opened;

    AwaitedDataSource(CompletableFuture<Databases> opened) {
        this.opened = opened;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return opened().getConnection();
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return opened().getConnection(username, password);
    }

    private DataSource opened() throws SQLException {
        try {
            return opened.join().dataSource();
        } catch (CompletionException failure) {
            throw new SQLException("the database could not be opened: " + failure.getCause(), failure);
        }
    }
}
