#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Is every fact of the atlas (../shared/atlas: what we know about counters, causes and drop reasons) in our tables?
# A counter has a row of that name, or a line in tools/atlas_map.tsv that says which rows, or one in
# docs/not-booked.tsv that says why not. Prints what is missing and ends 1; ends 77 when there is no atlas.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
atlas=${1:-$top/../shared/atlas}
if [ ! -r "$atlas/counters.tsv" ]; then
	echo "skipped: no atlas at $atlas"
	exit 77
fi
cd "$top"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

sed -n 's/.*{ \.key = "\([^"]*\)".*/\1/p' src/table/counter.c src/table/counter_*.inc >"$tmp/keys"
sed -n 's/^CAUSE([A-Z0-9_]*, "\([^"]*\)", \([A-Z]*\), \([A-Z]*\), "\([^"]*\)",.*/\1\t\2\t\3\t\4/p' \
	src/table/cause.def >"$tmp/causes"
sed -n 's/^	{ "\([A-Za-z0-9_*]*\)", .*/\1/p' src/table/reason.c | sort -u >"$tmp/reasons"

# The key of a row from the way the atlas writes a counter; the same rules as in the sources.
awk -F '\t' -v OFS='\t' '
	FILENAME == ARGV[1] { key[$1] = 1; next }
	FILENAME == ARGV[2] {
		if (FNR > 1) {
			map[$1] = $2
			n = split($2, k, " ")
			for (i = 1; i <= n; i++)
				if (!(k[i] in key)) { print "atlas_map.tsv: " k[i] " is no row"; bad = 1 }
		}
		next
	}
	FILENAME == ARGV[3] { if (FNR > 1) { not[$1] = $2; if ($2 == "") { print "no reason: " $1; bad = 1 } } next }
	FNR == 1 { next }
	{
		atlas[$1] = 1
		name = $1
		sub(/ \(older kernels\)$/, "", name)
		sub(/^\/proc\/net\/(snmp6|xfrm_stat):/, "", name)
		if (sub(/^\/proc\/net\/(snmp|netstat):/, "", name) || sub(/^\/proc\/net\/stat\//, "", name))
			sub(/:/, ".", name)
		sub(/^rtnl stats64:/, "dev.", name)
		sub(/^nf_conntrack\.chainlength$/, "nf_conntrack.chaintoolong", name)
		if (name in key || $1 in map || $1 in not) next
		print "counter without a row or a reason: " $1
		bad = 1
	}
	END {
		for (s in not) if (!(s in atlas)) { print "not-booked.tsv: not in the atlas: " s; bad = 1 }
		for (s in map) if (!(s in atlas)) { print "atlas_map.tsv: not in the atlas: " s; bad = 1 }
		exit bad
	}' "$tmp/keys" tools/atlas_map.tsv docs/not-booked.tsv "$atlas/counters.tsv" >"$tmp/out" || echo >>"$tmp/bad"

awk -F '\t' '
	FILENAME == ARGV[1] { layer[$1] = tolower($2); verdict[$1] = tolower($3); title[$1] = $4; next }
	FNR == 1 { next }
	!($1 in layer) { print "cause missing: " $1; bad = 1; next }
	layer[$1] != $2 || verdict[$1] != $3 || title[$1] != $4 { print "cause differs: " $1; bad = 1 }
	{ seen[$1] = 1 }
	END {
		for (c in layer) if (!(c in seen)) { print "cause not in the atlas: " c; bad = 1 }
		exit bad
	}' "$tmp/causes" "$atlas/causes.tsv" >>"$tmp/out" || echo >>"$tmp/bad"

# Two lines of the atlas stand for whole families of mac80211 reasons.
awk -F '\t' '
	FILENAME == ARGV[1] { have[$1] = 1; next }
	FNR == 1 { next }
	{ name = $1 }
	name ~ /^MAC80211: RX_DROP_\*/ { name = "RX_DROP_*" }
	name ~ /^MAC80211_MONITOR / { name = "RX_DROP_M_*" }
	!(name in have) { print "reason missing: " $1; bad = 1 }
	END { exit bad }' "$tmp/reasons" "$atlas/reasons.tsv" >>"$tmp/out" || echo >>"$tmp/bad"

cat "$tmp/out"
[ ! -e "$tmp/bad" ] || exit 1
echo "atlas: $(wc -l <"$tmp/keys") counter rows, $(wc -l <"$tmp/causes") causes, $(wc -l <"$tmp/reasons") reasons: nothing missing"
