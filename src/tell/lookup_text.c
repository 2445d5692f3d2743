/* SPDX-License-Identifier: BSD-2-Clause */
/* Tells rows of the tables in words: labelled paragraphs, broken at 80 columns. Finding the rows is lookup.c. */
#include "tell/lookup_text.h"

#include "table/table.h"

#include <string.h>

#define LABEL 12
#define WIDTH 80

static const char *const source_files[SRC_COUNT + 1] = {
	[SRC_netdev] = "ip -s link",
	[SRC_qdisc] = "tc -s qdisc",
	[SRC_softnet] = "/proc/net/softnet_stat",
	[SRC_conntrack] = "/proc/net/stat/nf_conntrack, conntrack -S",
	[SRC_xfrm] = "/proc/net/xfrm_stat",
	[SRC_neigh] = "/proc/net/stat",
	[SRC_sockstat] = "/proc/net/sockstat",
	[SRC_netstat] = "/proc/net/netstat",
	[SRC_snmp] = "/proc/net/snmp",
	[SRC_snmp6] = "/proc/net/snmp6",
	[SRC_protocols] = "/proc/net/protocols",
	[SRC_ethtool] = "ethtool -S",
	[SRC_qstats] = "netdev queue statistics",
	[SRC_nftables] = "nft list ruleset",
	[SRC_iptables] = "iptables -L -vn",
	[SRC_nfqueue] = "/proc/net/netfilter/nfnetlink_queue",
	[SRC_sockdiag] = "ss -m",
};
static const char *const scope_words[SCOPE_COUNT] = {
	[MACHINE] = "one for the machine", [NETNS] = "one for each network namespace",
	[DEVICE] = "one for each device",  [CPU] = "one for each CPU",
	[SOCKET] = "one for each socket",  [RULE] = "one for each firewall rule",
};
static const char *const role_help[ROLE_COUNT] = {
	[LEAF] = "leaf: a loss that no other counter shows; it is booked",
	[PART] = "part: a loss that another counter shows too; it is booked here and taken off there",
	[TOTAL] = "total: it includes its parts; only what no part explains is booked here",
	[WITNESS] = "witness: another view of the same loss; shown beside, never added",
	[PRESSURE] = "pressure: no loss yet, but a limit was near",
	[SYMPTOM] = "symptom: a loss somewhere else was noticed here; never added",
	[STATE] = "state: a setting or condition, not a count of packets",
	[TRAFFIC] = "traffic: packets that went well, and bookkeeping without loss",
};
static const char *const verdict_help[VERDICT_COUNT] = {
	[OVERLOAD] = "something was too slow or too small for the traffic; it counts as loss",
	[MISCONFIG] = "a setting makes these packets vanish, mostly by mistake; it counts as loss",
	[FAULT] = "something is broken, here or at the sender; it counts as loss",
	[POLICY] = "somebody wants these packets dropped (firewall, filter, limit); it is no loss",
	[REFUSED] = "the sender was told by an error; it is no loss",
	[BENIGN] = "normal on a healthy host; it is no loss",
	[UNKNOWN] = "counted as dropped and nothing says why; it counts as loss",
};
static const char *const sure_help[3] = {
	[SURE] = "the counter means this cause and no other",
	[LIKELY] = "other causes share the counter and this one fits best",
	[LOW] = "nothing tells the possible causes apart; a guess",
};

/* "  Label     text", further lines indented alike. */
static void para(struct fmt *out, const char *label, const char *text)
{
	size_t col = LABEL;

	if (!text || !text[0])
		return;
	fmt_add(out, "  %s", label);
	fmt_pad(out, LABEL);
	for (size_t n; *text; text += n) {
		n = strcspn(text, " ");
		if (col > LABEL && col + n + 1 > WIDTH) {
			fmt_add(out, "\n");
			fmt_pad(out, LABEL);
			col = LABEL;
		} else if (col > LABEL) {
			fmt_add(out, " ");
			col++;
		}
		fmt_bytes(out, text, n);
		col += n;
		n += strspn(text + n, " ");
	}
	fmt_add(out, "\n");
}

