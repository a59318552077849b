// The plan's memory, mirrored from native/plan.h and compared with it in test/layout.test.ts.

/** Where the launcher maps the plan. Below 2^53: addresses are plain numbers here. */
export const PLAN_ADDRESS = 0x10_0010_0000

/** `struct step`: field offsets in bytes. */
export const STEP = {
  nr: 0,
  kind: 2,
  onlyAfter: 3,
  values: 4,
  expects: 5,
  tolerated: 8,
  toleratedCount: 8,
  expected: 16,
  result: 24,
  args: 32,
  size: 80,
} as const

/** `struct step`'s `kind`. */
export const KIND = { call: 0, fork: 1, init: 2, refuse: 3, require: 4, bits: 5 } as const

/** The third argument of an init's step: it outlives the caller, it stays until it is alone. */
export const INIT = { outlives: 1, untilEmpty: 2 } as const

/** `struct list`: field offsets in bytes. */
export const LIST = { steps: 0, count: 8, progress: 12, error: 16, size: 24 } as const

/** `struct plan`: field offsets in bytes. */
export const PLAN = { size: 0, lists: 8, listCount: 4, header: 104 } as const

/** `list.error` of a step that succeeded with another result than the expected one. */
export const UNEXPECTED = 4096

/** `struct request` of native/request.h: field offsets in bytes. */
export const REQUEST = {
  flags: 0,
  launcher: 8,
  cgroup: 12,
  raise: 16,
  pidfd: 20,
  error: 24,
  keeps: 28,
  name: 32,
  plan: 48,
  keep: 72,
  keepCount: 512,
  size: 6304,
} as const
