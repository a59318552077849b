import {
  AF_UNIX,
  type Argument,
  bits,
  CLONE_NEW,
  invalidOption,
  O,
  type Plan,
  PR,
  type Region,
  type Slot,
  SOCK,
  type Step,
  step,
  W,
} from '@ns/syscalls'
import { formatRanges, type IdRange, validateSize } from './id-map.ts'
import type { Maps } from './maps.ts'

const options = { namespace: 'user', operation: 'disable nested' } as const

/**
 * Adds the steps after which the command can make no user namespace: the limit of the one that was made is set to one,
 * and one more is made below, which takes it up. Whoever is root there may raise its own limit, which doesn't help: all
 * limits above count too (namespaces(7), user_namespaces(7)). It has no capability over what the one above owns.
 */
export function addNested(plan: Plan, { uid, gid }: Pick<Maps, 'uid' | 'gid'>): void {
  // The process is dumpable for two writes: whoever is in a joined pid namespace could look at it (CVE-2016-9962).
  if (plan.joins.has('pid'))
    throw invalidOption(
      'user.disableNested contradicts pid.join: the processes there could look at this one meanwhile',
      'user',
    )
  plan.isNested = true
  const steps = plan.in('nested')
  const unshare = [CLONE_NEW.user]
  const dumpable = (value: number) =>
    steps.call('prctl', [PR.SET_DUMPABLE, value, 0, 0, 0], { operation: 'guard' })
  steps.writeFile(plan.proc, 'sys/user/max_user_namespaces', '1', options)
  const helper = addHelper(plan, [
    ['uid_map', sameIds(uid, 'uid')],
    ['gid_map', sameIds(gid, 'gid')],
  ])
  steps.call('unshare', unshare, { ...options, operation: 'create' })
  dumpable(1) // of an undumpable process the files are root's, of the whole machine
  helper.run()
  dumpable(0)
  // The proof: success is no success here.
  steps.call('unshare', unshare, { ...options, tolerate: ['ENOSPC'], expect: 1 })
}

/** Each id is itself. A range of the map above stays one: no line may be of ids of two (map_write, kernel/user_namespace.c). */
function sameIds(ranges: readonly IdRange[], kind: 'uid' | 'gid'): string {
  const same = ranges.map(({ inside, count }) => ({ inside, outside: inside, count }))
  validateSize(same, `user.disableNested with user.map.${kind}`)
  return formatRanges(same)
}

/**
 * Adds a process that stays in the user namespace that is current: a map of several lines takes a capability there, which
 * who has left it lacks. setgroups needs no word: what holds above holds below (user_namespaces(7)).
 *
 * @returns what adds the steps that let it write, and that wait for its end
 */
function addHelper(plan: Plan, files: readonly (readonly [name: string, content: string])[]) {
  const steps = plan.in('nested')
  const self = plan.slot('self')
  const pair = plan.memory.allocate(8)
  const [its, ours] = [plan.slot('its end'), plan.slot('our end')]
  const pid = plan.slot('helper')
  const open = O.PATH | O.DIRECTORY | O.CLOEXEC
  steps.call('openat', [plan.proc, 'self', open], { ...options, result: self })
  steps.call('socketpair', [AF_UNIX, SOCK.STREAM | SOCK.CLOEXEC, 0, pair], options)
  steps.push(...take(pair, [its, ours]))
  const helper = [
    step('close', [ours], options), // so that the other's death is the end of the stream
    hear(plan, its),
    ...files.flatMap(([name, content]) => writeFile(plan, self, name, content)),
    say(plan, its),
    step('exit_group', [0], options),
  ]
  // Without a signal for its end: the command would find that waiting.
  steps.call('clone', [0, 0, 0, 0, 0], { ...options, result: pid, helper })
  steps.call('close', [its], options)
  const run = () => {
    steps.push(say(plan, ours), hear(plan, ours))
    steps.call('wait4', [pid, 0, W.ALL, 0], options)
    for (const fd of [ours, self]) steps.call('close', [fd], options)
  }
  return { run }
}

/** Two 32-bit fds, each to a slot of its own. */
function take(pair: Region, slots: readonly Slot[]): Step[] {
  const isFd = { keep: 0x7fffffff, set: 0 }
  return slots.map((slot, i) => bits(pair.at(i * 4, 4), isFd, slot, options))
}

const say = (plan: Plan, socket: Slot) =>
  step('write', [socket, plan.memory.string('.'), 1], { ...options, expect: 1 })
const hear = (plan: Plan, socket: Slot) =>
  step('read', [socket, plan.memory.allocate(8), 1], { ...options, expect: 1 })

function writeFile(plan: Plan, directory: Argument, path: string, content: string): Step[] {
  const fd = plan.slot('fd')
  const { length } = content
  return [
    step('openat', [directory, path, O.WRONLY | O.CLOEXEC], { ...options, path, result: fd }),
    step('write', [fd, Buffer.from(content), length], { ...options, path, expect: length }),
    step('close', [fd], options),
  ]
}
