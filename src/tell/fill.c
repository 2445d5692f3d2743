/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fills the templates of advice. Names on a host are hostile and these texts are pasted into root shells: in a command
 * each value is quoted for the place it stands in, control bytes only ever appear as $'\xNN', and a value that looks
 * like an option ("-x") makes the row unusable.
 */
#include "tell/facts.h"

#include <errno.h>

/* Commands that act on a namespace; sysctl is decided by its key. */
static const char *const net_commands[] = {
	"ip",	 "tc",	    "ss",     "nft", "ethtool", "bridge", "iptables", "ip6tables", "conntrack",
	"nstat", "tcpdump", "arping", "tee", "cat",	"grep",	  "iw",	      "bpftool",   "{tool}",
};

static const struct place *place_at(const struct sample *s, uint32_t i)
{
	return i < s->places ? &s->place[i] : NULL;
}

/* True when `ip netns` knows it by its name: that of a container or a unit is none. */
static bool listed(const struct ns_fact *net)
{
	return net->name[0] && !net->container[0] && !net->borrowed;
}

/* The words before a command that must run in the namespace of place; false when it cannot be entered. */
static bool put_enter(struct fmt *out, const struct facts *x, uint32_t ns)
{
	const struct place *p = place_at(x->s, ns);
	const struct ns_fact *net = p && p->kind == PLACE_NETNS ? p->ns : NULL;

	if (!net || net->own)
		return true;
	if (listed(net)) {
		fmt_add(out, "ip netns exec ");
		return true;
	}
	if (net->pid > 0)
		fmt_add(out, "nsenter -t %ld -n ", (long)net->pid);
	return net->pid > 0;
}

/* ---- writing into a shell command ---- */

static bool plain(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') ||
		      strchr("._:@%/+,-", *s)))
			return false;
	return true;
}

/* The inside of '...': a quote ends it, adds \' and starts it again; bytes a terminal must not see become $'\xNN'. */
static void put_quoted(struct fmt *out, const char *s)
{
	size_t n = strlen(s), len;

	for (size_t i = 0; i < n; i += len) {
		const unsigned char *p = (const unsigned char *)s + i;

		len = fmt_utf8(p, n - i);
		if (len == 0 || *p < 0x20 || *p == 0x7f || (len == 2 && p[0] == 0xc2 && p[1] < 0xa0)) {
			len = len ? len : 1;
			fmt_add(out, "'$'");
			for (size_t k = 0; k < len; k++)
				fmt_add(out, "\\x%02x", p[k]);
			fmt_add(out, "''");
		} else if (*p == '\'') {
			fmt_add(out, "'\\''");
		} else {
			fmt_bytes(out, p, len);
		}
	}
}

/* ---- templates ---- */

struct filler {
	const struct facts *x;
	enum fill how;
	struct fmt out;
	bool quoted; /* inside '...' */
	bool start;  /* a command begins here */
};

static int put_value(struct filler *fl, const char *value)
{
	if (fl->how == FILL_TEXT) {
		fmt_safe(&fl->out, value);
		return 0;
	}
	if (value[0] == '-')
		return -ENODATA;
	if (fl->quoted) {
		put_quoted(&fl->out, value);
	} else if (plain(value)) {
		fmt_add(&fl->out, "%s", value);
	} else {
		fmt_add(&fl->out, "'");
		put_quoted(&fl->out, value);
		fmt_add(&fl->out, "'");
	}
	return 0;
}

/* The prefix that enters a namespace, its name quoted. */
static int put_prefix(struct filler *fl, uint32_t ns)
{
	const struct place *p = place_at(fl->x->s, ns);
	size_t before = fl->out.len;

	if (!put_enter(&fl->out, fl->x, ns))
		return -ENODATA;
	if (fl->out.len > before && listed(p->ns)) {
		if (put_value(fl, p->ns->name))
			return -ENODATA;
		fmt_add(&fl->out, " ");
	}
	return 0;
}

static bool is_word(const char *p, const char *word)
{
	size_t n = strlen(word);

	return strncmp(p, word, n) == 0 && (p[n] == ' ' || p[n] == 0);
}

/* "sysctl -w net/ipv4/conf/{dev}/rp_filter=2": whether that setting is the namespace's own. */
static bool sysctl_is_local(const char *p)
{
	char key[128];
	size_t n = 0;

	p += strlen("sysctl");
	while (*p == ' ' || (*p == '-' && p[1] != ' '))
		p += *p == '-' ? strcspn(p, " ") : 1;
	for (; *p && *p != '=' && *p != ' ' && n < sizeof(key) - 1; p++) {
		if (*p == '{') {
			p += strcspn(p, "}");
			key[n++] = '*';
		} else {
			key[n++] = *p == '/' ? '.' : *p;
		}
		if (!*p)
			break;
	}
	key[n] = 0;
	for (size_t i = 0; i < setting_count; i++)
		if (strcmp(setting_rows[i].key, key) == 0)
			return setting_rows[i].per_netns;
	return true;
}

static bool wants_prefix(const char *p)
{
	if (is_word(p, "sysctl"))
		return sysctl_is_local(p);
	for (size_t i = 0; i < ARRAY_SIZE(net_commands); i++)
		if (is_word(p, net_commands[i]))
			return true;
	return false;
}

/* nsenter -n shows the /sys of the other namespace, so files there would be the wrong ones. */
static bool sysfs_in_the_way(const struct filler *fl, const char *template)
{
	return fl->x->net && !fl->x->net->own && !listed(fl->x->net) && strstr(template, "/sys/");
}

/* "{dev}" at p: puts its value and returns its length; 0 when it is no placeholder of ours; -ENODATA unknown. */
static int put_placeholder(struct filler *fl, const char *p)
{
	char value[400];
	struct slice name = slice_of(p + 1, strcspn(p + 1, "} "));
	int err;

	if (p[1 + name.n] != '}' || !facts_placeholder(name))
		return 0;
	if (slice_eq(name, "in_peer"))
		err = fl->x->link && fl->x->peer ? put_prefix(fl, sample_ns_of(fl->x->s, fl->x->link->peer)) : -ENODATA;
	else
		err = facts_get(fl->x, name, value, sizeof(value)) ? put_value(fl, value) : -ENODATA;
	return err ? err : (int)name.n + 2;
}

static int fill_at(struct filler *fl, const char *p)
{
	int n;

	if (fl->how == FILL_SHELL && fl->start && *p != ' ') {
		fl->start = false;
		if (wants_prefix(p) && put_prefix(fl, fl->x->ns))
			return -ENODATA;
	}
	n = *p == '{' ? put_placeholder(fl, p) : 0;
	if (n)
		return n;
	if (*p == '\'')
		fl->quoted = !fl->quoted;
	if (!fl->quoted && strchr(";|&", *p))
		fl->start = true;
	fmt_bytes(&fl->out, p, 1);
	return 1;
}

int facts_fill(const struct facts *x, const char *template, enum fill how, char *dst, size_t size)
{
	struct filler fl = { .x = x, .how = how, .start = true };
	int n = 0;

	fmt_init(&fl.out, dst, size);
	if (how == FILL_SHELL && sysfs_in_the_way(&fl, template))
		n = -ENODATA;
	for (const char *p = template; n >= 0 && *p; p += n)
		n = fill_at(&fl, p);
	if (n >= 0 && fl.out.cut)
		n = -ENOSPC;
	if (n < 0)
		dst[0] = 0;
	return n < 0 ? n : 0;
}
