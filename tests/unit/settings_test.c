/* SPDX-License-Identifier: BSD-2-Clause */
#include "tree_fixture.h"

#include "source/settings.c"

/* A recorded host: our namespace with eth0, and 5000 without anything of its own. */
static void read_ns(struct host *h, struct netns *ns, int want)
{
	struct probe p = { .tree = h->tree, .sample = &h->sample, .phase = PHASE_FINAL };

	assert_int_equal(source_settings.read(&p, ns, NULL, &h->err), want);
}

static uint32_t device(struct host *h, struct netns *ns, uint64_t id, const char *name)
{
	uint32_t at = sample_place(&h->sample, PLACE_DEVICE, ns->place, id);

	*h->sample.place[at].link = (struct link_fact){
		.ifindex = (int)id, .have = true, .rx_queues = 2, .peer = PLACE_NONE, .master = PLACE_NONE
	};
	snprintf(h->sample.place[at].link->name, sizeof(h->sample.place[at].link->name), "%s", name);
	return at;
}

static void is(struct host *h, const char *key, uint32_t place, unsigned index, uint64_t want)
{
	uint64_t v;

	if (!sample_setting_get(&h->sample, key, place, index, &v) || v != want)
		fail_msg("%s[%u] is not %llu", key, index, (unsigned long long)want);
}

static void is_unknown(struct host *h, const char *key, uint32_t place)
{
	uint64_t v;

	if (sample_setting_get(&h->sample, key, place, 0, &v))
		fail_msg("%s is known", key);
}

static void files(void)
{
	put_text("proc/net/snmp", "x");
	put_text("proc/sys/net/core/rmem_max", "4194304\n");
	put_text("proc/sys/net/core/somaxconn", "4096\n");
	put_text("proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t33554432\n");
	put_text("proc/sys/net/core/flow_limit_cpu_bitmap", "00000000,0000000f\n");
}

static void numbers_are_read_for_the_machine_and_the_namespace(void **state)
{
	struct netns *own;
	struct host h;

	(void)state;
	files();
	open_host(&h, top);
	own = tree_own(h.tree);
	read_ns(&h, own, 0);
	is(&h, "net.core.rmem_max", h.sample.host, 0, 4194304);
	is(&h, "net.core.rmem_max", own->place, 0, 4194304);
	is(&h, "net.core.somaxconn", own->place, 0, 4096);
	is_unknown(&h, "net.core.somaxconn", h.sample.host);
	is(&h, "net.ipv4.tcp_rmem", own->place, 0, 4096);
	is(&h, "net.ipv4.tcp_rmem", own->place, 2, 33554432);
	is(&h, "net.core.flow_limit_cpu_bitmap", h.sample.host, 0, 15);
	close_host(&h);
}

static void what_is_not_there_or_damaged_stays_unknown(void **state)
{
	struct netns *own;
	struct host h;

	(void)state;
	put_text("proc/net/snmp", "x");
	put_text("proc/sys/net/core/rmem_max", "many\n");
	put_text("proc/sys/net/core/rmem_default", "-1\n");
	put_text("proc/sys/net/core/wmem_max", "");
	put_text("proc/sys/net/ipv4/tcp_rmem", "4096 131072\n");
	put_text("proc/sys/net/core/somaxconn", "99999999999999999999999\n");
	put_text("proc/sys/net/core/optmem_max", "1\n");
	open_host(&h, top);
	own = tree_own(h.tree);
	read_ns(&h, own, 0);
	is_unknown(&h, "net.core.rmem_max", own->place);
	is_unknown(&h, "net.core.rmem_default", own->place);
	is_unknown(&h, "net.core.wmem_max", own->place);
	is_unknown(&h, "net.ipv4.tcp_rmem", own->place);
	is_unknown(&h, "net.core.somaxconn", own->place);
	is_unknown(&h, "net.ipv4.ip_forward", own->place);
	is(&h, "net.core.optmem_max", own->place, 0, 1);
	close_host(&h);
}

static void a_host_without_sysctls_has_none_of_it(void **state)
{
	struct host h;

	(void)state;
	put_text("proc/net/snmp", "x");
	open_host(&h, top);
	read_ns(&h, tree_own(h.tree), -ENOENT);
	close_host(&h);
}

static void another_namespace_has_its_own_values_and_the_machine_is_read_once(void **state)
{
	struct netns *other = NULL;
	struct host h;

	(void)state;
	files();
	put_text("netns/5000/about", "name: lab-b\n");
	put_text("netns/5000/sys/net/core/somaxconn", "128\n");
	put_text("netns/5000/proc/sys/net/core/somaxconn", "128\n");
	open_host(&h, top);
	for (uint32_t i = 0; tree_netns(h.tree, i); i++)
		if (!tree_netns(h.tree, i)->own)
			other = tree_netns(h.tree, i);
	assert_non_null(other);
	read_ns(&h, other, 0);
	is(&h, "net.core.somaxconn", other->place, 0, 128);
	is(&h, "net.core.rmem_max", other->place, 0, 4194304);
	is_unknown(&h, "net.core.somaxconn", tree_own(h.tree)->place);
	/* the machine's values do not change within a tick, even if the file does */
	put_text("proc/sys/net/core/rmem_max", "1\n");
	read_ns(&h, tree_own(h.tree), 0);
	is(&h, "net.core.rmem_max", h.sample.host, 0, 4194304);
	sample_begin(&h.sample, 5, 5);
	read_ns(&h, tree_own(h.tree), 0);
	is(&h, "net.core.rmem_max", h.sample.host, 0, 1);
	close_host(&h);
}

