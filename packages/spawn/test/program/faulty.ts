import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { cgroup } from '@ns/cgroup'
import { ipc } from '@ns/ipc'
import {
  bind,
  dev,
  directory,
  file,
  mask,
  mount,
  move,
  overlay,
  proc,
  remount,
  symlink,
  tmpfs,
  unmount,
} from '@ns/mount'
import { net } from '@ns/net'
import { pid } from '@ns/pid'
import { type Child, type Command, type Contribution, type Step, step } from '@ns/syscalls'
import { linux, slower } from '@ns/testkit'
import { time } from '@ns/time'
import { user } from '@ns/user'
import { uts } from '@ns/uts'
import { afterAll, beforeAll } from 'vitest'
// The tests' own door: `rewrite` is no option of the package.
import { startProgram } from '../../../syscalls/src/process/launch.ts'
import { LIST, PLAN } from '../../../syscalls/src/program/layout.ts'
import type { PlacedStep } from '../../../syscalls/src/program/program.ts'
import { showStep } from '../../../syscalls/src/program/show-step.ts'

export type Rewrite = (at: PlacedStep) => Step

/** A start to be made again and again. */
export interface Sample {
  readonly contributions: () => readonly Contribution[]
  readonly command: Command
  readonly timeByFork?: boolean
}

const command: Command = { file: '/bin/sleep', args: ['600'], cwd: '/', fds: [0, 0, 2] }

const names = { hostname: 'box', domainname: 'lab' }
const mounts = [tmpfs('/tmp'), bind('/usr', '/mnt', { readonly: true })]

/** Each of the four types made; the launcher stays as PID 1. */
export const withInit: Sample = {
  command,
  contributions: () => [user({ map: 'root' }), uts(names), mount({ mounts }), pid()],
}

/** The same with the command as PID 1. */
export const withoutInit: Sample = {
  command,
  contributions: () => [user({ map: 'root' }), uts(names), mount({ mounts }), pid({ init: false })],
}

/** All eight made. */
export const allEight: Sample = {
  command,
  contributions: () => [
    ...withInit.contributions(),
    net(),
    ipc(),
    cgroup(),
    time({ boottime: 3600, monotonic: 3600 }),
  ],
}

/** The same as kernels below 6.2 need it: pid and time are entered by a second clone. */
export const allEightByFork: Sample = { ...allEight, timeByFork: true }

/** A start that waits for its parent, and a root of its own. */
export const parked: Sample = {
  command,
  contributions: () => [
    { ...user({ map: 'root' }), parent: () => {} },
    mount({ root: '/', readonly: true }),
  ],
}

/** A root of its own with most kinds of entries in it. */
export const furnished: Sample = {
  command,
  contributions: () => [
    user({ map: 'root' }),
    mount({ root: tmpfs('/'), readonly: true, mounts: furniture() }),
    pid(),
  ],
}

const hasOverlays = linux(5, 11, 'an overlay in a user namespace')() === undefined
const furniture = () => [
  bind('/usr', '/usr', { readonly: 'recursive' }),
  ...['bin', 'lib', 'lib64'].map((name) => symlink(`usr/${name}`, `/${name}`)),
  bind('/nonesuch', '/nonesuch', { optional: true }),
  dev(),
  proc('/proc', { source: 'bind-if-refused' }),
  mask('/proc/kcore'),
  hasOverlays
    ? overlay({ lower: ['/usr/share', '/usr/bin'], upper: 'tmpfs' }, '/layers')
    : tmpfs('/layers'),
  directory('/layers/new/place', { mode: 0o700 }),
  file('/etc/hostname', 'box\n'),
  file('/usr/bin/true', 'not made on the host'),
  tmpfs('/mnt'),
  move('/mnt', '/moved'),
  remount('/moved', { readonly: true }),
  tmpfs('/gone'),
  unmount('/gone'),
]

/** What a process is beside its namespaces, behind an init. */
export const withAttributes: Sample = {
  command: {
    ...command,
    session: true,
    nice: 1,
    oomScoreAdj: 900,
    affinity: [0],
    umask: 0o077,
    keyring: 'new',
    limits: { nofile: 64 },
    capabilities: { drop: 'all', add: ['CAP_KILL'] },
    securebits: ['NOROOT'],
    seccomp: Buffer.from('060000000000ff7f', 'hex'), // BPF_RET SECCOMP_RET_ALLOW
    ...(linux(6, 7, 'Landlock of TCP ports')()
      ? {}
      : { landlock: { readonly: ['/'], readwrite: ['/dev/null'], connect: [80] } }),
  },
  contributions: () => [user({ map: 'root' }), pid()],
}

/** All four joined: the command is made by a second clone. */
export function joining(target: Child): Sample {
  const join = target.pid
  return {
    command,
    contributions: () => [user({ join }), uts({ join }), mount({ join }), pid({ join })],
  }
}

/** Joined, and new ones made inside: second clone and init, three lists. */
export function nested(target: Child): Sample {
  return { command, contributions: () => [user({ join: target.pid }), uts(names), mount(), pid()] }
}

/** A running `withInit` to be joined, for as long as the tests of the file that asks for it. */
export function joinable(): () => Child {
  let target: Child
  beforeAll(async () => {
    target = start(withInit, (at) => at.step)
    await target.started
  })
  afterAll(async () => {
    target.kill('SIGKILL')
    await target.exited
  })
  return () => target
}

export function start(sample: Sample, rewrite: Rewrite): Child {
  const { timeByFork = false } = sample
  return startProgram(sample.contributions(), sample.command, { rewrite, timeByFork })
}

/** The sample's steps as they stand: the start ends before anything is made. */
export function stepsOf(sample: Sample): PlacedStep[] {
  const steps: PlacedStep[] = []
  const enough = new Error('enough')
  const unwritable: Step = {
    call: 'close',
    get args(): never {
      throw enough
    },
  }
  try {
    start(sample, (at) => {
      steps.push(at)
      return unwritable
    })
  } catch (error) {
    if (error !== enough) throw error
  }
  return steps
}

/** The step that cannot succeed: EBADF, tolerated by nobody. */
export const failing: Step = step('close', [-1])
/** The step that never ends: no fds, no timeout. */
export const hanging: Step = step('ppoll', [0, 0, 0, 0, 0])

/** `14 uts unshare(CLONE_NEWUTS)` */
export function title({ number, phase, step }: PlacedStep): string {
  return `${number} ${phase} ${showStep(step)}`
}

/** Waits until the start is at this step: what the launcher stores before each call. */
export async function reach({ list, index }: PlacedStep): Promise<void> {
  const fd = readdirSync('/proc/self/fd').find((name) => isPlan(`/proc/self/fd/${name}`))
  if (fd === undefined) throw new Error('no start is under way')
  const plan = openSync(`/proc/self/fd/${fd}`, 'r')
  try {
    const progress = Buffer.alloc(4)
    const position = PLAN.lists + list * LIST.size + LIST.progress
    for (let waited = 0; waited < 5000 * slower; waited++) {
      readSync(plan, progress, { position })
      if (progress.readUInt32LE() === index + 1) return
      await setTimeout(1)
    }
  } finally {
    closeSync(plan)
  }
  throw new Error(`step ${index} of list ${list} was not reached`)
}

function isPlan(path: string): boolean {
  try {
    return readlinkSync(path).includes('memfd:ns-plan')
  } catch {
    return false
  }
}
