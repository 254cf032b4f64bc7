-- The gate's triggers: what keys and checks cannot say. A refusal's message is the trigger's name.
-- recursive_triggers must be on (every connection of ours sets it), or INSERT OR REPLACE would delete unseen.

-- The latest revision is always the one with the highest number.
CREATE TRIGGER revisions_number_next BEFORE INSERT ON revisions
WHEN NEW.number <> 1 + COALESCE((SELECT MAX(number) FROM revisions WHERE asset_id = NEW.asset_id),
     0)
BEGIN
    SELECT RAISE(ABORT, 'revisions_number_next');
END;

-- A draft's author is whoever asked for it.
CREATE TRIGGER revisions_author_asked BEFORE INSERT ON revisions
WHEN NEW.origin = 'drafted' AND NEW.author_id <> (SELECT k.created_by FROM assets a JOIN kits k ON
     k.id = a.kit_id WHERE a.id = NEW.asset_id)
BEGIN
    SELECT RAISE(ABORT, 'revisions_author_asked');
END;

-- Nobody decides what was edited since.
CREATE TRIGGER decisions_review_superseded BEFORE INSERT ON decisions
WHEN (SELECT state FROM reviews WHERE id = NEW.review_id) = 'superseded'
BEGIN
    SELECT RAISE(ABORT, 'decisions_review_superseded');
END;

-- A decision is on the latest revision.
CREATE TRIGGER decisions_revision_moved BEFORE INSERT ON decisions
WHEN (SELECT number FROM revisions WHERE id = NEW.revision_id) < (SELECT MAX(number) FROM revisions
     WHERE asset_id = NEW.asset_id)
BEGIN
    SELECT RAISE(ABORT, 'decisions_revision_moved');
END;

-- One decision stands for a review; another only after it was taken back.
CREATE TRIGGER decisions_one_live BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM decisions d WHERE d.review_id = NEW.review_id AND NOT EXISTS (SELECT 1
     FROM decision_undos u WHERE u.decision_id = d.id))
BEGIN
    SELECT RAISE(ABORT, 'decisions_one_live');
END;

-- What has been released is recalled, not undone.
CREATE TRIGGER decision_undos_not_released BEFORE INSERT ON decision_undos
WHEN EXISTS (SELECT 1 FROM releases WHERE decision_id = NEW.decision_id)
BEGIN
    SELECT RAISE(ABORT, 'decision_undos_not_released');
END;

-- Only until it takes effect.
CREATE TRIGGER decision_undos_in_time BEFORE INSERT ON decision_undos
WHEN NEW.undone_at >= (SELECT effective_at FROM decisions WHERE id = NEW.decision_id)
BEGIN
    SELECT RAISE(ABORT, 'decision_undos_in_time');
END;

-- Only by whoever decided.
CREATE TRIGGER decision_undos_own BEFORE INSERT ON decision_undos
WHEN NEW.by_user <> (SELECT reviewer_id FROM decisions WHERE id = NEW.decision_id)
BEGIN
    SELECT RAISE(ABORT, 'decision_undos_own');
END;

-- An approval that was taken back releases nothing.
CREATE TRIGGER releases_of_undone_decision BEFORE INSERT ON releases
WHEN EXISTS (SELECT 1 FROM decision_undos WHERE decision_id = NEW.decision_id)
BEGIN
    SELECT RAISE(ABORT, 'releases_of_undone_decision');
END;

-- Not while it may still be taken back.
CREATE TRIGGER releases_not_before_effective BEFORE INSERT ON releases
WHEN NEW.released_at < (SELECT effective_at FROM decisions WHERE id = NEW.decision_id)
BEGIN
    SELECT RAISE(ABORT, 'releases_not_before_effective');
END;

-- What was edited since is not released.
CREATE TRIGGER releases_latest_revision BEFORE INSERT ON releases
WHEN (SELECT number FROM revisions WHERE id = NEW.revision_id) < (SELECT MAX(number) FROM revisions
     WHERE asset_id = NEW.asset_id)
BEGIN
    SELECT RAISE(ABORT, 'releases_latest_revision');
END;

-- An asset has one live release; the former ends first.
CREATE TRIGGER releases_one_live BEFORE INSERT ON releases
WHEN EXISTS (SELECT 1 FROM releases r WHERE r.asset_id = NEW.asset_id AND NOT EXISTS (SELECT 1 FROM
     release_ends e WHERE e.release_id = r.id))
BEGIN
    SELECT RAISE(ABORT, 'releases_one_live');
END;

-- A recall says who and why.
CREATE TRIGGER release_ends_recall_on_record BEFORE INSERT ON release_ends
WHEN NEW.kind = 'recalled' AND NOT EXISTS (SELECT 1 FROM recalls WHERE release_id = NEW.release_id)
BEGIN
    SELECT RAISE(ABORT, 'release_ends_recall_on_record');
END;

