/* SPDX-License-Identifier: BSD-2-Clause */
/* Control group paths as they are met, and our own process as the one that is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source/tree.h"

#define tree_live fake_live
static bool fake_live(const struct tree *t);
#include "source/owner.c"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

static bool live = true;

static bool fake_live(const struct tree *t)
{
	(void)t;
	return live;
}

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD "0e1c5f6a-7d1b-4a7c-9a53-0a4a3c2d1e0f"
#define POD_ "0e1c5f6a_7d1b_4a7c_9a53_0a4a3c2d1e0f"

static const struct {
	const char *cgroup, *unit;
} units[] = {
	{ "0::/system.slice/nginx.service\n", "nginx.service" },
	{ "0::/\n", "" },
	{ "", "" },
	{ "0::/init.scope\n", "init.scope" },
	{ "0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope" },
	{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service/sub\n", "foo.service" },
	{ "0::/system.slice\n", "system.slice" },
	{ "0::/system.slice/docker-" ID ".scope\n", "0123456789ab" },
	{ "0::/system.slice/docker-" ID ".scope/system.slice/cron.service\n", "0123456789ab" },
	{ "0::/machine.slice/libpod-" ID ".scope/container\n", "0123456789ab" },
	{ "0::/../cri-containerd-" ID ".scope\n", "0123456789ab" },
	{ "4:memory:/docker/" ID "\n", "0123456789ab" },
	{ "12:pids:/system.slice/nginx.service\n1:name=systemd:/system.slice/nginx.service\n0::/\n", "nginx.service" },
	{ "9:name=systemd:/\n4:memory:/docker/" ID "\n0::/\n", "0123456789ab" },
	{ "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" POD_ ".slice/cri-containerd-" ID
	  ".scope\n",
	  "0123456789ab" },
	{ "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" POD_ ".slice\n", "pod " POD },
	{ "4:memory:/kubepods/besteffort/pod" POD "/" ID "\n", "0123456789ab" },
	{ "4:memory:/kubepods/besteffort/pod" POD "\n", "pod " POD },
	{ "4:memory:/kubepods/pod0123456789abcdef0123456789abcdef\n", "pod 0123456789abcdef0123456789abcdef" },
	{ "0::/system.slice/containerd.service/kubepods-pod" POD_ ".slice:cri-containerd:" ID "\n", "0123456789ab" },
	{ "0::/lxc.payload.web1/system.slice/nginx.service\n", "web1" },
	/* neither 63 nor 65 digits are a container, and a digit short is no pod */
	{ "0::/docker/123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n", "" },
	{ "0::/docker/0" ID "\n", "" },
	{ "0::/kubepods/pod0e1c5f6a-7d1b-4a7c-9a53-0a4a3c2d1e0\n", "" },
	{ "0::/service/.service/x\n", "" },
	{ "0\n:\n::\n4:memory\n::/a/b.service\n", "b.service" },
	{ "0::///a.service///\n", "a.service" },
	{ "0::/we:ird.service", "we:ird.service" },
};

static void a_unit_is_read_from_the_control_group(void **state)
{
	char got[80];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(units); i++) {
		owner_unit(slice_str(units[i].cgroup), got, sizeof(got));
		if (strcmp(got, units[i].unit) != 0)
			fail_msg("%s: expected \"%s\", got \"%s\"", units[i].cgroup, units[i].unit, got);
	}
}

static void a_unit_longer_than_its_room_is_cut(void **state)
{
	char got[8];

	(void)state;
	owner_unit(slice_str("0::/a-rather-long-name.service\n"), got, sizeof(got));
	assert_string_equal(got, "a-rathe");
	owner_unit(slice_str("0::/kubepods/pod" POD "\n"), got, sizeof(got));
	assert_string_equal(got, "pod 0e1");
}