/* A template with its placeholders as <dev>. */
static void blanks(const char *template, char *dst, size_t size)
{
	struct fmt out;

	fmt_init(&out, dst, size);
	for (const char *p = template; *p; p++) {
		size_t n = strspn(p + 1, "abcdefghijklmnopqrstuvwxyz_");

		if (*p == '{' && n && p[1 + n] == '}') {
			if (strncmp(p, "{in_peer}", 9) != 0)
				fmt_add(&out, "<%.*s>", (int)n, p + 1);
			p += n + 1;
		} else {
			fmt_bytes(&out, p, 1);
		}
	}
}

static const struct advice *last_resort(enum cause cause)
{
	for (size_t i = 0; i < advice_count; i++)
		if (advice_rows[i].cause == cause && advice_rows[i].cond.when == WHEN_ALWAYS &&
		    !advice_rows[i].command && !strchr(advice_rows[i].why, '{'))
			return &advice_rows[i];
	return NULL;
}

/* *risk is what was said last: rows of one cause often share theirs. */
static void command(struct fmt *out, const struct advice *a, size_t shown, const char **risk)
{
	char text[600];

	blanks(a->command, text, sizeof(text));
	/* two rows may differ in their condition only */
	if (out->len > shown && strstr(out->p + shown, text))
		return;
	para(out, "Command", text);
	if (!a->risk || (*risk && strcmp(a->risk, *risk) == 0))
		return;
	*risk = a->risk;
	blanks(a->risk, text, sizeof(text));
	para(out, "Risk", text);
}

/* Without a host there are no numbers: the row of last resort says how to tell the cases apart, then the commands. */
static void advice_of(struct fmt *out, enum cause cause)
{
	const struct advice *last = last_resort(cause);
	bool looked = false;
	const char *risk = NULL;
	size_t shown = out->len;
	char text[600];

	for (size_t i = 0; i < advice_count && !looked; i++) {
		if (advice_rows[i].cause != cause || !advice_rows[i].look)
			continue;
		blanks(advice_rows[i].look, text, sizeof(text));
		para(out, "Look at", text);
		looked = true;
	}
	if (last)
		para(out, "To do", last->why);
	for (size_t i = 0; i < advice_count; i++) {
		const struct advice *a = &advice_rows[i];

		if (a->cause != cause)
			continue;
		if (!last) {
			blanks(a->why, text, sizeof(text));
			para(out, "To do", text);
		}
		if (a->command)
			command(out, a, shown, &risk);
	}
}

static void cause_lines(struct fmt *out, enum cause c)
{
	char text[500];
	struct fmt f;

	fmt_init(&f, text, sizeof(text));
	fmt_add(&f, "%s (%s): %s. %s", cause_rows[c].id, verdict_ids[cause_rows[c].verdict], cause_rows[c].title,
		cause_rows[c].what);
	para(out, "Cause", text);
}

/* ---- counters ---- */

static void contained_in(struct fmt *out, const struct counter *c)
{
	char text[900];
	struct fmt f;

	fmt_init(&f, text, sizeof(text));
	for (unsigned i = 0; i < EDGES && c->of[i].total; i++)
		fmt_add(&f, "%s%s%s", i ? ", " : "", c->of[i].total,
			c->of[i].kind == WIDE ? " (some steps)" : " (every step)");
	para(out, c->is == WITNESS ? "Seen by" : "Also in", text);
	fmt_init(&f, text, sizeof(text));
	for (size_t i = 0; i < counter_count; i++)
		for (unsigned k = 0; k < EDGES && counter_rows[i].of[k].total; k++)
			if (strcmp(counter_rows[i].of[k].total, c->key) == 0)
				fmt_add(&f, "%s%s", f.len ? ", " : "", counter_rows[i].key);
	para(out, "Contains", text);
}

