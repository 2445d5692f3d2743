#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Words that may not stand in the code, each with its reason. A line that must may say "banned-ok: why" in a comment.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
bad=0

# ban WHY PATTERN FILES...: prints every match outside comments.
ban()
{
	local why=$1 pattern=$2
	shift 2
	[ $# -gt 0 ] || return 0
	pattern=$pattern why=$why awk '
		BEGIN { pattern = ENVIRON["pattern"]; why = ENVIRON["why"] }
		FNR == 1 { inside = 0 }
		/banned-ok: / { next }
		{
			line = $0
			if (inside && !sub(/^.*\*\//, "", line))
				next
			inside = 0
			gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", line)
			if (sub(/\/\*.*$/, "", line))
				inside = 1
			sub(/[ \t]\/\/.*$/, "", line)
			if (line ~ pattern) {
				printf "%s:%d: %s: %s\n", FILENAME, FNR, why, $0
				bad = 1
			}
		}
		END { exit bad }' "$@" >&2 || bad=1
}

call()
{
	echo "(^|[^A-Za-z0-9_>.])($1)[ \t]*[(]"
}

src=(src/*/*.[ch])
not_app=() not_json=()
for f in "${src[@]}"; do
	[[ $f == src/app/* ]] || not_app+=("$f")
	[[ $f == src/out/write_json* || $f == src/base/json.* ]] || not_json+=("$f")
done

ban "unbounded, use fmt" "$(call 'strcpy|strcat|stpcpy|strncpy|strncat|sprintf|vsprintf|gets')" "${src[@]}"
ban "parse in place with slice" "$(call 'strtok|strtok_r|sscanf|vsscanf|fscanf|atoi|atol|atoll|atof')" "${src[@]}"
ban "stack of unknown size" "$(call 'alloca|strdupa|strndupa')" "${src[@]}"
ban "no shell" "$(call 'system|popen|wordexp')" "${src[@]}"
ban "not for several threads" "$(call 'localtime|gmtime|ctime|asctime|strerror_l|inet_ntoa|readdir_r')" "${src[@]}"
ban "only app may exit" "$(call 'exit|_exit|_Exit|abort|quick_exit')" "${not_app[@]}"
ban "JSON is written by out/write_json.c" 'json_[a-z0-9]+[ \t]*[(]|"base/json\.h"|\\"[a-z_]*\\":|"[{]\\"' "${not_json[@]}"
ban "no typedef of a struct" '^[ \t]*typedef[ \t]+(struct|union|enum)' "${src[@]}"
ban "no commented-out or switched-off code" '^[ \t]*#[ \t]*if[ \t]+0' "${src[@]}"

# these words stand in comments, so comments are looked at; an issue is #12 or a name of a file in issues
if grep -nE '\b(TODO|FIXME|XXX)\b' src/*/*.[ch] src/*/*.def tests/*/*.[ch] tests/*/*.sh 2>/dev/null |
	grep -vE '(TODO|FIXME|XXX)[ (:]*#[0-9]+' >&2; then
	echo "  (above: left open without the number of an issue)" >&2
	bad=1
fi
if grep -L 'SPDX-License-Identifier: BSD-2-Clause' src/*/*.[ch] tests/*/*.[ch] tools/*.sh 2>/dev/null | grep . >&2; then
	echo "  (above: no SPDX line)" >&2
	bad=1
fi
exit $bad
