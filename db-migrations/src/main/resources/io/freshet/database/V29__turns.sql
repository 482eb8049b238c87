-- The express lane is served by turns (rule 40).

CREATE FUNCTION top_folder(path text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN strpos(path, '/') > 0 THEN split_part(path, '/', 1) ELSE '' END;
COMMENT ON FUNCTION top_folder IS 'The directory right below the root in which a path is; empty for what is in the root itself.';
