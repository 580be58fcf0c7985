-- The three tables of Gannet Post. Running this again begins from an empty table.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET lock_timeout = '10s';
DROP TABLE IF EXISTS parcels, set_aside, shift_log, customers, depots CASCADE;

CREATE TABLE depots (
    id    integer PRIMARY KEY,
    town  text NOT NULL
);

CREATE TABLE customers (
    id    integer PRIMARY KEY,
    name  text NOT NULL,
    town  text NOT NULL
);

-- The server keeps its statistics up to date by itself; for this one table that is
-- switched off, so that in step 4 you can see what happens without them.
CREATE TABLE parcels (
    id           integer PRIMARY KEY,
    code         text NOT NULL,
    customer_id  integer NOT NULL,
    depot_id     integer NOT NULL,
    status       text NOT NULL,
    weight_g     integer NOT NULL,
    sent_at      timestamp NOT NULL
) WITH (autovacuum_enabled = off);

INSERT INTO depots
SELECT row_number() OVER (), town
FROM unnest(string_to_array('Aldermouth,Brackness,Coldharbour,Dunwater,Eastrigg,'
    'Fennholm,Gannet Town,Harrowby,Inverlea,Jarrow Sands,Kelpstone,Larkwick,'
    'Marram,Northpool,Oysterby,Pellsea,Quillquay,Ravenshore,Saltcombe,Ternholm,'
    'Underhaven,Vennick,Westrigg,Yarrowmouth,Zennor Cross', ',')) AS town;

INSERT INTO customers
SELECT i,
    (string_to_array('Ada,Bram,Carla,Dilip,Elif,Finn,Greta,Hugo,Ines,Jonas,Kaya,'
        'Liam,Mira,Noor,Otis,Pia,Quinn,Rosa,Sami,Tilda,Umar,Vera,Wim,Yara,Zeno',
        ','))[1 + i * 7 % 25]
    || ' ' ||
    (string_to_array('Ashdown,Birk,Crane,Dale,Ember,Frost,Garland,Hale,Irons,Juniper,'
        'Kettle,Lowe,Marsh,Nettle,Orchard,Pike,Quarry,Reed,Stone,Thorne,Umber,Vale,'
        'Wren,Yew', ','))[1 + i * 11 / 25 % 24],
    depots.town
FROM generate_series(1, 40000) AS i JOIN depots ON depots.id = 1 + i * 13 % 25;
ANALYZE depots, customers;
