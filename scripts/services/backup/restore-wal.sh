#!/bin/sh
# PostgreSQL runs this for each WAL segment that it replays:  restore-wal.sh <copy>.gz <segment>
# 1 says that there is no such segment, which is how the end of the archive is found. Codes above 125 end the
# recovery: a damaged copy must not look like the end.
[ -e "$1" ] || exit 1
gzip -dc "$1" >"$2" || exit 200
