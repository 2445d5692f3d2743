#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Looking changes nothing on the host: modules, legacy and nft tables, namespaces, links, sysctls of net, sockets, before
# and after a look of everything, a list of sockets and a snapshot, as root.
. "$(dirname "$0")/lib.sh"
need_root
pair a b
start b python3 "$here/traffic.py" udp-hold 10.78.0.2 5000 4096

# What other work on this machine may change meanwhile is left out: only our own namespaces and what is machine-wide.
state()
{
	[ ! -e /proc/modules ] || cut -d ' ' -f 1 /proc/modules | sort
	for f in ip_tables_names ip6_tables_names arp_tables_names; do
		for n in a b; do
			echo "$f in $n: $(in_ns $n cat "/proc/net/$f" 2>&1 | tr '\n' ' ')"
		done
		echo "$f: $(cat "/proc/net/$f" 2>&1 | tr '\n' ' ')"
	done
	for n in a b; do
		in_ns $n nft list ruleset 2>&1
		in_ns $n ip -d link | sed 's/ state [A-Z]*//'
		in_ns $n ip route
		in_ns $n tc qdisc show
		in_ns $n sysctl -a --pattern '^net\.' 2>/dev/null | grep -v -e 'nf_conntrack_count' -e 'stable_secret'
		in_ns $n ss -Hanup 2>/dev/null
		in_ns $n cat /proc/net/protocols | awk '{ print $1, $3 }' | grep -v -e NETLINK -e UNIX -e '^protocol'
	done
	find "/run/netns" -maxdepth 1 -name "$N-*" | sort
	sysctl -a --pattern '^net\.(core|netfilter|ipv4\.tcp_)' 2>/dev/null |
		grep -v -e nf_conntrack_count -e tcp_fastopen_key
}

state >"$tmp/before"
"$WHYDROP" look --for 1s --json >"$tmp/out" 2>/dev/null || [ $? = 1 ]
"$WHYDROP" sockets >/dev/null
"$WHYDROP" snapshot "$tmp/snapshot.tar"
"$WHYDROP" log -n 1 -i 200ms >/dev/null || [ $? = 1 ]
state >"$tmp/after"
diff "$tmp/before" "$tmp/after" >&2 || fail "looking changed something"
# where the modules are there already, tables may exist without our doing
! grep -qs iptable_filter /proc/modules || exit 0
! grep -q filter <(grep names "$tmp/after" | grep -e "in a" -e "in b") || fail "a legacy table came into being"
