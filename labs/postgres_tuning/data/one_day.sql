-- The office asks every evening: how many parcels were sent today, and how heavy were
-- they together?
SELECT count(*), sum(weight_g)
FROM parcels
WHERE sent_at::date = '2025-06-14';
