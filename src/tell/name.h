/* SPDX-License-Identifier: BSD-2-Clause */
/* How places are called in front of people. Names are given raw: escaping is the work of whoever writes them out. */
#ifndef TELL_NAME_H
#define TELL_NAME_H

#include "base/fmt.h"
#include "sample/sample.h"

/* "lab-b", a short container id, "netns:[4026532300]", or "own" for the nameless one we live in. */
void name_netns(struct fmt *f, const struct sample *s, uint32_t place);
/* Any place in a few words: "host", "lab-b", "lab-b/b0", "cpu 3", "udp 10.77.0.2:5000". */
void name_place(struct fmt *f, const struct sample *s, uint32_t place);
/* "udp 10.77.0.2:5000", "tcp listen [::]:80", "packet ethertype 0x0003". */
void name_socket(struct fmt *f, const struct sock_fact *k);
/* "python3 (pid 4711), unit nginx.service"; nothing when the pid is not known. */
void name_owner(struct fmt *f, const struct owner *o);
/* "inet filter input handle 4", "iptables filter INPUT rule 2". */
void name_rule(struct fmt *f, const struct rule_fact *r);

#endif