static void counter_splits(struct fmt *out, const struct counter *c)
{
	char text[400];

	for (size_t i = 0; i < split_count; i++) {
		const struct split *s = &split_rows[i];
		struct fmt f;

		if (strcmp(s->key, c->key) != 0)
			continue;
		fmt_init(&f, text, sizeof(text));
		fmt_add(&f, "%s (%s): %s", cause_rows[s->cause].id, sure_ids[s->sure],
			s->why ? s->why : cause_rows[s->cause].title);
		para(out, "Or", text);
	}
}

static void counter_long(const struct counter *c, struct fmt *out)
{
	fmt_add(out, "%s: a counter", c->key);
	if (source_files[c->from])
		fmt_add(out, " of %s", source_files[c->from]);
	else if (c->from == SRC_none)
		fmt_add(out, " that whydrop does not read");
	fmt_add(out, ", in %s, %s\n", unit_ids[c->unit], scope_words[c->scope]);
	para(out, "A step", c->help);
	para(out, "Role", role_help[c->is]);
	contained_in(out, c);
	if (c->cause != CAUSE_NONE)
		cause_lines(out, c->cause);
	counter_splits(out, c);
	para(out, "Mistake", c->wrong);
	if (c->cause != CAUSE_NONE)
		advice_of(out, c->cause);
	para(out, "Since", c->since);
	para(out, "Counted in", c->cite);
}

/* ---- the others ---- */

static void cause_long(enum cause c, struct fmt *out)
{
	char text[1600];
	struct fmt f;

	fmt_add(out, "%s: a cause, %s: %s\n", cause_rows[c].id, verdict_ids[cause_rows[c].verdict],
		cause_rows[c].title);
	para(out, "What", cause_rows[c].what);
	para(out, "Verdict", verdict_help[cause_rows[c].verdict]);
	fmt_init(&f, text, sizeof(text));
	for (size_t i = 0; i < counter_count; i++)
		if (counter_rows[i].cause == c)
			fmt_add(&f, "%s%s", f.len ? ", " : "", counter_rows[i].key);
	for (size_t i = 0; i < split_count; i++)
		if (split_rows[i].cause == c && !strstr(text, split_rows[i].key))
			fmt_add(&f, "%s%s", f.len ? ", " : "", split_rows[i].key);
	para(out, "Counters", text);
	fmt_init(&f, text, sizeof(text));
	for (size_t i = 0; i < reason_count; i++)
		if (reason_rows[i].cause == c && !strstr(text, reason_rows[i].name))
			fmt_add(&f, "%s%s", f.len ? ", " : "", reason_rows[i].name);
	para(out, "Reasons", text);
	advice_of(out, c);
}

static void reason_long(const struct reason *r, struct fmt *out)
{
	fmt_add(out, "%s: a drop reason of the kernel (tracepoint skb:kfree_skb)", r->name);
	if (r->location)
		fmt_add(out, ", when dropped in %s", r->location);
	fmt_add(out, "\n");
	para(out, "Means", r->help);
	para(out, "Usually", r->usual);
	para(out, "Counters", r->also && strcmp(r->also, "none") != 0 ? r->also : NULL);
	if (r->cause != CAUSE_NONE) {
		cause_lines(out, r->cause);
		advice_of(out, r->cause);
	}
}

static void setting_long(const struct setting *s, struct fmt *out)
{
	char text[900];
	struct fmt f;

	fmt_add(out, "%s: a setting%s%s, %s\n", s->key, s->unit[0] ? " in " : "", s->unit,
		s->kind != SET_SYSCTL ? "of a device" :
		s->per_netns	      ? "of each network namespace" :
					"of the whole machine");
	para(out, "What", s->help);
	para(out, "Mistake", s->wrong);
	if (s->path) {
		fmt_init(&f, text, sizeof(text));
		fmt_add(&f, "/%s", s->path);
		para(out, "File", text);
	}
	fmt_init(&f, text, sizeof(text));
	for (size_t i = 0; i < advice_count; i++)
		if (advice_rows[i].setting && strcmp(advice_rows[i].setting, s->key) == 0 &&
		    !strstr(text, cause_rows[advice_rows[i].cause].id))
			fmt_add(&f, "%s%s", f.len ? ", " : "", cause_rows[advice_rows[i].cause].id);
	para(out, "Changed for", text);
}

