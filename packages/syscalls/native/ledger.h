/* What a Worker's thread owns, by fd: memory that no isolate owns, so that it is there when the Worker is not any more.
 * Mirrored by src/calls/ledger.ts, compared in test/layout.test.ts. */

enum { LEDGER_FDS = 1 << 20 };  /* fs.nr_open, the most fds that a process can have unless that was raised */

enum kind {
  FREE = 0,
  OPENED = 1,    /* closed with the thread */
  LAUNCHER = 2,  /* pidfd of a child that may still clone the one that matters: killed with the thread */
  CHILD = 3,     /* pidfd of a child that lives on: closed when it was reaped */
  LIFELINE = 4,  /* an init ends with it: closed when the other end is */
};

enum { LEDGER_BEGIN = 0, LEDGER_OPEN = 1, LEDGER_CLOSE = 2, LEDGER_MARK = 3, LEDGER_START = 4, LEDGER_WATCH = 5 };

struct owned {
  u64 device, inode;  /* which file it was: the number may have become another one's since */
  u64 kind;
};

struct poll { s32 fd; u16 events, revents; };

struct ledger {
  /* Functions of libc. */
  int (*create)(u64 *thread, void *attributes, void *(*run)(void *), void *argument);
  int (*detach)(u64 thread);
  int (*delete_key)(u32 key);
  u32 key;
  s32 end;  /* above all fds that are recorded */
  s32 left;  /* how many of polls[] are used */
  struct owned fds[LEDGER_FDS];
  struct poll polls[LEDGER_FDS];
};
