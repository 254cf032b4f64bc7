-- Overrides: an error stands only with an approval that answers it. And what each revision cites, so that a claim whose
-- evidence has run out leads to everything that makes it.

ALTER TABLE revision_findings ADD COLUMN errors BIGINT;  -- how many of the findings an approval must answer

-- Old rows are counted from the findings themselves; this once they change, and say nothing else than before.
DROP TRIGGER revision_findings_no_update;
UPDATE revision_findings SET errors = (
    SELECT COUNT(*) FROM json_each(findings) e WHERE json_extract(e.value, '$.severity') = 'error'
);
CREATE TRIGGER revision_findings_no_update BEFORE UPDATE ON revision_findings
BEGIN
    SELECT RAISE(ABORT, 'revision_findings_append_only');
END;

-- The count is what the list says, whoever counted.
CREATE TRIGGER revision_findings_errors BEFORE INSERT ON revision_findings
WHEN NEW.errors IS NOT (SELECT COUNT(*) FROM json_each(NEW.findings) e
     WHERE json_extract(e.value, '$.severity') = 'error')
BEGIN
    SELECT RAISE(ABORT, 'revision_findings_errors');
END;

-- Append-only: the errors that a person let stand with an approval. Written before their decision, in its transaction,
-- so that the decision can be refused for want of one.
CREATE TABLE decision_overrides (
    decision_id TEXT   NOT NULL REFERENCES decisions (id) DEFERRABLE INITIALLY DEFERRED,
    finding     BIGINT NOT NULL,  -- which of the revision's findings, from 0
    rule        TEXT   NOT NULL,
    pack        TEXT   NOT NULL,  -- the rule's, with its version: core@1; empty for a rule that is code
    slot        TEXT   NOT NULL,
    starts_at   BIGINT NOT NULL,  -- bytes of the slot's text, half open
    ends_at     BIGINT NOT NULL,
    message     TEXT   NOT NULL,  -- in English, as the finding had it
    reason      TEXT   NOT NULL,  -- the reviewer's; empty where the rule asks for none
    PRIMARY KEY (decision_id, finding)
);

-- Nothing is let stand afterwards.
CREATE TRIGGER decision_overrides_before_decision BEFORE INSERT ON decision_overrides
WHEN EXISTS (SELECT 1 FROM decisions WHERE id = NEW.decision_id)
BEGIN
    SELECT RAISE(ABORT, 'decision_overrides_before_decision');
END;

-- An approval answers every error.
CREATE TRIGGER decisions_errors_overridden BEFORE INSERT ON decisions
WHEN NEW.verdict = 'approve'
     AND (SELECT f.errors FROM revision_findings f WHERE f.revision_id = NEW.revision_id AND f.rules = NEW.rules)
         > (SELECT COUNT(*) FROM decision_overrides o WHERE o.decision_id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'decisions_errors_overridden');
END;

-- What is overridden is an error of that very revision, word for word; and only an approval overrides.
CREATE TRIGGER decisions_overrides_of_errors BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM decision_overrides o WHERE o.decision_id = NEW.id AND (NEW.verdict <> 'approve'
     OR NOT EXISTS (
         SELECT 1 FROM revision_findings f, json_each(f.findings) e
         WHERE f.revision_id = NEW.revision_id AND f.rules = NEW.rules AND e.key = o.finding
           AND json_extract(e.value, '$.severity') = 'error'
           AND json_extract(e.value, '$.rule') = o.rule AND json_extract(e.value, '$.slot') = o.slot
           AND json_extract(e.value, '$.start') = o.starts_at AND json_extract(e.value, '$.end') = o.ends_at
           AND json_extract(e.value, '$.message') = o.message)))
BEGIN
    SELECT RAISE(ABORT, 'decisions_overrides_of_errors');
END;

CREATE TRIGGER decision_overrides_no_update BEFORE UPDATE ON decision_overrides
BEGIN
    SELECT RAISE(ABORT, 'decision_overrides_append_only');
END;

CREATE TRIGGER decision_overrides_no_delete BEFORE DELETE ON decision_overrides
BEGIN
    SELECT RAISE(ABORT, 'decision_overrides_append_only');
END;

-- Append-only, and written by the database: what the text of a revision cites, each source once.
CREATE TABLE citations (
    revision_id TEXT NOT NULL REFERENCES revisions (id),
    source_kind TEXT NOT NULL,  -- claim, passage, message, product: what stands before the colon
    source_key  TEXT NOT NULL,  -- a claim's key (brief.1 for the brief's own), a passage's id
    PRIMARY KEY (revision_id, source_kind, source_key)
);
CREATE INDEX citations_of_source ON citations (source_kind, source_key);

CREATE TRIGGER revisions_cite AFTER INSERT ON revisions
BEGIN
    INSERT INTO citations (revision_id, source_kind, source_key)
    SELECT DISTINCT NEW.id, substr(source, 1, instr(source || ':', ':') - 1), substr(source, instr(source || ':', ':') + 1)
    FROM (SELECT json_extract(g.value, '$.source') AS source
          FROM json_each(NEW.content, '$.slots') s, json_each(s.value) g)
    WHERE source IS NOT NULL;
END;

INSERT INTO citations (revision_id, source_kind, source_key)
SELECT DISTINCT id, substr(source, 1, instr(source || ':', ':') - 1), substr(source, instr(source || ':', ':') + 1)
FROM (SELECT r.id AS id, json_extract(g.value, '$.source') AS source
      FROM revisions r, json_each(r.content, '$.slots') s, json_each(s.value) g)
WHERE source IS NOT NULL;

CREATE TRIGGER citations_no_update BEFORE UPDATE ON citations
BEGIN
    SELECT RAISE(ABORT, 'citations_append_only');
END;

CREATE TRIGGER citations_no_delete BEFORE DELETE ON citations
BEGIN
    SELECT RAISE(ABORT, 'citations_append_only');
END;