static void only_a_socket_link_has_an_inode(void **state)
{
	static const char *const bad[] = { "",
					   "socket:[",
					   "socket:[]",
					   "socket:[12",
					   "socket:[1x]",
					   "socket:[-1]",
					   "pipe:[7]",
					   "/tmp/socket:[7]",
					   "socket:[7] (deleted)",
					   "socket:[99999999999999999999]" };
	uint64_t v = 9;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(socket_inode(slice_str(bad[i]), &v));
	assert_int_equal(v, 9);
	assert_true(socket_inode(slice_str("socket:[21511]"), &v));
	assert_int_equal(v, 21511);
}

static uint64_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

static struct sock_fact *socket_place(struct sample *s, uint64_t inode)
{
	uint32_t place = sample_place(s, PLACE_SOCKET, s->host, inode);

	s->place[place].sock->inode = inode;
	return s->place[place].sock;
}

static void our_own_socket_is_ours_whatever_we_are_called(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct owner_cost cost;
	struct sample s;
	struct sock_fact *f;

	(void)state;
	assert_int_equal(sample_init(&s), 0);
	f = socket_place(&s, inode_of(fd));
	assert_int_equal(prctl(PR_SET_NAME, "a\n\x1b[31m) R\n"), 0);
	assert_int_equal(owner_find_cost(NULL, &s, &cost, NULL), 0);
	assert_int_equal(f->owner.pid, getpid());
	assert_string_equal(f->owner.comm, "a\n\x1b[31m) R\n");
	assert_true(cost.processes > 0 && cost.links > 0);
	close(fd);
	sample_free(&s);
}

static void a_shared_socket_belongs_to_the_lowest_process(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sample s;
	struct sock_fact *f;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		for (;;)
			pause();
	assert_int_equal(sample_init(&s), 0);
	f = socket_place(&s, inode_of(fd));
	assert_int_equal(owner_find(NULL, &s, NULL), 0);
	assert_int_equal(f->owner.pid, child < getpid() ? child : getpid());
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(fd);
	sample_free(&s);
}

static void process_1_is_only_a_stopgap(void **state)
{
	struct sample s;
	struct walk w = { .s = &s, .left = 1 };
	uint32_t place;
	struct owner *o;

	(void)state;
	assert_int_equal(sample_init(&s), 0);
	place = sample_place(&s, PLACE_SOCKET, s.host, 7);
	o = &s.place[place].sock->owner;
	w.now = (struct owner){ .pid = 1, .comm = "systemd" };
	found(&w, -1, place);
	assert_int_equal(o->pid, 1);
	assert_int_equal(w.left, 1);
	w.now = (struct owner){ .pid = 50, .comm = "sshd" };
	found(&w, -1, place);
	assert_int_equal(o->pid, 50);
	assert_string_equal(o->comm, "sshd");
	assert_int_equal(w.left, 0);
	w.now = (struct owner){ .pid = 51, .comm = "child" };
	found(&w, -1, place);
	assert_int_equal(o->pid, 50);
	sample_free(&s);
}

static void nobody_is_looked_for_when_nobody_is_wanted_or_it_is_a_recording(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct owner_cost cost;
	struct sample s;
	struct sock_fact *f;

	(void)state;
	assert_int_equal(sample_init(&s), 0);
	assert_int_equal(owner_find_cost(NULL, &s, &cost, NULL), 0);
	assert_int_equal(cost.processes, 0);
	f = socket_place(&s, inode_of(fd));
	live = false;
	assert_int_equal(owner_find_cost(NULL, &s, &cost, NULL), 0);
	live = true;
	assert_int_equal(cost.processes, 0);
	assert_int_equal(f->owner.pid, 0);
	close(fd);
	sample_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_unit_is_read_from_the_control_group),
		cmocka_unit_test(a_unit_longer_than_its_room_is_cut),
		cmocka_unit_test(only_a_socket_link_has_an_inode),
		cmocka_unit_test(our_own_socket_is_ours_whatever_we_are_called),
		cmocka_unit_test(a_shared_socket_belongs_to_the_lowest_process),
		cmocka_unit_test(process_1_is_only_a_stopgap),
		cmocka_unit_test(nobody_is_looked_for_when_nobody_is_wanted_or_it_is_a_recording),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
