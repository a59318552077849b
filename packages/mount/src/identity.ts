import type { BigIntStats } from 'node:fs'
import { AT, check, type Plan, type Slot, STATX_BASIC_STATS } from '@ns/syscalls'
import type { Naming } from './steps.ts'

/** `struct statx`: where its 32-bit words are. */
const STATX = {
  ino: 0x20,
  inoHigh: 0x24,
  rdevMajor: 0x80,
  rdevMinor: 0x84,
  devMajor: 0x88,
  devMinor: 0x8c,
} as const

/** Adds the steps that fail (ESTALE) unless an fd refers to that file. */
export function requireSame(plan: Plan, fd: Slot, { dev, ino }: BigIntStats, naming: Naming): void {
  const low = (value: bigint) => Number(value & 0xffffffffn)
  requireWords(plan, fd, 'ESTALE', naming, {
    ino: low(ino),
    inoHigh: low(ino >> 32n),
    // glibc's makedev(3)
    devMajor: low(((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn)),
    devMinor: low((dev & 0xffn) | ((dev >> 12n) & ~0xffn)),
  })
}

/** Adds the steps that fail (ENODEV) unless an fd refers to that device. */
export function requireDevice(
  plan: Plan,
  fd: Slot,
  [rdevMajor, rdevMinor]: readonly [major: number, minor: number],
  naming: Naming,
): void {
  requireWords(plan, fd, 'ENODEV', naming, { rdevMajor, rdevMinor })
}

function requireWords(
  plan: Plan,
  fd: Slot,
  errno: 'ESTALE' | 'ENODEV',
  naming: Naming,
  words: Partial<Record<keyof typeof STATX, number>>,
): void {
  const steps = plan.in('sources')
  const statx = plan.memory.allocate(256)
  steps.call('statx', [fd, '', AT.EMPTY_PATH, STATX_BASIC_STATS, statx], naming)
  for (const [name, value] of Object.entries(words))
    steps.push(
      check(
        'require',
        [statx.at(STATX[name as keyof typeof STATX], 4), value],
        { errno, call: 'statx' },
        naming,
      ),
    )
}
