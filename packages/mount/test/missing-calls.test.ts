import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  canOverlay,
  checkLeaks,
  lane,
  needs,
  program,
  Scratch,
  slower,
  userNamespaces,
} from '@ns/testkit'
import { beforeEach, expect, test } from 'vitest'
import { busyboxRoot } from './busybox-root.ts'

beforeEach(needs(userNamespaces, canOverlay, program('cc'), program('busybox')))
checkLeaks()

/** What came of each kind of entry and of root; where a call answers so, if one does. */
async function observe(call?: string, answer = 'ENOSYS'): Promise<Record<string, string>> {
  using scratch = new Scratch()
  busyboxRoot(scratch)
  const without = join(import.meta.dirname, '../../../scripts/without-syscall.sh')
  const fixture = join(import.meta.dirname, 'fixtures/each-entry.ts')
  const asRoot = lane === 'root' ? [] : ['--user', '--map-root-user']
  const own = ['--mount', '--net', '--ipc', '--pid', '--fork', '--mount-proc']
  const filter = call === undefined ? [] : [without, answer, call, '--']
  const node = [process.execPath, '--conditions=@ns/source', fixture, scratch.path]
  const { stdout } = await promisify(execFile)('unshare', [...asRoot, ...own, ...filter, ...node], {
    env: { ...process.env, NS_LANE: 'root' }, // it is root there
  })
  const { seen, left } = JSON.parse(stdout.replaceAll(scratch.path, ''))
  expect(left).toEqual([]) // nothing was made on the host
  return seen
}

const remounts = ['remount', 'unmount', 'move', 'propagation']
const roots = ['root, a directory', 'root, an overlay', 'root, empty']
const binds = ['bind', 'bind, read-only', 'bind of a file', 'proc, bound']
const others = [
  ...['tmpfs', 'dev', 'proc', 'sysfs', 'mqueue'],
  ...['file', 'file, directory, link', 'mask'],
]
const overlays = ['overlay', 'overlay, upper of the host']

/** What fails without a call; all else works, and is the same. Its other answers are in fallbacks.test.ts. */
const FAILS = {
  clone3: [],
  close_range: ['all'], // what the command would inherit is not known beforehand
  mount_setattr: [],
  openat2: [],
  fsopen: [...overlays, ...remounts, ...roots, ...others],
  open_tree: [...binds, ...overlays, ...roots, 'dev', 'file', 'mask', 'attach'],
  move_mount: [...binds, ...overlays, ...remounts, ...roots, ...others, 'attach'],
} as const satisfies Record<string, readonly string[]>

test(
  'C24: without a call each kind of entry and of root is the same, or fails and names the call',
  async () => {
    const usual = await observe()
    expect(Object.values(usual).filter((what) => /^(failed|exit)/.test(what))).toEqual([])
    for (const answer of ['ENOSYS', 'EPERM']) {
      // After an EPERM of clone3 glibc makes no thread: there is no Node.js to run.
      const missing = Object.entries(FAILS).filter(
        ([call]) => answer === 'ENOSYS' || call !== 'clone3',
      )
      const runs = missing.map(async ([calls, fails]: [string, readonly string[]]) => {
        const outcomes = await observe(calls, answer)
        const says = new RegExp(`^failed: .*: ${calls} ${answer}: .* answers ${answer} to ${calls}`)
        for (const [name, outcome] of Object.entries(outcomes)) {
          const what = `${name}, where ${calls} answers ${answer}`
          if (fails.includes(name) || fails.includes('all')) expect(outcome, what).toMatch(says)
          else expect(outcome, what).toBe(usual[name])
        }
      })
      const settled = await Promise.allSettled(runs) // all have ended, whatever one of them says
      for (const run of settled) if (run.status === 'rejected') throw run.reason
    }
  },
  180_000 * slower,
)
