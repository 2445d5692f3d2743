/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of places for people. Not for escaping: process, device and rule names are hostile and leave here as they are. */
#include "tell/name.h"

#include <arpa/inet.h>
#include <sys/socket.h>

static const struct place *place_at(const struct sample *s, uint32_t place)
{
	return place < s->places ? &s->place[place] : NULL;
}

void name_netns(struct fmt *f, const struct sample *s, uint32_t place)
{
	const struct place *p = place_at(s, place);
	const struct ns_fact *n = p && p->kind == PLACE_NETNS ? p->ns : NULL;

	if (!n)
		fmt_add(f, "unknown");
	else if (n->name[0])
		fmt_add(f, "%s", n->name);
	else if (n->container[0])
		fmt_add(f, "%.12s", n->container);
	else if (n->own)
		fmt_add(f, "own");
	else
		fmt_add(f, "netns:[%llu]", (unsigned long long)n->inode);
}

static void add_address(struct fmt *f, const struct sock_fact *k)
{
	char text[INET6_ADDRSTRLEN] = "?";

	if (k->family != AF_INET && k->family != AF_INET6)
		return;
	inet_ntop(k->family, k->addr, text, sizeof(text));
	fmt_add(f, k->family == AF_INET6 ? " [%s]" : " %s", text);
}

void name_socket(struct fmt *f, const struct sock_fact *k)
{
	static const char *const kind[SOCK_KINDS] = {
		[SOCK_KIND_UDP] = "udp",   [SOCK_KIND_TCP_LISTEN] = "tcp listen", [SOCK_KIND_TCP] = "tcp",
		[SOCK_KIND_RAW] = "raw",   [SOCK_KIND_PACKET] = "packet",	  [SOCK_KIND_NETLINK] = "netlink",
		[SOCK_KIND_UNIX] = "unix",
	};

	fmt_add(f, "%s", k->kind < SOCK_KINDS ? kind[k->kind] : "socket");
	switch (k->kind) {
	case SOCK_KIND_UDP:
	case SOCK_KIND_TCP_LISTEN:
	case SOCK_KIND_TCP:
		add_address(f, k);
		fmt_add(f, ":%u", k->port);
		break;
	case SOCK_KIND_RAW:
		add_address(f, k);
		fmt_add(f, " protocol %u", k->protocol);
		break;
	case SOCK_KIND_PACKET:
		fmt_add(f, " ethertype 0x%04x", k->port);
		break;
	case SOCK_KIND_NETLINK:
		fmt_add(f, " protocol %u", k->protocol);
		break;
	case SOCK_KIND_UNIX:
	case SOCK_KINDS:
		break;
	}
}

void name_owner(struct fmt *f, const struct owner *o)
{
	if (o->pid <= 0)
		return;
	fmt_add(f, "%s (pid %d)", o->comm[0] ? o->comm : "?", (int)o->pid);
	if (o->unit[0])
		fmt_add(f, ", unit %s", o->unit);
}

void name_rule(struct fmt *f, const struct rule_fact *r)
{
	bool nft = r->tool[0] == 'n';

	fmt_add(f, "%s %s %s", nft ? r->family : r->tool, r->table, r->chain);
	if (r->verdict == RULE_POLICY)
		fmt_add(f, " policy");
	else
		fmt_add(f, " %s %llu", nft ? "handle" : "rule", (unsigned long long)r->handle);
}

void name_place(struct fmt *f, const struct sample *s, uint32_t place)
{
	const struct place *p = place_at(s, place);

	if (!p) {
		fmt_add(f, "this machine, namespace unknown");
		return;
	}
	switch ((enum place_kind)p->kind) {
	case PLACE_HOST:
		fmt_add(f, "host");
		break;
	case PLACE_NETNS:
		name_netns(f, s, place);
		break;
	case PLACE_DEVICE:
		name_netns(f, s, p->parent);
		if (p->link && p->link->name[0])
			fmt_add(f, "/%s", p->link->name);
		else
			fmt_add(f, "/if%llu", (unsigned long long)p->id);
		break;
	case PLACE_CPU:
		fmt_add(f, "cpu %llu", (unsigned long long)p->id);
		break;
	case PLACE_SOCKET:
		if (p->sock)
			name_socket(f, p->sock);
		break;
	case PLACE_RULE:
		if (p->rule)
			name_rule(f, p->rule);
		break;
	case PLACE_KINDS:
		break;
	}
}
