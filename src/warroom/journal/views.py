"""SQL views for people who read a journal without this program. Part of the published format; nothing here uses them.

They use SQLite's JSON functions only, and no body can make them fail: what is no JSON shows as NULL.
"""

# A body that was redacted is replaced by the one that its redaction kept.
_TIMELINE = """
CREATE VIEW timeline AS
WITH told AS (
    SELECT seq, at_us, mono_us, kind, actor, origin, subject,
        CASE WHEN json_valid(body) THEN body WHEN body IS NULL THEN (
            SELECT json_extract(later.body, '$.kept') FROM events AS later
            WHERE later.subject = 'event:' || events.seq AND later.kind = 'redacted' AND json_valid(later.body)
            ORDER BY later.seq DESC LIMIT 1
        ) END AS body,
        body IS NULL AS redacted
    FROM events
),
names AS MATERIALIZED (SELECT id, title FROM titles)
SELECT seq, strftime('%Y-%m-%dT%H:%M:%S', at_us / 1000000, 'unixepoch') || printf('.%06dZ', at_us % 1000000) AS at,
    at_us,
    (at_us - (SELECT json_extract(body, '$.t0_us') FROM told WHERE seq = 1)) / 1000000.0 AS t_s,
    actor, kind, subject,
    coalesce(
        json_extract(body, '$.title'),
        (SELECT title FROM names WHERE names.id = subject LIMIT 1),
        subject
    ) AS title,
    coalesce(
        nullif(json_extract(body, '$.reason'), ''),
        nullif(json_extract(body, '$.note'), ''),
        nullif(json_extract(body, '$.outcome.why'), ''),
        nullif(json_extract(body, '$.text'), ''),
        nullif(json_extract(body, '$.value'), '')
    ) AS text,
    body, redacted, origin, mono_us
FROM told
ORDER BY seq
""".strip()

_TITLES = """
CREATE VIEW titles AS
SELECT json_extract(node.value, '$.id') AS id, json_extract(node.value, '$.title') AS title,
    json_extract(node.value, '$.number') AS number, node.id AS place,
    json_extract(body, '$.checklist.phases[' || substr(node.fullkey, 20, instr(substr(node.fullkey, 20), ']') - 1)
        || '].title') AS phase
FROM definitions, json_tree(CASE WHEN json_valid(body) THEN body END) AS node
WHERE role = 'parsed' AND node.type = 'object'
    AND (json_extract(node.value, '$.number') IS NOT NULL OR node.path = '$.probes')
""".strip()

_ITEMS = """
CREATE VIEW items AS
WITH said AS (
    SELECT subject, max(seq) AS seq FROM events
    WHERE kind IN ('item_done', 'item_skipped', 'item_failed', 'item_reopened') GROUP BY subject
)
SELECT titles.number, titles.id, titles.title, titles.phase,
    CASE timeline.kind WHEN 'item_reopened' THEN 'open' ELSE coalesce(substr(timeline.kind, 6), 'open') END AS status,
    timeline.at, timeline.actor, timeline.text, json_extract(timeline.body, '$.value') AS value, timeline.seq
FROM titles
LEFT JOIN said ON said.subject = titles.id
LEFT JOIN timeline ON timeline.seq = said.seq
WHERE titles.number IS NOT NULL
ORDER BY titles.place
""".strip()

_DECISIONS = """
CREATE VIEW decisions AS
SELECT seq, at, t_s, actor, kind, subject, title, text, json_extract(body, '$.seen') AS seen
FROM timeline
WHERE kind GLOB 'item_*' OR kind GLOB 'rollback_*' OR kind IN ('rolled_back', 'restored', 'redacted')
ORDER BY seq
""".strip()

_PROBE_TRANSITIONS = """
CREATE VIEW probe_transitions AS
SELECT seq, at, t_s, subject AS probe, title, json_extract(body, '$.was') AS was, json_extract(body, '$.to') AS "to",
    json_extract(body, '$.value') AS value, json_extract(body, '$.unit') AS unit, json_extract(body, '$.text') AS text,
    (lead(at_us) OVER (PARTITION BY subject ORDER BY seq) - at_us) / 1000000.0 AS lasted_s
FROM timeline
WHERE kind = 'verdict_changed'
ORDER BY seq
""".strip()

VIEWS = {sql.split()[2]: sql for sql in (_TITLES, _TIMELINE, _ITEMS, _DECISIONS, _PROBE_TRANSITIONS)}
"""The statement that makes each view, by its name."""
