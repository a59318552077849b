import { spawn as spawnNode } from 'node:child_process'
import { once } from 'node:events'
import type { Listing } from '@ns/inspect'
import { spawn } from '@ns/spawn'
import { lane } from '@ns/testkit'
import { expect, test } from 'vitest'
import { dot, mermaid } from '../src/ls/graph.ts'
import { table } from '../src/ls/table.ts'
import { ns, runNs } from './support/ns.ts'
import { Terminal } from './support/terminal.ts'

/** A shell that waits, in namespaces of its own. */
const box = async (...args: string[]) => {
  const child = spawn('sh', ['-c', 'read line', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    namespaces: { user: { map: 'root' }, uts: true },
  })
  return { child, ...(await child.ready) }
}

test('a line for each namespace, whole and without colours where stdout is no terminal', async () => {
  const long = 'x'.repeat(300)
  const { child, pid, namespaces } = await box('sh', long)
  await using _ = child
  const { stdout, stderr, code } = await runNs('ls', '--pid', `${pid}`)
  expect(code).toBe(0)
  if (lane === 'user') expect(stderr).toMatch(/^ns: partial: .*\n$/)
  const [head, ...lines] = stdout.trimEnd().split('\n')
  expect(head).toMatch(/^NAMESPACE +PROCS +PID +USER +COMMAND/)
  expect(lines).toHaveLength(8)
  const uts = lines.find((line) => line.startsWith(`uts ${namespaces.uts} `))
  expect(uts).toMatch(new RegExp(` 1 +${pid} .*sh -c read line sh ${long}$`))
  expect(stdout).not.toContain('\x1b')
})

