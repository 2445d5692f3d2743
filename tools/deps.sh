#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Sees to it that what a purpose needs is there, and installs what is not, saying first what and why.
# usage: deps.sh PURPOSE...     purposes: run test lint san cover docs all
# Each need is looked for by itself (a command, a pkg-config module, a file), so nothing is asked of apt or dnf when all
# is there, however it came there.
set -euo pipefail

# purpose | what it is for | how to see that it is there | Debian | Fedora
needs()
{
	cat <<-'END'
	run   | C compiler                      | cc                  | gcc                | gcc
	run   | C library headers               | header stdio.h      | libc6-dev          | glibc-devel
	run   | kernel headers                  | header linux/inet_diag.h | linux-libc-dev | kernel-headers
	run   | build system                    | cmd meson           | meson              | meson
	run   | build system                    | cmd ninja           | ninja-build        | ninja-build
	run   | finds libraries                 | cmd pkg-config      | pkg-config         | pkgconf-pkg-config
	test  | unit tests                      | pc cmocka           | libcmocka-dev      | libcmocka-devel
	test  | tests lose packets with it      | cmd python3         | python3            | python3
	test  | namespaces for tests            | cmd ip              | iproute2           | iproute
	test  | firewall rules for tests        | cmd nft             | nftables           | nftables
	test  | firewall rules for tests        | cmd iptables        | iptables           | iptables
	test  | device statistics for tests     | cmd ethtool         | ethtool            | ethtool
	test  | sends packets for tests         | cmd ping            | iputils-ping       | iputils
	test  | namespaces for tests            | cmd unshare         | util-linux         | util-linux
	test  | settings for tests              | cmd sysctl          | procps             | procps-ng
	lint  | static analysis                 | cmd clang-tidy      | clang-tidy         | clang-tools-extra
	lint  | static analysis                 | cmd cppcheck        | cppcheck           | cppcheck
	lint  | formatting                      | cmd clang-format    | clang-format       | clang-tools-extra
	lint  | checks shell scripts            | cmd shellcheck      | shellcheck         | ShellCheck
	lint  | -fanalyzer                      | cmd gcc             | gcc                | gcc
	san   | C compiler                      | cmd gcc             | gcc                | gcc
	san   | second compiler                 | cmd clang           | clang              | clang
	san   | names in sanitizer reports      | cmd llvm-symbolizer | llvm               | llvm
	san   | sanitizers and fuzzer of clang  | clang-rt            | clang-rt           | compiler-rt
	san   | sanitizers of gcc               | gcc-asan            | -                  | libasan
	san   | sanitizers of gcc               | gcc-ubsan           | -                  | libubsan
	cover | coverage summary                | cmd gcovr           | gcovr              | gcovr
	docs  | manual pages                    | cmd scdoc           | scdoc              | scdoc
	END
}

there()
{
	case "$1" in
	cmd) command -v "$2" >/dev/null 2>&1 || [ -x "/usr/sbin/$2" ] || [ -x "/sbin/$2" ] ;;
	pc) pkg-config --exists "$2" 2>/dev/null ;;
	header) [ -e "/usr/include/$2" ] ||
		echo "#include <$2>" | ${CC:-cc} -E -x c - >/dev/null 2>&1 ;;
	cc) if [ -n "${CC-}" ]; then
		command -v ${CC} >/dev/null
	else
		command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null
	fi ;;
	clang-rt) [ -e "$(clang -print-runtime-dir 2>/dev/null)/libclang_rt.fuzzer-$(uname -m).a" ] ||
		[ -e "$(clang -print-runtime-dir 2>/dev/null)/libclang_rt.fuzzer.a" ] ;;
	gcc-*) gcc -print-file-name="lib${1#gcc-}.so" 2>/dev/null | grep -q / ;;
	esac
}

# The run-time library of the clang that "clang" stands for has its version in its name.
clang_rt()
{
	local v
	v=$(LC_ALL=C apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
	echo "libclang-rt-${v:-14}-dev"
}

want=" ${*:-run} "
[ "$want" != " all " ] || want=" run test lint san cover docs "

if command -v apt-get >/dev/null 2>&1; then
	manager=apt
elif command -v dnf >/dev/null 2>&1; then
	manager=dnf
else
	manager=none
fi

packages=() reasons=()
while IFS='|' read -r purpose why probe deb rpm; do
	read -r purpose <<<"$purpose"
	[[ $want == *" $purpose "* ]] || continue
	read -ra probe <<<"$probe"
	! there "${probe[@]}" || continue
	read -r why <<<"$why"
	read -r deb <<<"$deb"
	read -r rpm <<<"$rpm"
	package=$deb
	[ "$manager" != dnf ] || package=$rpm
	[ "$package" != - ] || continue
	[[ ${probe[0]} != cc || ${CC-} != *clang* ]] || package=clang
	[[ " ${packages[*]-} " != *" $package "* ]] || continue
	packages+=("$package")
	reasons+=("$(printf '  %-18s %s' "$package" "$why")")
done < <(needs)

[ ${#packages[@]} -gt 0 ] || exit 0

{
	echo "whydrop needs for \"make\" (${want# }) what is not on this machine:" | sed 's/ )/)/'
	printf '%s\n' "${reasons[@]}"
} >&2

if [ $manager = none ]; then
	echo "no apt-get and no dnf here: install them by hand" >&2
	exit 1
fi

# The command that installs all of it.
install()
{
	local list=" ${packages[*]} "
	if [ $manager = apt ]; then
		echo "apt-get install -y --no-install-recommends${list/ clang-rt / $(clang_rt) }"
	else
		echo "dnf install -y$list"
	fi
}

by_hand()
{
	echo "$1. As root, run this, then make again:" >&2
	[ $manager != apt ] || echo "  apt-get update" >&2
	echo "  $(install)" >&2
	exit 1
}

sudo=()
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null 2>&1 || by_hand "They cannot be installed: not root, and no sudo here"
	sudo=(sudo)
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "installing them with ${sudo[*]:+sudo }$manager, which can take a minute" >&2
[ ${#sudo[@]} = 0 ] || sudo true || by_hand "They cannot be installed: sudo refused"
if [ $manager = apt ]; then
	"${sudo[@]}" apt-get -q update >"$log" 2>&1 || { cat "$log" >&2; echo "apt-get update failed, going on" >&2; }
fi
# shellcheck disable=SC2046
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive $(install) >"$log" 2>&1 </dev/null || {
	cat "$log" >&2
	by_hand "They could not be installed, see above"
}
