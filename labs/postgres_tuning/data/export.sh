#!/bin/bash
# The old system of Gannet Post hands over all its parcels: it writes parcels.csv into
# the lab's folder, a line with the names of the columns and then a line for each parcel.
cd "$(dirname "$0")/.." || exit
if psql -X -v ON_ERROR_STOP=1 -f data/export.sql > parcels.part; then
    mv parcels.part parcels.csv
    echo "parcels.csv has $(wc -l < parcels.csv) lines."
else
    rm -f parcels.part
    exit 1
fi
