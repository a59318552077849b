/* Only for the tests of attackers inside: what the stub must not be. Its child walks the plan in Node's own memory and
 * stays dumpable. Never part of the published package (test/fixtures/unprotected.generated.ts). */

#define UNPROTECTED
#include "stub.c"
#include "launcher.c"

void unprotected(struct request *request) {
  long stack[3] = {2, (long)request->name, (long)request->plan};
  launch(stack);
}
