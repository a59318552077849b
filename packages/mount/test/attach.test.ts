import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  asCaller,
  checkLeaks,
  expectErrno,
  lane,
  type Running,
  running,
  Scratch,
} from '@ns/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { attach, mount, readMountTable } from '../src/index.ts'

checkLeaks()

let scratch: Scratch
let source: string
let target: string
let sleeper: Running
beforeEach(async () => {
  scratch = new Scratch()
  source = scratch.directory('source')
  scratch.file('source/file', 'from outside')
  target = scratch.directory('target')
  sleeper = await running(asCaller([mount()]))
})
afterEach(async () => {
  await sleeper[Symbol.asyncDispose]()
  scratch[Symbol.dispose]()
})

const its = () => (lane === 'user' ? { user: sleeper.pid } : {})
const seen = (path: string) => `/proc/${sleeper.pid}/root${path}`
const attachHere = (from: string, to: string, options: object = {}) =>
  attach(sleeper.pid, from, to, { ...its(), ...options })
const refusal = (attached: Promise<void>) =>
  attached.then(
    () => expect.unreachable('it was attached'),
    (error: unknown) => error,
  )

describe('attach', () => {
  test('a directory is there for a process that runs, and nowhere else', async () => {
    const before = readFileSync('/proc/self/mountinfo', 'utf8')
    await attachHere(source, target)
    expect(readFileSync(seen(`${target}/file`), 'utf8')).toBe('from outside')
    expect(readdirSync(target)).toEqual([])
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before)
  })

  test('a file goes over a file, a later mount over an earlier one', async () => {
    const [first, second, place] = ['1', '2', ''].map((text, i) => scratch.file(`file${i}`, text))
    await attachHere(first as string, place as string)
    expect(readFileSync(seen(place as string), 'utf8')).toBe('1')
    await attachHere(second as string, place as string)
    expect(readFileSync(seen(place as string), 'utf8')).toBe('2')
  })

  test('C2: where the caller’s mounts are shared, what is mounted on it inside is not mounted outside', async () => {
    const fixture = join(import.meta.dirname, 'fixtures/attach-shared.ts')
    const asRoot = lane === 'root' ? [] : ['--user', '--map-root-user']
    const { stdout } = await promisify(execFile)(
      'unshare',
      [
        ...[...asRoot, '--mount', '--propagation', 'shared'],
        ...[process.execPath, '--conditions=@ns/source', fixture, scratch.path],
      ],
      { env: { ...process.env, NS_LANE: 'root' } }, // it is root there
    )
    expect(JSON.parse(stdout)).toEqual({ outside: [], inside: [target, `${target}/below`] })
  })

  test('C3: `readonly` is that of a bind', async () => {
    await attachHere(source, target, { readonly: 'recursive' })
    const table = await readMountTable(sleeper.pid, its())
    expect(table.find((mount) => mount.target === target)?.options).toContain('ro')
  })

  test.each([
    [
      'a missing source',
      () => scratch.at('nonesuch'),
      () => target,
      'ENOENT',
      /nonesuch' does not exist here/,
    ],
    [
      'a missing target',
      () => source,
      () => scratch.at('nonesuch'),
      'ENOENT',
      /does not exist in that namespace/,
    ],
    [
      'a directory on a file',
      () => source,
      () => scratch.file('file'),
      'EINVAL',
      /two directories, or two files/,
    ],
  ])('%s is refused, with the call and the path', async (_, from, to, errno, hint) => {
    const error = await refusal(attachHere(from(), to()))
    expect(error).toMatchObject({
      code: 'ERR_NS_SETUP',
      namespace: 'mount',
      operation: 'attach',
      hint: expect.stringMatching(hint),
      cause: { path: from(), dest: to() },
    })
    expectErrno(error, errno)
    expect(readdirSync(scratch.path)).not.toContain('nonesuch')
  })

  test('C5: a link in the target, which somebody inside may have put there, is not followed', async () => {
    symlinkSync(target, scratch.at('link'))
    scratch.directory('target/below')
    for (const place of ['link', 'link/below']) {
      const error = await refusal(attachHere(source, scratch.at(place)))
      expectErrno(error, 'ELOOP')
      expect(error).toMatchObject({ hint: expect.stringMatching(/symbolic link/) })
    }
    expect(readdirSync(seen(target))).toEqual(['below'])
  })

  test('what is no mount namespace, and what cannot be bound, is refused', async () => {
    await expect(attach('/proc/self/ns/uts', source, target)).rejects.toMatchObject({
      code: 'ERR_NS_NOT_A_NAMESPACE',
    })
    for (const refused of [
      attachHere('', target),
      attachHere(source, 'relative'),
      attachHere(source, target, { ro: true }),
    ])
      await expect(refused).rejects.toMatchObject({ code: 'ERR_NS_INVALID_OPTION' })
  })

  if (lane === 'user') {
    test('C11: what the caller cannot read is not readable inside', async () => {
      const place = scratch.file('place')
      await attachHere('/etc/shadow', place)
      expect(() => readFileSync(seen(place))).toThrow(/EACCES/)
    })

    test('without the user namespace the error says what is missing', async () => {
      const error = await refusal(attach(sleeper.pid, source, target))
      expect(error).toMatchObject({ hint: expect.stringMatching(/user: PID/) })
      expectErrno(error, 'EPERM')
    })
  }
})