test('on a terminal it is as wide as that, and coloured', async () => {
  const { child, pid } = await box('sh', 'x'.repeat(300))
  await using _ = child
  const command = `stty cols 60; exec env -u CI -u NO_COLOR TERM=xterm-256color ${ns.join(' ')} ls --pid ${pid}`
  await using terminal = new Terminal(['sh', '-c', command])
  expect(await terminal.exitCode()).toBe(0)
  const lines = terminal.screen.split('\r\n').filter((line) => / \d+ /.test(line))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
  const plain = lines.map((line) => line.replace(/\x1b\[\d+m/g, ''))
  expect(lines).toHaveLength(8)
  const others = plain.filter((_, i) => lines[i]?.startsWith('\x1b[36m'))
  expect(others.map((line) => line.split(' ')[0]).sort()).toEqual(['user', 'uts'])
  for (const line of others) expect(line).toMatch(/^.{59}…$/)
})

test('what a command is called cannot do anything to the terminal', async () => {
  const { child, pid } = await box('\x1b]0;title\x07\n\u009b31m\u202eevil')
  await using _ = child
  const { stdout } = await runNs('ls', '--pid', `${pid}`, '--type', 'uts')
  expect(stdout).toContain('\\x1b]0;title\\x07\\x0a\\x9b31m\\u202eevil')
  const inJson = (await runNs('ls', '--pid', `${pid}`, '--json')).stdout
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  expect(inJson).not.toMatch(/[\x1b\x7f-\x9f]/)
})

test('--json is what the library has', async () => {
  const { child, pid, namespaces } = await box()
  await using _ = child
  const { stdout, stderr } = await runNs('ls', '--json', '--type', 'uts', '--type', 'mnt')
  expect(stderr).toBe('')
  const listing = JSON.parse(stdout) as Listing
  expect(listing.partial).toEqual(expect.any(Boolean))
  expect(new Set(listing.namespaces.map(({ type }) => type))).toEqual(new Set(['uts', 'mount']))
  const uts = listing.namespaces.find(({ inode }) => inode === namespaces.uts)
  expect(uts).toMatchObject({ owner: namespaces.user, mounts: [], fds: [], sockets: [] })
  expect(uts?.processes).toContain(pid)
})

test('--tree: what a user namespace owns stands below it', async () => {
  const { child, namespaces } = await box()
  await using _ = child
  const byOwner = (await runNs('ls', '--tree')).stdout.split('\n')
  const at = byOwner.findIndex((line) => line.includes(`user ${namespaces.user} `))
  expect(byOwner[at]).toMatch(/^[├└]─ user /)
  expect(byOwner[at + 1]).toMatch(new RegExp(`^[│ ] {2}└─ uts ${namespaces.uts} `))
})

test('--tree=process: in each namespace its processes, below the one that started them', async () => {
  // Its init ends both.
  await using child = spawn('sh', ['-c', 'sleep 600; :'], {
    stdio: 'ignore',
    namespaces: { user: true, pid: true },
  })
  const { pid, namespaces } = await child.ready
  const { stdout } = await runNs('ls', '--tree=process', '--type', 'pid', '--pid', `${pid}`)
  const [, root, init, shell, sleep] = stdout.split('\n')
  expect(root).toMatch(new RegExp(`^pid ${namespaces.pid} +3 `))
  expect(init).toMatch(/^└─ \d+ .*ns-init$/)
  expect(shell).toMatch(/^ {3}└─ \d+ .*sh -c sleep 600; :$/)
  expect(sleep).toMatch(/^ {6}└─ \d+ .*sleep 600$/)
})

test('A17, D7: --persistent: what only a file keeps, with its path; once that is gone it is too', async () => {
  // In namespaces of their own all that is listed is theirs.
  const script = `touch /mnt/kept; "$@" run --net --persist net=/mnt/kept -- readlink /proc/self/ns/net
    "$@" ls --persistent; "$@" ls --json --persistent; umount /mnt/kept; "$@" ls --persistent`
  const flags = ['--user', '--pid', '--tmpfs', '/mnt']
  const { stdout, stderr } = await runNs('run', ...flags, '--', 'sh', '-c', script, 'sh', ...ns)
  expect(stderr).toBe('')
  const [link = '', head, line, ...rest] = stdout.trimEnd().split('\n')
  const inode = Number(link.match(/\d+/)?.[0])
  expect(head).toMatch(/^NAMESPACE .* COMMAND, OR WHAT KEEPS IT$/)
  expect(line).toMatch(new RegExp(`^net ${inode} +0 +/mnt/kept$`))
  expect(rest.pop()).toMatch(/^NAMESPACE/) // and no line below it
  const { namespaces } = JSON.parse(rest.join('\n')) as Listing
  expect(namespaces).toMatchObject([
    { type: 'net', inode, processes: [], mounts: ['/mnt/kept'], owner: expect.any(Number) },
  ])
})

test('--watch goes on with what comes and goes, and ends with its reader', async () => {
  const [file = '', ...args] = [...ns, 'ls', '--type', 'uts', '--watch']
  const watching = spawnNode(file, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  watching.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  const see = async (pattern: RegExp) => {
    while (!pattern.test(text)) await once(watching.stdout, 'data')
  }
  await see(/^uts \d+/m)
  const { child, namespaces } = await box()
  await see(new RegExp(`^\\+ uts ${namespaces.uts} `, 'm'))
  await child[Symbol.asyncDispose]()
  await see(new RegExp(`^- uts ${namespaces.uts} `, 'm'))
  const exit = once(watching, 'exit')
  watching.stdout.destroy()
  await using _ = (await box()).child
  expect(await exit).toEqual([0, null])
})

const none = { mounts: [], fds: [], sockets: [] }
const graph: Listing = {
  partial: false,
  processes: [],
  namespaces: [
    { type: 'user', inode: 1, processes: [1, 2], ...none },
    { type: 'pid', inode: 2, processes: [1], owner: 1, ...none },
    { type: 'user', inode: 3, processes: [], owner: 1, parent: 1, ...none },
    { type: 'pid', inode: 4, processes: [2], owner: 3, parent: 2, ...none },
    { type: 'uts', inode: 5, processes: [], owner: 99, ...none },
  ],
}

test('--mermaid and --dot: a line from each owner, dots from the one above', () => {
  expect(mermaid(graph).split('\n')).toEqual([
    'graph TD',
    '  n1["user 1<br>2 processes"]',
    '  n2["pid 2<br>1 process"]',
    '  n3["user 3<br>0 processes"]',
    '  n4["pid 4<br>1 process"]',
    '  n5["uts 5<br>0 processes"]',
    '  n1 --> n2',
    '  n1 --> n3',
    '  n3 --> n4',
    '  n2 -.-> n4',
  ])
  expect(dot(graph)).toContain('  4 [label="pid 4\\n1 process"]')
  expect(dot(graph)).toContain('  3 -> 4\n  2 -> 4 [style=dotted]\n}')
})

test('a column is as wide as its widest cell, East Asian characters counting twice', () => {
  const rows = [{ cells: ['名前', 'b'] }, { cells: ['a', '1234567'] }]
  expect(table(['A', 'B'], rows, { width: 10, hasColors: false }).split('\n')).toEqual([
    'A     B',
    '名前  b',
    'a     123…',
  ])
})

test.each([
  [['--bogus'], /--bogus/],
  [['--type', 'foo'], /--type foo: one of user/],
  [['--pid', 'x'], /--pid x: a pid/],
  [['--tree=up'], /--tree=up: owner, parent or process/],
  [['--json', '--tree'], /one form at a time/],
  [['--watch', '--dot'], /--watch prints a table/],
])('A7: ls %j is refused and named', async (args, message) => {
  const outcome = await runNs('ls', ...args)
  expect(outcome).toMatchObject({ code: 125, stdout: '' })
  expect(outcome.stderr).toMatch(message)
})

test('ls --help has examples and every flag', async () => {
  const { stdout, code } = await runNs('ls', '--help')
  expect(code).toBe(0)
  for (const flag of ['type', 'pid', 'persistent', 'tree', 'json', 'mermaid', 'dot', 'watch'])
    expect(stdout).toMatch(new RegExp(`^  --${flag}\\b`, 'm'))
  expect(stdout).toMatch(/^ {2}ns ls --tree /m)
  expect((await runNs('help', 'ls')).stdout).toBe(stdout)
})