-- Append-only.
CREATE TRIGGER revisions_no_update BEFORE UPDATE ON revisions
BEGIN
    SELECT RAISE(ABORT, 'revisions_append_only');
END;

CREATE TRIGGER revisions_no_delete BEFORE DELETE ON revisions
BEGIN
    SELECT RAISE(ABORT, 'revisions_append_only');
END;

CREATE TRIGGER revision_findings_no_update BEFORE UPDATE ON revision_findings
BEGIN
    SELECT RAISE(ABORT, 'revision_findings_append_only');
END;

CREATE TRIGGER revision_findings_no_delete BEFORE DELETE ON revision_findings
BEGIN
    SELECT RAISE(ABORT, 'revision_findings_append_only');
END;

CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions
BEGIN
    SELECT RAISE(ABORT, 'decisions_append_only');
END;

CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions
BEGIN
    SELECT RAISE(ABORT, 'decisions_append_only');
END;

CREATE TRIGGER decision_undos_no_update BEFORE UPDATE ON decision_undos
BEGIN
    SELECT RAISE(ABORT, 'decision_undos_append_only');
END;

CREATE TRIGGER decision_undos_no_delete BEFORE DELETE ON decision_undos
BEGIN
    SELECT RAISE(ABORT, 'decision_undos_append_only');
END;

CREATE TRIGGER releases_no_update BEFORE UPDATE ON releases
BEGIN
    SELECT RAISE(ABORT, 'releases_append_only');
END;

CREATE TRIGGER releases_no_delete BEFORE DELETE ON releases
BEGIN
    SELECT RAISE(ABORT, 'releases_append_only');
END;

CREATE TRIGGER release_ends_no_update BEFORE UPDATE ON release_ends
BEGIN
    SELECT RAISE(ABORT, 'release_ends_append_only');
END;

CREATE TRIGGER release_ends_no_delete BEFORE DELETE ON release_ends
BEGIN
    SELECT RAISE(ABORT, 'release_ends_append_only');
END;

CREATE TRIGGER recalls_no_update BEFORE UPDATE ON recalls
BEGIN
    SELECT RAISE(ABORT, 'recalls_append_only');
END;

CREATE TRIGGER recalls_no_delete BEFORE DELETE ON recalls
BEGIN
    SELECT RAISE(ABORT, 'recalls_append_only');
END;

CREATE TRIGGER recall_acks_no_update BEFORE UPDATE ON recall_acks
BEGIN
    SELECT RAISE(ABORT, 'recall_acks_append_only');
END;

CREATE TRIGGER recall_acks_no_delete BEFORE DELETE ON recall_acks
BEGIN
    SELECT RAISE(ABORT, 'recall_acks_append_only');
END;

CREATE TRIGGER pulls_no_update BEFORE UPDATE ON pulls
BEGIN
    SELECT RAISE(ABORT, 'pulls_append_only');
END;

CREATE TRIGGER pulls_no_delete BEFORE DELETE ON pulls
BEGIN
    SELECT RAISE(ABORT, 'pulls_append_only');
END;

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit_append_only');
END;

CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit_append_only');
END;

CREATE TRIGGER changes_no_update BEFORE UPDATE ON changes
BEGIN
    SELECT RAISE(ABORT, 'changes_append_only');
END;

CREATE TRIGGER changes_no_delete BEFORE DELETE ON changes
BEGIN
    SELECT RAISE(ABORT, 'changes_append_only');
END;

CREATE TRIGGER partner_profiles_no_update BEFORE UPDATE ON partner_profiles
BEGIN
    SELECT RAISE(ABORT, 'partner_profiles_append_only');
END;

CREATE TRIGGER partner_profiles_no_delete BEFORE DELETE ON partner_profiles
BEGIN
    SELECT RAISE(ABORT, 'partner_profiles_append_only');
END;

CREATE TRIGGER partner_statements_no_update BEFORE UPDATE ON partner_statements
BEGIN
    SELECT RAISE(ABORT, 'partner_statements_append_only');
END;

CREATE TRIGGER partner_statements_no_delete BEFORE DELETE ON partner_statements
BEGIN
    SELECT RAISE(ABORT, 'partner_statements_append_only');
END;

CREATE TRIGGER statement_decisions_no_update BEFORE UPDATE ON statement_decisions
BEGIN
    SELECT RAISE(ABORT, 'statement_decisions_append_only');
END;

CREATE TRIGGER statement_decisions_no_delete BEFORE DELETE ON statement_decisions
BEGIN
    SELECT RAISE(ABORT, 'statement_decisions_append_only');
END;

CREATE TRIGGER template_editions_no_update BEFORE UPDATE ON template_editions
BEGIN
    SELECT RAISE(ABORT, 'template_editions_append_only');
END;

CREATE TRIGGER template_editions_no_delete BEFORE DELETE ON template_editions
BEGIN
    SELECT RAISE(ABORT, 'template_editions_append_only');
END;
