import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { checkLeaks, lane, Scratch } from '@ns/testkit'
import { afterAll, describe } from 'vitest'
import { codeOf, outputOf, type Spawn, sameAsNode, sameAsNodeWithoutNamespaces } from './compare.ts'

checkLeaks()
const directory = new Scratch()
afterAll(() => directory[Symbol.dispose]())
const options = (given: object) => given as SpawnOptions

/** What a program prints that is called so. */
function prints(file: string, args: unknown, given: object): (spawn: Spawn) => Promise<unknown> {
  return async (spawn) => {
    const child = spawn(file, args as string[], options(given)) as ChildProcess
    return [child.spawnfile, child.spawnargs, await outputOf(child)]
  }
}

describe('options are Node’s', () => {
  sameAsNode('cwd: a path', prints('pwd', [], { cwd: '/usr' }))
  sameAsNode('cwd: a URL', prints('pwd', [], { cwd: pathToFileURL('/usr/lib') }))
  for (const cwd of ['', null, undefined])
    sameAsNode(`cwd: ${JSON.stringify(cwd)} is the caller’s`, prints('pwd', [], { cwd }))

  const PATH = process.env.PATH
  const inherited = Object.create({ INHERITED: 'yes' }) as object
  const environments: readonly (readonly [string, unknown])[] = [
    ['order, empty values, odd names', { B: '2', PATH, A: '1', EMPTY: '', 'O-D D': 'x' }],
    [
      'what is undefined is left out, all else is text',
      { PATH, U: undefined, N: null, I: 5, T: true },
    ],
    ['what is inherited counts', Object.assign(inherited, { PATH, OWN: '1' })],
    ['nothing', {}],
  ]
  for (const [title, env] of environments)
    sameAsNode(`B16: env: ${title}`, prints('/usr/bin/env', [], { env }))
  for (const env of [null, undefined])
    sameAsNode(
      `B16: env: ${env} is the caller’s`,
      prints('sh', ['-c', 'echo $HOME $PATH'], { env }),
    )
  for (const given of [{}, { NODE_V8_COVERAGE: 'its own' }, { NODE_V8_COVERAGE: undefined }])
    sameAsNode(
      `B16: a coverage run collects of children with an environment of their own too: ${JSON.stringify(given)}`,
      async (spawn) => {
        const before = process.env.NODE_V8_COVERAGE
        process.env.NODE_V8_COVERAGE = '/nowhere'
        try {
          return await outputOf(spawn('/usr/bin/env', [], { env: { A: '1', ...given } }))
        } finally {
          if (before === undefined) delete process.env.NODE_V8_COVERAGE
          else process.env.NODE_V8_COVERAGE = before
        }
      },
    )
  sameAsNode('B16: PATH is the child’s', async (spawn) => {
    writeFileSync(directory.at('only-here'), '#!/bin/sh\necho found\n')
    chmodSync(directory.at('only-here'), 0o755)
    const found = await outputOf(spawn('only-here', { env: { PATH: `${directory.path}:${PATH}` } }))
    return [found, await codeOf(() => spawn('only-here'))]
  })

  sameAsNode('B15: argv0', prints('sh', ['-c', 'echo "$0"'], { argv0: 'another' }))
  for (const argv0 of ['', null])
    sameAsNode(
      `B15: argv0: ${JSON.stringify(argv0)}`,
      prints('cat', ['/proc/self/cmdline'], { argv0 }),
    )
  sameAsNode(
    'B15: arguments: empty, with a newline, beyond ASCII, no text at all',
    prints('printf', ['[%s]', '', 'a\nb', '-c', '--help', 'ä ✓ 😀', 5, null, undefined, true], {}),
  )
  for (const args of [null, undefined, []])
    sameAsNode(`arguments: ${JSON.stringify(args)}`, prints('true', args, {}))

  const shells = [true, '/bin/sh', '', false, null, '/bin/bash']
  for (const shell of shells)
    sameAsNode(`shell: ${JSON.stringify(shell)}`, prints('echo', ['$0', '"a  b"'], { shell }))
  sameAsNode(
    'shell, the command being one text',
    prints('echo a | tr a b; exit 3', [], { shell: true }),
  )
  sameAsNode('shell with argv0', prints('echo $0', [], { shell: true, argv0: 'me' }))
  const missing = { shell: '/bin/nonesuch' }
  sameAsNode('a shell that is missing', (spawn) => codeOf(() => spawn('true', missing)))

  sameAsNode('what is windows’ has no effect', async (spawn) => {
    const given = { windowsHide: true, windowsVerbatimArguments: true, serialization: 'json' }
    return await outputOf(spawn('echo', ['x'], given as SpawnOptions))
  })

  const leads = 'set -- $(cat /proc/self/stat); [ $6 = $5 ] && echo leads'
  sameAsNode('detached: a session of its own', prints('sh', ['-c', leads], { detached: true }))
  sameAsNodeWithoutNamespaces(
    'not detached: the caller’s session',
    prints('sh', ['-c', leads], { detached: false }),
  )
})

