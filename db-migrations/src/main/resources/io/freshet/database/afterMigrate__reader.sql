-- Whoever has the role freshet_reader may read the documented views, and nothing else. The embedded PostgreSQL has it; elsewhere
-- an administrator makes it (CREATE ROLE freshet_reader LOGIN PASSWORD '…') before the next start.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'freshet_reader') THEN
        GRANT USAGE ON SCHEMA freshet TO freshet_reader;
        GRANT SELECT ON freshet.v_delivery, freshet.v_target_status, freshet.v_path_status,
            freshet.v_extra TO freshet_reader;
    END IF;
END
$$;
