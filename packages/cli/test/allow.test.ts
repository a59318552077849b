import { join } from 'node:path'
import { checkLeaks, ownMounts, ownNetwork, rootInside, Scratch, shell } from '@ns/testkit'
import { expect, test } from 'vitest'
import { ns, runNs } from './support/ns.ts'

checkLeaks()

/** What a script leaves in a network of its own, which it may configure. */
const outside = (script: string) =>
  shell([rootInside(), ownMounts(), ownNetwork()], script, { capabilities: 'keep' })

/** What `ns run` leaves beside a server at 192.0.2.7:8080, where names lead as this /etc/hosts has it. */
function besideServer(hosts: string, ...command: readonly string[]) {
  const server = join(import.meta.dirname, 'support/greeter.mjs')
  return outside(`ip link set lo up; ip address add 192.0.2.7/32 dev lo; mount --bind ${hosts} /etc/hosts
    ${process.execPath} ${server} 192.0.2.7 8080 ${[...ns, 'run', ...command].join(' ')}`)
}

test('--allow is the only way out of the network; what else was tried is told at the end', async () => {
  using scratch = new Scratch()
  const hosts = scratch.file('hosts', '10.1.2.3 private.example\n')
  const inside = scratch.file(
    'inside',
    `cat < /dev/tcp/192.0.2.7/8080
    getent hosts evil.example || echo unknown
    for place in 192.0.2.7/8081 10.1.2.3/8080; do (: < /dev/tcp/$place) 2>/dev/null || echo refused; done
    cat < /dev/tcp/private.example/8080 2>/dev/null
    exit 3`,
  )
  const allow = ['--allow', '192.0.2.7:8080', '--allow', 'private.example:8080']
  const flags = ['--user', '--mask', '/etc/hosts', ...allow]
  const { stdout, stderr } = await besideServer(hosts, ...flags, '--', 'bash', inside)
  expect(stdout).toBe('hello\nunknown\nrefused\nrefused\nits code: 3\n')
  expect(stderr.split('\n').filter((line) => line.startsWith('ns: refused'))).toEqual([
    'ns: refused: evil.example',
    'ns: refused: 192.0.2.7:8081/tcp',
    'ns: refused: 10.1.2.3:8080/tcp',
    expect.stringMatching(/^ns: refused: private\.example:8080\/tcp: .* leads to 10\.1\.2\.3: /),
  ])
})

test('a name that a command has made up is printed without its control characters', async () => {
  using scratch = new Scratch()
  const hosts = scratch.file('hosts', '192.0.2.7 registry.example\n')
  const inside = scratch.file(
    'inside.mjs',
    `import { connect } from 'node:tls'
    const servername = '\\x1b[2J.example'
    connect({ host: 'registry.example', port: 8080, servername }).on('error', () => {})`,
  )
  const flags = ['--user', '--mask', '/etc/hosts', '--allow', 'registry.example:8080']
  const { stderr } = await besideServer(hosts, ...flags, '--', process.execPath, inside)
  expect(stderr).toMatch(/^ns: refused: registry\.example:8080, asked for as \\x1b\[2J\.example$/m)
})

test('--allow hides the sockets by which libc asks daemons of the host for names', async () => {
  const listener = 'socket(S, 1, 1, 0) && bind(S, pack("Sa*", 1, "/run/nscd/socket")) or die $!'
  const seen = `perl -e 'print -S "/run/nscd/socket" ? "there\\n" : "hidden\\n"'`
  const run = (...flags: string[]) => [...ns, 'run', '--user', ...flags, '--', seen].join(' ')
  const script = `mount -t tmpfs run /run && mkdir /run/nscd && perl -MSocket -e '${listener}'
    ${run()}
    ${run('--net')}
    ${run('--allow', 'registry.example:443')}
    ${run('--mount', '--allow', 'registry.example:443')}`
  const { stdout } = await outside(script)
  expect(stdout).toBe('there\nthere\nhidden\nhidden\n')
})

test('--allow is there with --until-empty for those that the command leaves behind', async () => {
  const script =
    '(sleep 0.3; getent ahostsv4 a.example | head -n 1; getent hosts evil.example) & exit 5'
  const flags = ['--user', '--pid', '--until-empty', '--allow', 'a.example:443']
  const { code, stdout, stderr } = await runNs('run', ...flags, '--', 'sh', '-c', script)
  expect({ code, stdout }).toEqual({ code: 5, stdout: expect.stringMatching(/^198\.18\.0\.1 /) })
  expect(stderr).toMatch(/^ns: refused: evil\.example$/m)
})

test('--allow makes a network, and is no wish for one that exists', async () => {
  const { stdout } = await runNs(
    'explain',
    '--user',
    '--allow',
    'registry.example:443',
    '--',
    'true',
  )
  expect(stdout).toMatch(/unshare\(CLONE_NEWNET\).*sendmsg\(<gate>/s)
  const joined = await runNs('run', '--allow', 'a.example:1', '--join', 'net=1', '--', 'true')
  expect(joined).toMatchObject({ code: 125, stderr: expect.stringMatching(/--net .*--join net/) })
  const shared = await runNs('run', '--all', '--share=net', '--allow=a.example:1', '--', 'true')
  expect(shared).toMatchObject({ code: 125, stderr: expect.stringMatching(/--share net/) })
  const malformed = await runNs('run', '--allow', 'a.example', '--', 'true')
  expect(malformed).toMatchObject({
    code: 125,
    stderr: expect.stringMatching(/'a\.example': 'name:port'/),
  })
})
