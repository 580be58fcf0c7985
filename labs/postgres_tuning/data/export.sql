-- What the old system of Gannet Post hands over: a line with the names of the columns,
-- then a million parcels, as text with commas (CSV). Every run prints the same lines.
-- No chance is involved: each value is worked out from the parcel's number.
\set QUIET on
COPY (
    SELECT
        id,
        -- seven digits, in no order; four parcels were scanned twice
        'GP-' || to_char((id - (id IN (200117, 431009, 655302, 918444))::int)
            * 7368787 % 10000000, 'FM0000000') AS code,
        -- 40,000 customers, and now and then one that nobody knows
        CASE WHEN id % 26881 = 5 THEN 40000 + id % 97
            ELSE 1 + a % 40000 END AS customer_id,
        1 + b % 25 AS depot_id,
        -- only the last weeks of the year are still under way
        CASE WHEN c < 150 THEN 'lost'
            WHEN id > 900000 AND c < 400000 THEN 'waiting'
            WHEN id > 960000 THEN 'on the way'
            ELSE 'delivered' END AS status,
        -- and now and then a scale that was not switched on, or not set to zero
        CASE WHEN id % 53762 = 5 OR id % 61543 = 9 THEN -20 * (id % 2)
            ELSE 50 + (a * 7 + b) % 19950 END AS weight_g,
        timestamp '2025-01-01' + id * 21 / 40 * interval '1 minute' AS sent_at
    FROM (
        SELECT id,
            (id * id % 1000003 * 31 + id * 77) % 1000003 AS a,
            (id * id % 999983 * 57 + id * 12345) % 999983 AS b,
            (id * id % 999979 * 91 + id * 54321) % 999979 AS c
        FROM generate_series(1, 1000000::bigint) AS id
        OFFSET 0
    ) AS mixed
) TO STDOUT WITH (FORMAT csv, HEADER);
