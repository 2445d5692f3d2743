# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# What the lab tests share: namespaces of their own, a look running beside them, and a check of what it says. A test
# sources this, makes its losses between watch and verdict, and says what must be booked. All names begin with $N, so
# that tests can run at the same time, and everything is removed at the end, also after a failure.
set -Eeuo pipefail
trap 'echo "line $LINENO: $BASH_COMMAND: exit status $?" >&2' ERR

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export WHYDROP=${WHYDROP:-$here/../../build/whydrop}
N=whydrop-$$
tmp=$(mktemp -d "/tmp/$N-XXXXXX")
pids=()      # what we started and must end
spaces=()    # namespaces we made
look=

clean_up()
{
	local rc=$? p n
	set +e
	trap - EXIT INT TERM ERR
	for p in "${pids[@]:-}"; do
		[ -z "$p" ] || kill "$p" 2>/dev/null
	done
	[ -z "$look" ] || kill "$look" 2>/dev/null
	for n in "${spaces[@]:-}"; do
		[ -z "$n" ] || ip netns del "$n" 2>/dev/null
	done
	command -v at_end >/dev/null && at_end
	wait 2>/dev/null
	umount "$tmp"/mnt 2>/dev/null
	rm -rf "$tmp"
	exit $rc
}
trap clean_up EXIT
trap 'exit 130' INT TERM

skip()
{
	echo "$*"
	exit 249
}

fail()
{
	echo "$*" >&2
	exit 1
}

need_root()
{
	[ "$(id -u)" = 0 ] || skip "needs root to make network namespaces"
	ip netns add "$N-try" 2>/dev/null || skip "may not make network namespaces here"
	ip netns del "$N-try"
}

# ns NAME: makes a namespace of ours, whose full name is $N-NAME
ns()
{
	ip netns add "$N-$1"
	spaces+=("$N-$1")
	ip -n "$N-$1" link set lo up
	in_ns "$1" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0 2>/dev/null || true
}

in_ns()
{
	local n=$1
	shift
	ip netns exec "$N-$n" "$@"
}

# reach NS ADDR: waits until it answers
reach()
{
	local i
	for i in $(seq 20); do
		in_ns "$1" ping -q -c1 -W1 "$2" >/dev/null 2>&1 && return
		sleep 0.1
	done
	fail "$2 does not answer"
}

# pair A B: namespaces A and B joined by a veth, 10.78.0.1 and 10.78.0.2, fd78::1 and fd78::2
pair()
{
	ns "$1"
	ns "$2"
	ip -n "$N-$1" link add "$1"0 type veth peer name "$2"0 netns "$N-$2"
	ip -n "$N-$1" addr add 10.78.0.1/24 dev "$1"0
	ip -n "$N-$2" addr add 10.78.0.2/24 dev "$2"0
	ip -n "$N-$1" addr add fd78::1/64 dev "$1"0 nodad
	ip -n "$N-$2" addr add fd78::2/64 dev "$2"0 nodad
	ip -n "$N-$1" link set "$1"0 up
	ip -n "$N-$2" link set "$2"0 up
	# both families resolved, so that the test is not about neighbours
	reach "$1" 10.78.0.2
	reach "$1" fd78::2
}

# start NS COMMAND...: runs in the background inside, and waits for its first line
start()
{
	local n=$1 fifo=$tmp/fifo.$RANDOM line
	shift
	mkfifo "$fifo"
	if [ "$n" = - ]; then
		"$@" >"$fifo" 2>>"$tmp/noise" &
	else
		ip netns exec "$N-$n" "$@" >"$fifo" 2>>"$tmp/noise" &
	fi
	started=$!
	pids+=("$started")
	read -r -t 10 line <"$fifo" || fail "$* did not start: $(cat "$tmp/noise")"
	said=$line
	rm -f "$fifo"
}

traffic()
{
	local n=$1
	shift
	ip netns exec "$N-$n" python3 "$here/traffic.py" "$@"
}

# watching FILE: waits until a look says that it watches
watching()
{
	local i
	for i in $(seq 150); do
		grep -q '^watching' "$1" 2>/dev/null && return
		sleep 0.1
	done
	fail "the look did not begin: $(cat "$1")"
}

# watch [OPTIONS]: starts a look and returns once it has its baseline
watch()
{
	rm -f "$tmp/look.err"  # what the look before said is not an answer
	"$WHYDROP" look --for 120s --json "$@" >"$tmp/look.json" 2>"$tmp/look.err" &
	look=$!
	watching "$tmp/look.err"
}

# verdict [SECONDS]: lets it settle, ends the look by Ctrl-C, and keeps its exit status in $status
verdict()
{
	sleep "${1:-1.2}"
	kill -INT "$look"
	status=0
	wait "$look" || status=$?
	look=
	[ "$status" = 0 ] || [ "$status" = 1 ] || fail "exit status $status: $(cat "$tmp/look.err")"
}

# booked EXPECTATION...: exactly this is booked in our namespaces: "CAUSE PACKETS NS [device=] [pid=] [comm=]"; benign
# entries need not be named. -s: others may be booked, too. In another file than the last look's: booked -f FILE ...
booked()
{
	local file=$tmp/look.json some=()
	if [ "${1-}" = -s ]; then
		some=(-s)
		shift
	fi
	if [ "${1-}" = -f ]; then
		file=$2
		shift 2
	fi
	python3 "$here/check.py" "${some[@]}" "$file" "$N" "$@" || fail "that is not what was lost"
}

# counter NS FILE NAME: one number of the kernel, "counter b snmp Udp.RcvbufErrors"
counter()
{
	ip netns exec "$N-$1" python3 "$here/traffic.py" counter "$2" "$3"
}
