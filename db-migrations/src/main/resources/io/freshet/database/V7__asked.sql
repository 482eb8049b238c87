-- An acknowledgement counts only for what had been asked for when its look began (rules 8 and 34).
CREATE SEQUENCE work_item_asked CACHE 1000;
COMMENT ON SEQUENCE work_item_asked IS 'Numbers that tell one question for a look from another; their order means nothing.';

ALTER TABLE work_item
    ADD COLUMN asked bigint NOT NULL DEFAULT nextval('work_item_asked'),
    ADD COLUMN walked boolean NOT NULL DEFAULT false;
ALTER SEQUENCE work_item_asked OWNED BY work_item.asked;
COMMENT ON COLUMN work_item.asked IS 'Drawn anew whenever a look is asked for; an acknowledgement leaves the row if it is another one than before its look.';
COMMENT ON COLUMN work_item.walked IS 'Whoever found this directory asks for what is below it too; else a directory that the target lacks is looked at with all below.';
