/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What to look at and what to do, one row per (cause, test). Facts and words only: tell/advise.c fills the placeholders
 * and chooses; it never invents a command that is not here.
 *
 * How rows of one cause work together: each row whose condition holds and whose placeholders can be filled is given, in
 * table order, but only the first of those that change the same setting. A row without command and without condition
 * is used when no other row was; when its why begins with "nothing to do" it becomes the sentence that says so. `look`
 * is taken from the first row that has one that can be filled.
 *
 * Conditions: as in splits, and WHEN_SETTING takes comparisons joined by " & ": "{backlog} >= net.core.somaxconn",
 * "{rcvbuf} < 2*net.core.rmem_max", "{qdisc} = pfifo_fast", "{dev}" (is known), "!{dev}" (is not), "!a = b" (is not so,
 * or not known). WHEN_RULE also takes "nft", "iptables" and "policy".
 *
 * Commands: ip, tc, ss, ethtool and the like, and sysctl for settings that every namespace has, get `ip netns exec` or
 * `nsenter` put in front by advise.c; placeholders are quoted there too, also inside '...'. {in_peer} is that prefix
 * for the other end of a veth pair. No double quotes around placeholders. Device sysctls are written with '/', because
 * device names may contain dots.
 */
#include "table/table.h"

#define BUFFER_RISK \
	"It rides out bursts only: a program that is slower than its traffic all the time fills any buffer, and the " \
	"data it then reads is older. The memory is used per socket while it is full."
#define SYSCTL_D(key) "echo '" key " = {new}' > /etc/sysctl.d/90-whydrop-" key ".conf"
#define UDEV(file, what) \
	"echo 'ACTION==\"add|move\", SUBSYSTEM==\"net\", ENV{INTERFACE}==\"{dev}\", " what "' >> /etc/udev/rules.d/90-whydrop-" \
	file ".rules"
#define MTU_LAST \
	"in the file that sets up {dev}: MTUBytes= (systemd-networkd), mtu (ifupdown, netplan), or " \
	"nmcli connection modify CONNECTION 802-3-ethernet.mtu"

const struct advice advice_rows[] = {
#include "table/advice_link.inc"
#include "table/advice_ip.inc"
#include "table/advice_socket.inc"
};
const size_t advice_count = ARRAY_SIZE(advice_rows);
