-- What has been cleared away, and who clears away (rules 32 and 39).

CREATE TABLE retention (
    pass bigint NOT NULL DEFAULT 0,
    node text,
    begun_at timestamptz,
    touched_at timestamptz,
    ended_at timestamptz,
    succeeded_at timestamptz,
    done text,
    failure text,
    deliveries_since timestamptz,
    runs_since timestamptz
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX retention_is_one ON retention ((true));
INSERT INTO retention DEFAULT VALUES;
COMMENT ON TABLE retention IS 'The newest pass of clearing away, of whichever node. Locked by each of its transactions, which end with it once another pass has begun. Writer: the node that is named.';
COMMENT ON COLUMN retention.touched_at IS 'The last sign of life of the pass; without one for some minutes another node may begin the next.';
COMMENT ON COLUMN retention.done IS 'What the newest pass that ended has cleared away, in words.';
COMMENT ON COLUMN retention.failure IS 'What it could not do and will try again, in words. Null: nothing.';
COMMENT ON COLUMN retention.deliveries_since IS 'The audit trail goes back to here. Null: to the beginning.';
COMMENT ON COLUMN retention.runs_since IS 'Of runs that ended before this only those are kept that somebody may still go on with. Null: all are kept.';

CREATE TABLE change_trim (
    source_id int PRIMARY KEY REFERENCES source ON DELETE CASCADE,
    up_to bigint NOT NULL,
    trimmed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE change_trim IS 'How far a source''s journal was dropped. A target whose cursor is behind that has everything looked at. Writer: the retention.';

-- Until now the ranges were reckoned in 32 bits, which made partitions of numbers that are never given out: all changes went into
-- the default partition. Also, a default partition that holds something of a range must not stop the journal: those changes stay
-- there and are read there, until all in it is behind every cursor.
CREATE OR REPLACE FUNCTION create_change_partitions(source int, seq bigint) RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    of_source text := format('change_%s', source);
    wanted bigint := seq >> 20;
BEGIN
    IF to_regclass(of_source) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF change FOR VALUES IN (%s) PARTITION BY RANGE (seq)', of_source, source);
        EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', of_source || '_default', of_source);
    END IF;
    FOR ahead IN 0 .. 1 LOOP
        IF to_regclass(of_source || '_' || wanted) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)',
                    of_source || '_' || wanted, of_source, wanted << 20, (wanted + 1) << 20);
            EXCEPTION WHEN check_violation THEN
                NULL;
            END;
        END IF;
        wanted := wanted + 1;
    END LOOP;
END
$$;

DO $$
DECLARE
    wrong regclass;
    used boolean;
BEGIN
    FOR wrong IN SELECT relid FROM pg_partition_tree('change') WHERE isleaf AND relid::text ~ '_[0-9]+$' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', wrong) INTO used;
        IF NOT used THEN
            EXECUTE format('DROP TABLE %s', wrong);
        END IF;
    END LOOP;
END
$$;
SELECT create_change_partitions(source_id, head + 1) FROM source WHERE to_regclass('change_' || source_id) IS NOT NULL;

-- Months are made by the retention now, which also brings in what the default partition has of them.
DROP FUNCTION create_delivery_partitions(timestamptz);

-- Spring Batch's tables have no index but their keys: deleting an execution would read all of what could refer to it.
CREATE INDEX batch_job_execution_of_instance ON batch.batch_job_execution (job_instance_id);
CREATE INDEX batch_job_execution_params_of_execution ON batch.batch_job_execution_params (job_execution_id);
CREATE INDEX batch_step_execution_of_execution ON batch.batch_step_execution (job_execution_id);

COMMENT ON TABLE deletion_tally IS 'How many manifest rows vanished when, for the limits over a rolling day and per run. Writer: the owner of the lease; cleared away as runs are.';
COMMENT ON TABLE barrier IS 'A question to the watcher: up to which sequence number is everything before this moment journaled? Asked by anyone, answered by the watcher, deleted by who asked, or after a day.';
