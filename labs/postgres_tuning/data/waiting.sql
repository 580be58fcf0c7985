-- The screen of a counter: the twenty parcels that wait longest at depot 7.
SELECT id, code, sent_at
FROM parcels
WHERE depot_id = 7 AND status = 'waiting'
ORDER BY sent_at
LIMIT 20;