describe('failures are Node’s', () => {
  writeFileSync(directory.at('plain'), '#!/bin/sh\n')
  const cases: readonly (readonly [string, (spawn: Spawn) => ChildProcess])[] = [
    ['a missing program', (spawn) => spawn('nonesuch')],
    ['B3: a program that is not executable', (spawn) => spawn(directory.at('plain'))],
    ['B3: a directory', (spawn) => spawn(directory.path)],
    ['a missing directory', (spawn) => spawn('true', { cwd: '/nonesuch' })],
    ['a directory that is none', (spawn) => spawn('true', { cwd: '/etc/passwd' })],
    ['too many arguments', (spawn) => spawn('true', Array(30).fill('x'.repeat(100_000)))],
  ]
  for (const [title, call] of cases) sameAsNode(title, (spawn) => codeOf(() => call(spawn)))

  sameAsNodeWithoutNamespaces('an fd that is not open', (spawn) =>
    codeOf(() => spawn('true', { stdio: ['ignore', 999, 'ignore'] })),
  )
  if (lane === 'user')
    sameAsNodeWithoutNamespaces('ids that one may not take', async (spawn) => [
      await codeOf(() => spawn('true', { uid: 0 })),
      await codeOf(() => spawn('true', { gid: 0 })),
    ])
  if (lane === 'root')
    sameAsNodeWithoutNamespaces('ids, and the groups that go with them', (spawn) =>
      outputOf(spawn('sh', ['-c', 'id -u; id -g; id -G'], { uid: 12345, gid: 12346 })),
    )
})

describe('B15: what Node refuses is refused, with its code, before anything exists', () => {
  const calls: readonly (readonly unknown[])[] = [
    [],
    [null],
    [5],
    [''],
    ['a\0b'],
    ['true', 5],
    ['true', 'a'],
    ['true', ['a\0b']],
    ['true', [], null],
    ['true', [], 5],
    ['true', [], 'a'],
    ['true', [], []],
    ['true', null, null],
  ]
  const values: Readonly<Record<string, readonly unknown[]>> = {
    cwd: [5, {}, true, '/a\0b', new URL('https://example.org')],
    env: [{ A: 'a\0b' }, { 'A\0': 'b' }],
    argv0: [5, 'a\0b'],
    detached: [1, 'true', {}],
    uid: ['0', 1.5, {}],
    gid: ['0', 1.5, []],
    shell: [5, {}, '/bin/\0'],
    windowsHide: [1, 'x'],
    windowsVerbatimArguments: [1, 'x'],
    timeout: [-1, 1.5, '5', {}],
    killSignal: ['SIGNONE', 1000, 0, true, {}],
    signal: [null, {}, 5, 'x'],
  }
  const all = [
    ...calls,
    ...Object.entries(values).flatMap(([key, list]) =>
      list.map((value) => ['true', [], { [key]: value }]),
    ),
  ]
  for (const call of all)
    sameAsNodeWithoutNamespaces(JSON.stringify(call), (spawn) => {
      try {
        ;(spawn as (...args: unknown[]) => ChildProcess)(...call).kill('SIGKILL')
        return 'started'
      } catch (error) {
        return [(error as Error).name, (error as NodeJS.ErrnoException).code]
      }
    })
})
