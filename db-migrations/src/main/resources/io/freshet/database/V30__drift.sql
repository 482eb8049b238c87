-- What a hold of drift lists is what was found on the target: an approval is good for that and nothing later.
ALTER TABLE hold_path ADD COLUMN found text;
COMMENT ON COLUMN hold_path.found IS 'Of drift: what the target holds there instead of what it was given, in words. Null for other holds.';
