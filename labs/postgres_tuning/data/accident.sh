#!/bin/bash
# The accident: somebody drops the table of parcels. First this looks whether there is
# a backup to bring it back from, and afterwards it writes incident.txt.
cd "$(dirname "$0")/.." || exit
if ! pg_restore --list backup.dump 2>/dev/null | grep -q "TABLE DATA public parcels "; then
    echo "There is no backup.dump with the rows of parcels in it yet. Make it first."
    exit 1
fi
export PGOPTIONS="-c lock_timeout=5s"
if ! psql -X -q -v ON_ERROR_STOP=1 -c "DROP TABLE parcels"; then
    echo "The table parcels is still there, or had been lost before."
    exit 1
fi
echo "The table parcels was dropped at $(date +%H:%M)." | tee incident.txt
