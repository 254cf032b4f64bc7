-- Lanes: a kit's drafts of one locale are written one after the other, each knowing what those before it say.

ALTER TABLE jobs ADD COLUMN lane TEXT;  -- jobs of one lane are done in the order of their ids; NULL: at any time
CREATE INDEX jobs_lane ON jobs (lane, id) WHERE lane IS NOT NULL AND state IN ('queued', 'leased');