static void driver_long(const struct driver_stat *d, struct fmt *out)
{
	uint16_t c = table_counter(slice_str(d->key));

	fmt_add(out, "%s: a statistic of the driver %s (ethtool -S)\n", d->name, d->driver);
	para(out, "Counted in", d->cite);
	if (c != COUNTER_NONE) {
		fmt_add(out, "\n");
		counter_long(&counter_rows[c], out);
	}
}

static void layer_long(enum layer layer, struct fmt *out)
{
	fmt_add(out, "%s: a layer; what can happen there:\n", layer_rows[layer].id);
	for (size_t i = CAUSE_NONE + 1; i < CAUSE_COUNT; i++)
		if (cause_rows[i].layer == layer)
			lookup_short(&(struct hit){ .kind = HIT_CAUSE, .row = i }, out);
}

static void line(struct fmt *out, const char *name, const char *what)
{
	fmt_add(out, "  %s", name);
	fmt_pad(out, 38);
	fmt_add(out, "%s\n", what ? what : "");
}

void lookup_short(const struct hit *h, struct fmt *out)
{
	switch (h->kind) {
	case HIT_COUNTER:
		line(out, counter_rows[h->row].key, counter_rows[h->row].help);
		return;
	case HIT_CAUSE:
		line(out, cause_rows[h->row].id, cause_rows[h->row].title);
		return;
	case HIT_REASON:
		fmt_add(out, "  %s", reason_rows[h->row].name);
		if (reason_rows[h->row].location)
			fmt_add(out, " in %s", reason_rows[h->row].location);
		fmt_pad(out, 38);
		fmt_add(out, "%s\n", reason_rows[h->row].help);
		return;
	case HIT_SETTING:
		line(out, setting_rows[h->row].key, setting_rows[h->row].help);
		return;
	case HIT_DRIVER:
		fmt_add(out, "  %s of %s", driver_rows[h->row].name, driver_rows[h->row].driver);
		fmt_pad(out, 38);
		fmt_add(out, "%s\n", driver_rows[h->row].key);
		return;
	case HIT_LAYER:
		line(out, layer_rows[h->row].id, "a layer");
		return;
	case HIT_VERDICT:
		line(out, verdict_ids[h->row], verdict_help[h->row]);
		return;
	case HIT_ROLE:
		line(out, role_ids[h->row], strchr(role_help[h->row], ' ') + 1);
		return;
	case HIT_SURE:
		line(out, sure_ids[h->row], sure_help[h->row]);
		return;
	}
}

void lookup_long(const struct hit *h, struct fmt *out)
{
	switch (h->kind) {
	case HIT_COUNTER:
		counter_long(&counter_rows[h->row], out);
		return;
	case HIT_CAUSE:
		cause_long((enum cause)h->row, out);
		return;
	case HIT_REASON:
		reason_long(&reason_rows[h->row], out);
		return;
	case HIT_SETTING:
		setting_long(&setting_rows[h->row], out);
		return;
	case HIT_DRIVER:
		driver_long(&driver_rows[h->row], out);
		return;
	case HIT_LAYER:
		layer_long((enum layer)h->row, out);
		return;
	case HIT_VERDICT:
		fmt_add(out, "%s: a verdict: %s\n", verdict_ids[h->row], verdict_help[h->row]);
		return;
	case HIT_ROLE:
		fmt_add(out, "a role of a counter: %s\n", role_help[h->row]);
		return;
	case HIT_SURE:
		fmt_add(out, "%s: how sure a finding is: %s\n", sure_ids[h->row], sure_help[h->row]);
		return;
	}
}
