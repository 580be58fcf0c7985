#!/bin/bash
# Three counters of Gannet Post go to work, each in a database session of its own, which
# goes on in the background. Running this again sends the earlier three home first.
export PGOPTIONS="-c client_min_messages=error -c lock_timeout=10s"
psql=(psql -X -q -A -t -v ON_ERROR_STOP=1)
counter() {  # NAME COMMAND…: one session that works through its commands
    local name=$1 words=()
    shift
    for command in "$@"; do words+=(-c "$command"); done
    PGOPTIONS="" PGAPPNAME=$name setsid "${psql[@]}" "${words[@]}" </dev/null >/dev/null 2>&1 &
}
until_true() {  # QUERY: wait until it answers t, at most ten seconds
    for _ in $(seq 100); do
        [ "$("${psql[@]}" -c "$1")" = t ] && return
        sleep 0.1
    done
    give_up
}
give_up() {
    echo "The counters did not get to work. Are the parcels loaded (step 1)?"
    exit 1
}
update() { echo "UPDATE parcels SET status = 'delivered' WHERE id = $1"; }
now="SELECT count(*) = %s FROM pg_stat_activity WHERE application_name LIKE 'counter-_'"

[ "$("${psql[@]}" -c "SELECT to_regclass('parcels') IS NOT NULL")" = t ] || give_up
"${psql[@]}" -c "SELECT FROM pg_stat_activity, pg_terminate_backend(pid)
    WHERE application_name LIKE 'counter-_'" || exit
until_true "$(printf "$now" 0)"
"${psql[@]}" -c "DROP TABLE IF EXISTS shift_log" || exit

# counter-2 finds parcel 700001, and goes for lunch before the COMMIT
counter counter-2 "BEGIN" "$(update 700001)" "\! sleep 3600"
until_true "$(printf "$now" 1) AND state = 'idle in transaction'"
"${psql[@]}" -c "CREATE TABLE shift_log (counter text, entry text)" || exit
counter counter-5 "BEGIN" "INSERT INTO shift_log VALUES ('counter-5', 'two parcels')" \
    "$(update 700002)" "$(update 700001)" "COMMIT"
until_true "$(printf "$now" 1) AND wait_event_type = 'Lock'"
counter counter-7 "BEGIN" "INSERT INTO shift_log VALUES ('counter-7', 'two parcels')" \
    "$(update 700003)" "$(update 700002)" "COMMIT"
until_true "$(printf "$now" 2) AND wait_event_type = 'Lock'"
echo "Counters 2, 5 and 7 are at work, and two of them do not get on."