static void devices_have_their_own_values(void **state)
{
	struct ethtool_ringparam ring = { .cmd = ETHTOOL_GRINGPARAM,
					  .rx_pending = 512,
					  .rx_max_pending = 4096,
					  .tx_pending = 256,
					  .tx_max_pending = 1024 };
	struct ethtool_coalesce co = { .rx_coalesce_usecs = 50, .use_adaptive_rx_coalesce = 1 };
	struct ethtool_channels ch = { .combined_count = 2, .max_combined = 8 };
	uint32_t table[6] = { 0, 1, 0, 1, 2, 4000000000U }, eth0, dotted;
	struct netns *own;
	struct host h;

	(void)state;
	files();
	put_text("proc/sys/net/ipv4/conf/eth0/rp_filter", "1\n");
	put_text("proc/sys/net/ipv4/conf/eth0.100/rp_filter", "2\n");
	put_text("proc/sys/net/ipv4/neigh/eth0/unres_qlen_bytes", "212992\n");
	put_text("sys/class/net/eth0/queues/rx-0/rps_cpus", "0\n");
	put_text("sys/class/net/eth0/queues/rx-1/rps_cpus", "00000003,00000001\n");
	put_bytes("blob/ethtool/eth0/ring", &ring, sizeof(ring));
	put_bytes("blob/ethtool/eth0/coalesce", &co, sizeof(co));
	put_bytes("blob/ethtool/eth0/channels", &ch, sizeof(ch));
	put_bytes("blob/ethtool/eth0/rss", table, sizeof(table));
	put_bytes("blob/ethtool/eth0.100/ring", &ring, sizeof(ring) - 1);
	open_host(&h, top);
	own = tree_own(h.tree);
	eth0 = device(&h, own, 2, "eth0");
	dotted = device(&h, own, 3, "eth0.100");
	device(&h, own, 4, "../../etc");
	device(&h, own, 5, "..");
	read_ns(&h, own, 0);
	is(&h, "net.ipv4.conf.*.rp_filter", eth0, 0, 1);
	is(&h, "net.ipv4.conf.*.rp_filter", dotted, 0, 2);
	is(&h, "net.ipv4.neigh.*.unres_qlen_bytes", eth0, 0, 212992);
	is(&h, "rps.cpus", eth0, 0, 3);
	is(&h, "ring.rx", eth0, 0, 512);
	is(&h, "ring.rx_max", eth0, 0, 4096);
	is(&h, "ring.tx", eth0, 0, 256);
	is(&h, "ring.tx_max", eth0, 0, 1024);
	is(&h, "coalesce.rx_usecs", eth0, 0, 50);
	is(&h, "coalesce.adaptive_rx", eth0, 0, 1);
	is(&h, "channels.combined", eth0, 0, 2);
	is(&h, "channels.max", eth0, 0, 8);
	is(&h, "rss.queues", eth0, 0, 3);
	/* one byte short is no answer */
	is_unknown(&h, "ring.rx", dotted);
	close_host(&h);
}

static void of_many_devices_only_those_that_moved_are_asked(void **state)
{
	uint32_t slot, at[70];
	struct netns *own;
	struct host h;
	char path[128], name[16];

	(void)state;
	files();
	for (int i = 0; i < 70; i++) {
		snprintf(path, sizeof(path), "proc/sys/net/ipv4/conf/v%d/rp_filter", i);
		put_text(path, "1\n");
	}
	open_host(&h, top);
	own = tree_own(h.tree);
	for (int i = 0; i < 70; i++) {
		snprintf(name, sizeof(name), "v%d", i);
		at[i] = device(&h, own, 10 + (uint64_t)i, name);
	}
	slot = sample_slot(&h.sample, table_counter(slice_str("dev.rx_dropped")), at[7]);
	sample_put(&h.sample, slot, 1);
	sample_begin(&h.sample, 2, 2);
	sample_put(&h.sample, slot, 2);
	read_ns(&h, own, 0);
	is(&h, "net.ipv4.conf.*.rp_filter", at[7], 0, 1);
	is_unknown(&h, "net.ipv4.conf.*.rp_filter", at[8]);
	close_host(&h);
}

static void a_mask_counts_all_its_bits(void **state)
{
	uint64_t v, ones;

	(void)state;
	assert_true(parse_mask(slice_str("ffffffff,ffffffff,0000000f\n"), &v, &ones));
	assert_int_equal(ones, 68);
	assert_int_equal(v, 0xffffffff0000000fULL);
	assert_false(parse_mask(slice_str("\n"), &v, &ones));
	assert_false(parse_mask(slice_str("0x1"), &v, &ones));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(numbers_are_read_for_the_machine_and_the_namespace),
		T(what_is_not_there_or_damaged_stays_unknown),
		T(a_host_without_sysctls_has_none_of_it),
		T(another_namespace_has_its_own_values_and_the_machine_is_read_once),
		T(devices_have_their_own_values),
		T(of_many_devices_only_those_that_moved_are_asked),
		cmocka_unit_test(a_mask_counts_all_its_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
