import { type ChildProcess, spawn as nodeSpawn } from 'node:child_process'
import { spawn } from '@ns/spawn'
import { launch, open } from '@ns/syscalls'
import type { Floor, FloorKind } from './floor.ts'
import { contributionsOf, flagsOf, type NamespaceSet, sets } from './sets.ts'

const COMMAND = '/bin/true'

/** One start, in `ms`. */
export interface Sample {
  /** From before the call until the exit is known. */
  readonly total: number
  /** Until the call returned; absent where it is no call of this process. */
  readonly blocked?: number
}

/** Something that starts `/bin/true`. */
export interface Contender {
  /** Unique: `'launch four'`. */
  readonly name: string
  readonly set: string
  /** For the table. */
  readonly text: string
  /** Whose starts those are: each has a process for itself. */
  readonly by: Starter
  start(): Promise<Sample>
}

/**
 * Who makes a start, in the table's order: the floor in C; the packages; `child_process`. What a fork leaves behind, a
 * parent whose every page faults once when it is next written to, is paid by who forked, not by who comes next.
 */
export const starters = ['floor', 'ours', 'node'] as const
export type Starter = (typeof starters)[number]

/** All of them, in the table's order. */
export function contenders(floor: Floor): Contender[] {
  const fds = [open('/dev/null', 2), open('/dev/null', 2), open('/dev/null', 2)]
  return sets.flatMap((set) => [...floors(set, floor), ...ours(set, fds), ...others(set)])
}

function floors(set: NamespaceSet, floor: Floor): Contender[] {
  const make = (kind: FloorKind, text: string): Contender => ({
    name: `floor ${kind} ${set.name}`,
    set: set.name,
    text,
    by: 'floor',
    start: async () => ({ total: await floor(flagsOf(set), kind) }),
  })
  const bare = make('bare', 'C: clone, exec')
  return set.types.length === 0
    ? [bare, make('hop', 'C: clone, exec of nothing, exec')]
    : [
        bare,
        make('work', 'C: clone, maps, propagation, `/proc`, exec'),
        make('hop', 'C: the same, and an exec of nothing before'),
      ]
}

/** As a library call and through the facade, each with and without an init where there is a choice. */
function ours(set: NamespaceSet, fds: readonly number[]): Contender[] {
  const inits = set.types.includes('pid') ? [false, true] : [false]
  return inits.flatMap((init): Contender[] => {
    const suffix = init ? `${set.name} init` : set.name
    const text = inits.length === 1 ? '' : init ? ', with an init' : ', `init: false`'
    return [
      {
        name: `launch ${suffix}`,
        set: set.name,
        text: `\`launch\` of @ns/syscalls${text}`,
        by: 'ours',
        start: () =>
          timed(
            () => launch(contributionsOf(set, init), { file: COMMAND, fds }),
            async (child) => (await child.exited).exitCode,
          ),
      },
      {
        name: `spawn ${suffix}`,
        set: set.name,
        text: `\`spawn\` of @ns/spawn${text}`,
        by: 'ours',
        start: () =>
          timed(
            () => spawn(COMMAND, [], { stdio: 'ignore', namespaces: contributionsOf(set, init) }),
            async (child) => (await child.exited).exitCode,
          ),
      },
    ]
  })
}

/** What one would use instead, as one would call it. */
function others(set: NamespaceSet): Contender[] {
  const make = (what: string, text: string, file: string, args: readonly string[]): Contender => ({
    name: `${what} ${set.name}`,
    set: set.name,
    text,
    by: 'node',
    start: () => timed(() => nodeSpawn(file, args, { stdio: 'ignore' }), exitCode),
  })
  const { unshare, bwrap } = set
  return [
    ...(set.types.length === 0 ? [make('node', '`child_process.spawn`', COMMAND, [])] : []),
    ...(unshare
      ? [make('unshare', '`unshare`, by child_process.spawn', 'unshare', [...unshare, COMMAND])]
      : []),
    ...(bwrap
      ? [make('bwrap', '`bwrap`, by child_process.spawn', 'bwrap', [...bwrap, COMMAND])]
      : []),
  ]
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject))
}

async function timed<Child>(
  start: () => Child,
  end: (child: Child) => Promise<number | null>,
): Promise<Sample> {
  const begin = performance.now()
  const child = start()
  const blocked = performance.now() - begin
  const code = await end(child)
  const total = performance.now() - begin
  if (code !== 0) throw new Error(`${COMMAND} ended with ${code}`)
  return { total, blocked }
}
