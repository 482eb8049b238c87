-- Which node watches a source, so that another one that sees it takes over when that node is gone.
CREATE TABLE watcher_lease (
    source_id int PRIMARY KEY REFERENCES source ON DELETE CASCADE,
    node text NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE watcher_lease IS 'Which node watches a source; writer_epoch keeps out whoever has not noticed that it is another one. Writer: who holds or takes it.';
