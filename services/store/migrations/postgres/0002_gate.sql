-- The gate's triggers: what keys and checks cannot say. A refusal is a check_violation with the guard's name.
-- Each takes the row lock under which its question is decided first, so that two transactions at once cannot both
-- see the state before the other; under READ COMMITTED the questions after it see what the other committed.

CREATE FUNCTION countersign_refuse(guard TEXT) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', guard USING ERRCODE = 'check_violation', CONSTRAINT = guard;
END;
$$;

CREATE FUNCTION revisions_gate() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM assets WHERE id = NEW.asset_id FOR UPDATE;
    -- The latest revision is always the one with the highest number.
    IF NEW.number <> 1 + COALESCE((SELECT MAX(number) FROM revisions WHERE asset_id = NEW.asset_id),
       0) THEN
        PERFORM countersign_refuse('revisions_number_next');
    END IF;
    -- A draft's author is whoever asked for it.
    IF NEW.origin = 'drafted' AND NEW.author_id <> (SELECT k.created_by FROM assets a JOIN kits k ON
       k.id = a.kit_id WHERE a.id = NEW.asset_id) THEN
        PERFORM countersign_refuse('revisions_author_asked');
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER revisions_gate BEFORE INSERT ON revisions FOR EACH ROW EXECUTE FUNCTION revisions_gate();

CREATE FUNCTION decisions_gate() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM assets WHERE id = NEW.asset_id FOR UPDATE;
    PERFORM 1 FROM reviews WHERE id = NEW.review_id FOR UPDATE;
    -- Nobody decides what was edited since.
    IF (SELECT state FROM reviews WHERE id = NEW.review_id) = 'superseded' THEN
        PERFORM countersign_refuse('decisions_review_superseded');
    END IF;
    -- A decision is on the latest revision.
    IF (SELECT number FROM revisions WHERE id = NEW.revision_id) < (SELECT MAX(number) FROM
       revisions WHERE asset_id = NEW.asset_id) THEN
        PERFORM countersign_refuse('decisions_revision_moved');
    END IF;
    -- One decision stands for a review; another only after it was taken back.
    IF EXISTS (SELECT 1 FROM decisions d WHERE d.review_id = NEW.review_id AND NOT EXISTS (SELECT 1
       FROM decision_undos u WHERE u.decision_id = d.id)) THEN
        PERFORM countersign_refuse('decisions_one_live');
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER decisions_gate BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION decisions_gate();

CREATE FUNCTION decision_undos_gate() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM decisions WHERE id = NEW.decision_id FOR UPDATE;
    -- What has been released is recalled, not undone.
    IF EXISTS (SELECT 1 FROM releases WHERE decision_id = NEW.decision_id) THEN
        PERFORM countersign_refuse('decision_undos_not_released');
    END IF;
    -- Only until it takes effect.
    IF NEW.undone_at >= (SELECT effective_at FROM decisions WHERE id = NEW.decision_id) THEN
        PERFORM countersign_refuse('decision_undos_in_time');
    END IF;
    -- Only by whoever decided.
    IF NEW.by_user <> (SELECT reviewer_id FROM decisions WHERE id = NEW.decision_id) THEN
        PERFORM countersign_refuse('decision_undos_own');
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER decision_undos_gate BEFORE INSERT ON decision_undos FOR EACH ROW EXECUTE FUNCTION decision_undos_gate();

CREATE FUNCTION releases_gate() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM assets WHERE id = NEW.asset_id FOR UPDATE;
    PERFORM 1 FROM decisions WHERE id = NEW.decision_id FOR UPDATE;
    -- An approval that was taken back releases nothing.
    IF EXISTS (SELECT 1 FROM decision_undos WHERE decision_id = NEW.decision_id) THEN
        PERFORM countersign_refuse('releases_of_undone_decision');
    END IF;
    -- Not while it may still be taken back.
    IF NEW.released_at < (SELECT effective_at FROM decisions WHERE id = NEW.decision_id) THEN
        PERFORM countersign_refuse('releases_not_before_effective');
    END IF;
    -- What was edited since is not released.
    IF (SELECT number FROM revisions WHERE id = NEW.revision_id) < (SELECT MAX(number) FROM
       revisions WHERE asset_id = NEW.asset_id) THEN
        PERFORM countersign_refuse('releases_latest_revision');
    END IF;
    -- An asset has one live release; the former ends first.
    IF EXISTS (SELECT 1 FROM releases r WHERE r.asset_id = NEW.asset_id AND NOT EXISTS (SELECT 1
       FROM release_ends e WHERE e.release_id = r.id)) THEN
        PERFORM countersign_refuse('releases_one_live');
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER releases_gate BEFORE INSERT ON releases FOR EACH ROW EXECUTE FUNCTION releases_gate();

CREATE FUNCTION release_ends_gate() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM releases WHERE id = NEW.release_id FOR UPDATE;
    -- A recall says who and why.
    IF NEW.kind = 'recalled' AND NOT EXISTS (SELECT 1 FROM recalls WHERE release_id =
       NEW.release_id) THEN
        PERFORM countersign_refuse('release_ends_recall_on_record');
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER release_ends_gate BEFORE INSERT ON release_ends FOR EACH ROW EXECUTE FUNCTION release_ends_gate();

CREATE FUNCTION countersign_append_only() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM countersign_refuse(TG_TABLE_NAME || '_append_only');
    RETURN NULL;
END;
$$;
CREATE TRIGGER revisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON revisions
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER revision_findings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON revision_findings
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER decision_undos_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decision_undos
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER releases_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON releases
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER release_ends_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON release_ends
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER recalls_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recalls
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER recall_acks_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recall_acks
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER pulls_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pulls
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON changes
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER partner_profiles_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON partner_profiles
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER partner_statements_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON partner_statements
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER statement_decisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
CREATE TRIGGER template_editions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON template_editions
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only();
