#!/bin/sh
# PostgreSQL runs this for each finished WAL segment:  archive-wal.sh <segment> <copy>.gz
# It succeeds only when the whole copy is on the disk: PostgreSQL may then overwrite its own segment.
set -eu
segment=$1
copy=$2

if [ -e "$copy" ]; then
  # PostgreSQL asks again when it did not see the success. Other bytes are of another database.
  if gzip -dc "$copy" | cmp -s - "$segment"; then exit 0; fi
  echo "archive-wal.sh: $copy exists with other bytes. It was kept, and $segment was not archived." >&2
  exit 1
fi

umask 077
unfinished="$copy.$$.unfinished"
trap 'rm -f "$unfinished"' EXIT
# A segment that was ended by the clock is mostly zeros: 16 MB become some 20 KB.
gzip -1 -c "$segment" >"$unfinished"
sync "$unfinished"
mv "$unfinished" "$copy"
sync "$(dirname "$copy")"
