/* The plan: a memfd that Node writes and the launcher walks. Mirrored by src/program/layout.ts, compared in
 * test/layout.test.ts. Pointers are real ones: the launcher maps the plan at PLAN_ADDRESS, for which it was built. */

#define PLAN_ADDRESS 0x1000100000UL /* in the empty address space of the launcher: behind its text, so in the same page table */

enum { INIT_OUTLIVES = 1, INIT_UNTIL_EMPTY = 2 };  /* how an init ends: the third argument of its step */

enum { STEP_CALL = 0, STEP_FORK = 1, STEP_INIT = 2, STEP_REFUSE = 3, STEP_REQUIRE = 4, STEP_BITS = 5 };

struct step {
  u16 nr;         /* the system call */
  u8 kind;        /* STEP_CALL; STEP_FORK: a clone whose child goes on at list `expected`; STEP_INIT: stay as PID 1;
                     STEP_REFUSE: no call: fail with errno `nr` if the 32 bits at args[0] are `expected`;
                     STEP_REQUIRE: the same unless they are;
                     STEP_BITS: no call: the result is the 32 bits at args[0], of which args[1] stay, and args[2] */
  u8 only_after;  /* run only when the last step without this condition ended with this errno; 0: always */
  u8 values;      /* bit i: argument i is the address of the value, not the value */
  u8 expects;     /* 1: fail unless the result is `expected` */
  u8 unused[2];
  u8 tolerated[8];  /* errnos to go on with */
  u64 expected;
  u64 result;     /* address where the result is stored, 0: nowhere */
  u64 args[6];
};

struct list {
  struct step *steps;
  u32 count;
  u32 progress;   /* 1 + index of the step under way, stored before its call: a kill leaves it; 1 + count: at the end */
  s32 error;      /* errno of the step that ended the list; UNEXPECTED: its result was not the expected one */
  u32 unused;
};

enum { PLAN_LISTS = 4, UNEXPECTED = 4096 };

struct plan {
  u64 size;
  struct list lists[PLAN_LISTS];
};
