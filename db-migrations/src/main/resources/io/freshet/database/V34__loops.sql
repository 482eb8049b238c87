-- A target that lies in its source, or the other way round.
ALTER TYPE hold_reason ADD VALUE 'TARGET_LOOP';
