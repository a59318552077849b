import { readdirSync } from 'node:fs'
import { checkLeaks, countResources, expectNoLeaks, rounds, Scratch, slower } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bind, run, type SpawnOptions, spawn, spawnSync, tmpfs } from '../src/index.ts'

const scratch = new Scratch()
afterAll(() => scratch[Symbol.dispose]())
beforeAll(() => run('cat', { input: 'what a process opens once' }))

const namespaces = { user: { map: 'root' }, uts: true, mount: true, pid: true } as const
const openFds = () => readdirSync('/proc/self/fd').length

/** Four at a time. */
async function times(total: number, each: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < total; i += 4) await Promise.all([each(), each(), each(), each()])
}

const count = rounds(500)

describe(`B9: ${count} short sandboxes whose stdio is piped leave no zombie and no fd`, () => {
  checkLeaks()

  test('from `run`', { timeout: 60_000 * slower }, async () => {
    const before = openFds()
    await times(count, async () => {
      const { stdout } = await run('cat', { input: 'said', namespaces })
      expect(stdout).toBe('said')
    })
    expect(openFds()).toBe(before)
  })

  test('from `spawnSync`', { timeout: 60_000 * slower }, () => {
    const before = openFds()
    for (let i = 0; i < count; i++)
      expect(spawnSync('cat', [], { input: 'said', namespaces })).toMatchObject({ status: 0 })
    expect(openFds()).toBe(before)
  })
})

describe('B4: a set-up that fails is told with its errno, and leaves no mount, file, directory or process', () => {
  const { user, uts, pid } = namespaces
  const root = scratch.directory('root')
  const missing = scratch.at('missing')
  const cases: readonly (readonly [
    string,
    string,
    string,
    NonNullable<SpawnOptions['namespaces']>,
  ])[] = [
    ['a source', 'ENOENT', missing, { user, uts, pid, mount: { mounts: [bind(missing, '/mnt')] } }],
    [
      'a target',
      'ENOENT',
      'missing',
      { user, pid, mount: { root, mounts: [tmpfs('/missing/deep')] } },
    ],
    ['a root', 'ENOENT', missing, { user, pid, mount: { root: missing } }],
  ]
  test.each(cases)('%s that is missing', async (_, code, path, wanted) => {
    await using child = spawn('true', { namespaces: wanted, stdio: 'pipe' })
    await child.exited.catch(() => {}) // what is opened once for errors
    const [before, files] = [countResources(), readdirSync(scratch.path, { recursive: true })]
    for (let i = 0; i < 5; i++) {
      const refused = spawn('true', { namespaces: wanted })
      const error = await refused.ready.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toMatchObject({ cause: { code } })
      expect(String(error)).toContain(path)
      expect([refused.pid, await refused.exited.catch(() => 'never')]).toEqual([undefined, 'never'])
      expect(spawnSync('true', { namespaces: wanted })).toMatchObject({
        pid: 0,
        error: { cause: { code } },
      })
    }
    await expectNoLeaks(before)
    expect(readdirSync(scratch.path, { recursive: true })).toEqual(files)
  })
})
