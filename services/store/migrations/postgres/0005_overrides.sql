-- Overrides: an error stands only with an approval that answers it. And what each revision cites, so that a claim whose
-- evidence has run out leads to everything that makes it.

-- PostgreSQL refuses to read JSON with U+0000 in it, which a text of ours may have as an escape: it is read as U+FFFD.
CREATE FUNCTION countersign_json(body TEXT) RETURNS JSON LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT replace(body, '\u0000', '\ufffd')::json
$$;

ALTER TABLE revision_findings ADD COLUMN errors BIGINT;  -- how many of the findings an approval must answer

-- Old rows are counted from the findings themselves; this once they change, and say nothing else than before.
ALTER TABLE revision_findings DISABLE TRIGGER revision_findings_append_only;
UPDATE revision_findings SET errors = (
    SELECT COUNT(*) FROM json_array_elements(countersign_json(findings)) e WHERE e ->> 'severity' = 'error'
);
ALTER TABLE revision_findings ENABLE TRIGGER revision_findings_append_only;

CREATE FUNCTION revision_findings_gate() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    -- The count is what the list says, whoever counted.
    IF NEW.errors IS DISTINCT FROM (SELECT COUNT(*) FROM json_array_elements(countersign_json(NEW.findings)) e
       WHERE e ->> 'severity' = 'error') THEN
        PERFORM countersign_refuse('revision_findings_errors');
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER revision_findings_gate BEFORE INSERT ON revision_findings
    FOR EACH ROW EXECUTE FUNCTION revision_findings_gate();

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

CREATE FUNCTION decision_overrides_gate() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    -- There is no row to lock yet: the decision's own insert takes this lock too.
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.decision_id, 0));
    -- Nothing is let stand afterwards.
    IF EXISTS (SELECT 1 FROM decisions WHERE id = NEW.decision_id) THEN
        PERFORM countersign_refuse('decision_overrides_before_decision');
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER decision_overrides_gate BEFORE INSERT ON decision_overrides
    FOR EACH ROW EXECUTE FUNCTION decision_overrides_gate();

CREATE FUNCTION decisions_overrides_gate() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.id, 0));
    -- An approval answers every error.
    IF NEW.verdict = 'approve'
       AND (SELECT f.errors FROM revision_findings f WHERE f.revision_id = NEW.revision_id AND f.rules = NEW.rules)
           > (SELECT COUNT(*) FROM decision_overrides o WHERE o.decision_id = NEW.id) THEN
        PERFORM countersign_refuse('decisions_errors_overridden');
    END IF;
    -- What is overridden is an error of that very revision, word for word; and only an approval overrides.
    IF EXISTS (SELECT 1 FROM decision_overrides o WHERE o.decision_id = NEW.id AND (NEW.verdict <> 'approve'
       OR NOT EXISTS (
           SELECT 1 FROM revision_findings f, json_array_elements(countersign_json(f.findings)) WITH ORDINALITY AS e (value, place)
           WHERE f.revision_id = NEW.revision_id AND f.rules = NEW.rules AND e.place = o.finding + 1
             AND e.value ->> 'severity' = 'error'
             AND e.value ->> 'rule' = o.rule AND e.value ->> 'slot' = o.slot
             AND (e.value ->> 'start')::BIGINT = o.starts_at AND (e.value ->> 'end')::BIGINT = o.ends_at
             AND e.value ->> 'message' = o.message))) THEN
        PERFORM countersign_refuse('decisions_overrides_of_errors');
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER decisions_overrides_gate BEFORE INSERT ON decisions
    FOR EACH ROW EXECUTE FUNCTION decisions_overrides_gate();

CREATE TRIGGER decision_overrides_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decision_overrides
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();

-- Append-only, and written by the database: what the text of a revision cites, each source once.
CREATE TABLE citations (
    revision_id TEXT NOT NULL REFERENCES revisions (id),
    source_kind TEXT NOT NULL,  -- claim, passage, message, product: what stands before the colon
    source_key  TEXT NOT NULL,  -- a claim's key (brief.1 for the brief's own), a passage's id
    PRIMARY KEY (revision_id, source_kind, source_key)
);
CREATE INDEX citations_of_source ON citations (source_kind, source_key);

CREATE FUNCTION revisions_cite() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO citations (revision_id, source_kind, source_key)
    SELECT DISTINCT NEW.id, split_part(source, ':', 1), substr(source, strpos(source || ':', ':') + 1)
    FROM (SELECT g ->> 'source' AS source
          FROM json_each(countersign_json(NEW.content) -> 'slots') s, json_array_elements(s.value) g) cited
    WHERE source IS NOT NULL;
    RETURN NULL;
END;
$$;
CREATE TRIGGER revisions_cite AFTER INSERT ON revisions FOR EACH ROW EXECUTE FUNCTION revisions_cite();

INSERT INTO citations (revision_id, source_kind, source_key)
SELECT DISTINCT id, split_part(source, ':', 1), substr(source, strpos(source || ':', ':') + 1)
FROM (SELECT r.id AS id, g ->> 'source' AS source
      FROM revisions r, json_each(countersign_json(r.content) -> 'slots') s, json_array_elements(s.value) g) cited
WHERE source IS NOT NULL;

CREATE TRIGGER citations_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON citations
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
