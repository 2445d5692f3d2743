/* SPDX-License-Identifier: BSD-2-Clause */
/* Every act that needs a privilege, one function each, so that a helper process can do them later. */
#ifndef APP_PRIV_H
#define APP_PRIV_H

#include "source/tree.h"

/* Remembers the namespace we live in. The functions stay valid until priv_close; never NULL, but its members are when
 * this namespace cannot be remembered (no /proc), because then there would be no way back. */
const struct priv *priv_open(void);
void priv_close(void);

#endif
