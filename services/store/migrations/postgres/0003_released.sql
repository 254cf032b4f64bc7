-- What partners may see: these views and, to write in, pulls, feedback, recall_acks and partner_idempotency.
-- A column that is added here is shown to partners: nothing of a draft, a review or a person's name may be.

-- Live releases with what was signed, and who stands behind it as ids.
CREATE VIEW released_assets AS
SELECT
    r.id             AS release_id,
    r.asset_id       AS asset_id,
    r.digest         AS digest,
    r.context_digest AS context_digest,
    v.content        AS content,
    v.context        AS context,
    r.brand_id       AS brand_id,
    r.asset_type     AS asset_type,
    r.channel        AS channel,
    r.market         AS market,
    r.locale         AS locale,
    r.campaign       AS campaign,
    r.product        AS product,
    r.audience       AS audience,
    r.released_at    AS released_at,
    v.origin         AS origin,
    v.model          AS model,
    v.author_id      AS author_id,
    d.reviewer_id    AS approver_id,
    d.decided_at     AS approved_at
FROM releases r
JOIN decisions d ON d.id = r.decision_id
JOIN revisions v ON v.id = r.revision_id
WHERE NOT EXISTS (SELECT 1 FROM release_ends e WHERE e.release_id = r.id)
  AND NOT EXISTS (SELECT 1 FROM recalls c WHERE c.release_id = r.id);

-- The change feed; all but `released` are tombstones.
CREATE VIEW released_history AS
SELECT
    h.seq        AS seq,
    h.kind       AS kind,
    h.release_id AS release_id,
    r.asset_id   AS asset_id,
    r.brand_id   AS brand_id,
    r.market     AS market,
    r.locale     AS locale,
    r.channel    AS channel,
    r.campaign   AS campaign,
    h.changed_at AS changed_at,
    CASE WHEN h.kind = 'recalled' THEN c.id END AS recall_id
FROM changes h
JOIN releases r ON r.id = h.release_id
LEFT JOIN recalls c ON c.release_id = h.release_id;

CREATE VIEW released_recalls AS
SELECT
    c.id          AS recall_id,
    c.release_id  AS release_id,
    r.asset_id    AS asset_id,
    r.brand_id    AS brand_id,
    r.market      AS market,
    r.locale      AS locale,
    c.reason      AS reason,
    c.recalled_at AS recalled_at
FROM recalls c
JOIN releases r ON r.id = c.release_id;

-- Who may ask, by the hash of a key: only keys that are not revoked, of partners that are active.
CREATE VIEW released_partner_keys AS
SELECT
    k.key_hash   AS key_hash,
    k.id         AS key_id,
    k.expires_at AS expires_at,
    p.id         AS partner_id,
    p.brand_id   AS brand_id,
    b.slug       AS brand_slug,
    p.slug       AS slug,
    p.kind       AS kind,
    p.tier       AS tier,
    p.markets    AS markets,
    p.locales    AS locales,
    -- The latest values, but of what the partner says of itself the latest wording that a second person approved.
    jsonb_set(f.profile::jsonb, '{description}', to_jsonb(CASE WHEN COALESCE(f.profile::json ->> 'description', '') = '' THEN '' ELSE COALESCE((
        SELECT s.text
        FROM partner_statements s
        JOIN statement_decisions d ON d.partner_id = s.partner_id AND d.digest = s.digest AND d.verdict = 'approve'
        JOIN partner_profiles l ON l.partner_id = s.partner_id AND COALESCE(l.profile::json ->> 'description', '') = s.text
        WHERE s.partner_id = p.id
        ORDER BY l.version DESC
        LIMIT 1
    ), '') END))::text AS profile,
    f.version    AS profile_version
FROM partner_keys k
JOIN partners p ON p.id = k.partner_id
JOIN brands b ON b.id = p.brand_id
JOIN partner_profiles f ON f.partner_id = p.id
    AND f.version = (SELECT MAX(l.version) FROM partner_profiles l WHERE l.partner_id = p.id)
WHERE p.active = 1 AND k.revoked_at IS NULL;

-- How a release is laid out: the files of the edition that its context names. Layouts hold nobody's content.
CREATE VIEW released_editions AS
SELECT t.tag AS tag, t.asset_type AS asset_type, t.files AS files
FROM template_editions t;

-- Logos, and no other bytes. An empty partner means: the brand's own.
CREATE VIEW released_blobs AS
SELECT o.digest AS digest, o.media_type AS media_type, o.bytes AS bytes, l.brand_id AS brand_id, '' AS partner_id
FROM brand_logos l
JOIN blobs o ON o.digest = l.digest
UNION ALL
SELECT o.digest, o.media_type, o.bytes, p.brand_id, l.partner_id
FROM partner_logos l
JOIN partners p ON p.id = l.partner_id
JOIN blobs o ON o.digest = l.digest;

-- The role that the partners' connections put on. Roles belong to the whole server, so another database of ours may
-- have made it already, or be making it right now.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'countersign_partner') THEN
        CREATE ROLE countersign_partner NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END;
$$;
DO $$
BEGIN
    -- From PostgreSQL 16 on, whoever made a role is a member of it without the right to put it on.
    IF NOT pg_has_role(CURRENT_USER, 'countersign_partner',
                       CASE WHEN current_setting('server_version_num')::INT >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
        GRANT countersign_partner TO CURRENT_USER;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO countersign_partner', current_schema());
END;
$$;
GRANT SELECT ON released_assets, released_history, released_recalls, released_partner_keys, released_blobs,
    released_editions
    TO countersign_partner;
GRANT SELECT, INSERT ON pulls, recall_acks TO countersign_partner;
GRANT INSERT ON feedback TO countersign_partner;
GRANT SELECT, INSERT, UPDATE, DELETE ON partner_idempotency TO countersign_partner;
