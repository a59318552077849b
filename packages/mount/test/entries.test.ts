import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { release } from 'node:os'
import {
  asCaller,
  checkLeaks,
  expectErrno,
  failure,
  lane,
  needs,
  program,
  rootInside,
  Scratch,
  shell,
} from '@ns/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cgroup } from '../../cgroup/src/index.ts'
import { ipc } from '../../ipc/src/index.ts'
import { net } from '../../net/src/index.ts'
import { pid } from '../../pid/src/index.ts'
import { user } from '../../user/src/index.ts'
import {
  bind,
  binfmt,
  cgroup2,
  dev,
  directory,
  file,
  type MountEntry,
  mask,
  mount,
  move,
  mqueue,
  parseMountTable,
  proc,
  propagation,
  remount,
  symlink,
  sysfs,
  tmpfs,
  unmount,
} from '../src/index.ts'
import { busyboxRoot } from './busybox-root.ts'

beforeEach(needs(program('busybox')))
checkLeaks()

/** What `ready` says of read-only mounts and masks: an ordinary user is root of a user namespace here, root has none. */
const undoable = lane === 'root' ? [] : [expect.stringMatching('can make writable')]

let scratch: Scratch
let box: string
beforeEach(() => {
  scratch = new Scratch()
  box = busyboxRoot(scratch)
})
afterEach(() => scratch[Symbol.dispose]())

/** In a root that is empty at first, with busybox. */
const inEmpty = (mounts: readonly MountEntry[], script: string) =>
  shell(
    asCaller([
      mount({
        root: tmpfs('/'),
        mounts: [bind(box, '/box'), symlink('box/bin', '/bin'), ...mounts],
      }),
      pid(),
    ]),
    script,
  )
/** In the caller's root. */
const here = (mounts: readonly MountEntry[], script: string, options = {}) =>
  shell(asCaller([mount({ mounts }), pid()]), script, options)
const tableOf = async (mounts: readonly MountEntry[]) =>
  parseMountTable((await inEmpty(mounts, 'cat /proc/self/mountinfo')).stdout)

describe('bind', () => {
  test('C17: an optional source that is missing is skipped, and `ready` says so', async () => {
    const missing = scratch.at('nonesuch')
    const { stdout, ready } = await inEmpty(
      [
        bind(missing, '/x', { optional: true, readonly: true }),
        bind(scratch.path, '/y', { optional: true }),
      ],
      'ls /x /y',
    )
    expect(stdout).toBe('/x:\n\n/y:\nroot\n')
    expect(ready.warnings).toEqual([
      expect.stringMatching(`bind: '${missing}' does not exist and is skipped`),
      ...undoable,
    ])
  })

  test('C17: an optional source that may not be reached is an error', async () => {
    const loop = scratch.at('loop')
    symlinkSync('loop', loop)
    const error = await failure(
      asCaller([mount({ mounts: [bind(loop, '/mnt', { optional: true })] })]),
    )
    expectErrno(error, 'ELOOP')
  })

  test('C18: an fd is bound as what was opened, whatever has its path now', async () => {
    const path = scratch.directory('source')
    scratch.file('source/opened')
    const fd = openSync(path, 'r')
    renameSync(path, scratch.at('elsewhere'))
    mkdirSync(path)
    const { stdout } = await inEmpty([bind({ fd }, '/x')], 'ls /x')
    expect(stdout).toBe('opened\n')
    renameSync(scratch.at('elsewhere'), scratch.at('again'))
    const contributions = asCaller([mount({ mounts: [bind({ fd }, '/mnt')] })])
    await shell([], `rm -r ${scratch.at('again')}`)
    expectErrno(await failure(contributions), 'ENOENT')
    closeSync(fd)
  })

  test('C19: a socket, a fifo and a device are bound', async () => {
    await shell([], `mkfifo ${scratch.at('fifo')}`)
    const server = createServer().listen(scratch.at('socket'))
    await once(server, 'listening')
    const mounts = [
      bind(scratch.at('fifo'), '/x/fifo'),
      bind('/dev/null', '/x/null'),
      bind(scratch.at('socket'), '/x/socket'),
    ]
    const { stdout } = await inEmpty(mounts, 'stat -c "%n %F" /x/*')
    server.close()
    expect(stdout).toBe('/x/fifo fifo\n/x/null character special file\n/x/socket socket\n')
  })

  test('nodev, nosuid and noexec are set, on nothing else', async () => {
    const source = scratch.directory('source')
    const mounts = [
      bind(source, '/x', { nodev: true, nosuid: true, noexec: true, readonly: true }),
      bind(source, '/y'),
    ]
    const table = await tableOf(mounts)
    const optionsOf = (path: string) => table.find(({ target }) => target === path)?.options
    expect(optionsOf('/x')).toEqual(expect.arrayContaining(['ro', 'nosuid', 'nodev', 'noexec']))
    expect(optionsOf('/y')?.[0]).toBe('rw')
  })

  test('C12: a source below a directory that may only be passed through', async () => {
    scratch.file('through/source/file')
    await shell([], `chmod 711 ${scratch.path} ${scratch.at('through')}`)
    const mounts = [bind(scratch.at('through/source'), '/mnt')]
    // As somebody else than its owner, if there is one: what root of a user namespace is outside.
    const map = [{ inside: 0, outside: 100_000, count: 1 }]
    const other = lane === 'root' ? [user({ map: { uid: map, gid: map } })] : []
    const contributions = asCaller([...other, mount({ mounts })])
    expect((await shell(contributions, 'ls /mnt')).stdout).toBe('file\n')
    const through = `ls ${scratch.at('through')}`
    if (lane === 'root') expect((await shell(contributions, through)).stdout).toBe('')
  })
})

describe('C13: what is made in a new file system', () => {
  test('parents and mount points have documented modes, whatever the caller’s mask', async () => {
    const source = scratch.file('source', 'text')
    const mask = process.umask(0o077)
    try {
      const mounts = [
        bind(source, '/a/b/file'),
        tmpfs('/a/c/d', { mode: 0o700 }),
        directory('/a/e', { mode: 0o2751 }),
        file('/a/f/secret', 'secret'),
        file('/a/f/script', '#!', { mode: 0o755 }),
        unmount('/a/b/file'),
      ]
      const names = '/a /a/b /a/b/file /a/c /a/c/d /a/e /a/f /a/f/secret /a/f/script'
      const { stdout } = await inEmpty(mounts, `stat -c %a ${names}; umask; cat /a/f/secret`)
      expect(stdout.split('\n')).toEqual([
        ...['755', '755', '444', '755', '700', '2751', '755', '600', '755'],
        ...['0077', 'secret'],
      ])
    } finally {
      process.umask(mask)
    }
  })

  test('nothing is made in a file system of the host', async () => {
    const before = readdirSync(scratch.path)
    const at = scratch.at('new')
    for (const entry of [directory(at), directory(`${at}/x`)])
      expect(await failure(asCaller([mount({ mounts: [entry] })]))).toMatchObject({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(/would be made in a file system of the host/),
      })
    for (const entry of [tmpfs(at), file(at, ''), symlink('x', at), dev(at)])
      expectErrno(await failure(asCaller([mount({ mounts: [entry] })])), 'ENOENT')
    expect(readdirSync(scratch.path)).toEqual(before)
  })

  test('a bind in a new file system is the host’s again', async () => {
    const source = scratch.directory('source')
    const mounts = [tmpfs('/mnt'), bind(source, '/mnt/x')]
    for (const entry of [tmpfs('/mnt/x/new'), bind(source, '/mnt/x/new/below')])
      expectErrno(await failure(asCaller([mount({ mounts: [...mounts, entry] })])), 'ENOENT')
    expect(
      (await here([...mounts, tmpfs('/mnt/x'), directory('/mnt/x/new')], 'ls /mnt/x')).stdout,
    ).toBe('new\n')
    expect(readdirSync(source)).toEqual([])
  })
})

describe('files and links', () => {
  test('a file with a content is mounted over one of the host, which stays', async () => {
    const path = scratch.file('resolv.conf', 'old')
    const { stdout } = await here(
      [file(path, 'new\n', { mode: 0o644 })],
      `cat ${path}; stat -c %a ${path}; pwd`,
      {},
    )
    expect(stdout).toBe(`new\n644\n${process.cwd()}\n`)
    expect((await shell([], `cat ${path}`)).stdout).toBe('old')
  })

  test('C16: the same link may be there; another one is an error that quotes it, as is a file', async () => {
    const link = symlink('some/where', '/x/link')
    expect((await inEmpty([link, link], 'readlink /x/link')).stdout).toBe('some/where\n')
    for (const other of ['some/where/else', 'some/wherE', 'some'])
      expect(
        await failure(
          asCaller([mount({ root: tmpfs('/'), mounts: [symlink(other, '/x/link'), link] })]),
        ),
      ).toMatchObject({
        code: 'ERR_NS_SETUP',
        operation: 'link',
        message: expect.stringContaining(`'${other}'`),
        hint: expect.stringContaining(`'${other}'`),
        cause: { code: 'EEXIST', path: '/x/link' },
      })
    const error = await failure(
      asCaller([mount({ root: tmpfs('/'), mounts: [file('/x/link', ''), link] })]),
    )
    expect(error).toMatchObject({ operation: 'link', hint: expect.stringMatching(/no link/) })
  })

  test('C16: a link of the host is compared, and not made', async () => {
    symlinkSync('some/where', scratch.at('link'))
    expect((await here([symlink('some/where', scratch.at('link'))], 'echo ok')).stdout).toBe('ok\n')
    expectErrno(
      await failure(asCaller([mount({ mounts: [symlink('else', scratch.at('link'))] })])),
      'EEXIST',
    )
  })
})

describe('C21: a minimal /dev', () => {
  const script = `
    cd /dev; ls; for it in null zero full random urandom tty; do stat -c '%n %t:%T' $it; done
    for it in fd stdin stdout stderr ptmx; do echo $it $(readlink $it); done
    stat -c %a shm pts/ptmx; echo x >null; echo x >full; head -c 2 zero | wc -c; head -c 3 urandom | wc -c; exec 3<>ptmx && ls pts; (echo x >/dev/stdout) | cat`
  test('has what every program expects, works, and has nothing else', async () => {
    const { stdout, stderr } = await inEmpty([dev()], script)
    expect(stdout.split('\n')).toEqual([
      ...'fd full null ptmx pts random shm stderr stdin stdout tty urandom zero'.split(' '),
      ...['null 1:3', 'zero 1:5', 'full 1:7', 'random 1:8', 'urandom 1:9', 'tty 5:0'],
      ...[
        'fd /proc/self/fd',
        'stdin /proc/self/fd/0',
        'stdout /proc/self/fd/1',
        'stderr /proc/self/fd/2',
        'ptmx pts/ptmx',
      ],
      ...['1777', '666', '2', '3', '0', 'ptmx', 'x', ''],
    ])
    expect(stderr).toMatch(/No space left/)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})

describe('C9: masks', () => {
  const mounts = () => [
    mask('/proc/version'),
    mask('/proc/sys'),
    mask('/proc/nonesuch'),
    mask('/nonesuch/x'),
  ]
  test('a file reads empty, a directory has nothing in it, a missing one is ignored', async () => {
    const script =
      'cat /proc/version; ls /proc/sys; touch /proc/sys/x; echo x >/proc/version; rm -f /proc/version; rmdir /proc/sys'
    const result = await here([proc(), ...mounts(), ...mounts()], script)
    expect(result.stdout).toBe('')
    expect(result.stderr).toMatch(/touch:.*Read-only file system/)
    expect(result.stderr).toMatch(/rm:.*(busy|denied)/)
  })

  test('a file of a root is hidden, and stays', async () => {
    scratch.file('root/data/secret', 'secret')
    const { stdout } = await shell(
      asCaller([mount({ root: box, mounts: [mask('/data/secret')] })]),
      'cat /data/secret; rm -f /data/secret 2>&1',
    )
    expect(stdout).toMatch(/busy/)
    expect(stdout).not.toMatch(/^secret/)
    expect(readdirSync(`${box}/data`)).toEqual(['secret'])
  })
})

describe('the caller’s directory', () => {
  let before: string
  beforeEach(() => {
    before = process.cwd()
    process.chdir(scratch.directory('work/sub'))
    scratch.file('work/sub/secret', 'hidden')
  })
  afterEach(() => process.chdir(before))
  const work = () => scratch.at('work')

  test('is seen as the mounts have it, not as it is below them', async () => {
    const script = 'pwd; cat secret; echo > new; ls'
    const readonly = await here([bind(work(), work(), { readonly: true })], script)
    expect(readonly.stdout).toBe(`${work()}/sub\nhiddensecret\n`)
    expect(readonly.stderr).toMatch('Read-only')
    const masked = await here([mask(`${work()}/sub`)], script)
    expect(masked.stdout).toBe(`${work()}/sub\n`)
    expect(masked.ready.warnings).toEqual(undoable)
    const relative = await here([mask(`${work()}/sub`)], script, { cwd: '../sub' })
    expect(relative.stdout).toBe(`${work()}/sub\n`)
  })

  test('is / where it is hidden, and `ready` says so', async () => {
    const { stdout, ready } = await here([tmpfs(work())], 'pwd; cat secret ../secret')
    expect(stdout).toBe('/\n')
    expect(ready.warnings).toEqual([
      expect.stringMatching(`directory '${work()}/sub' is not there`),
    ])
  })
})

describe('C22: /proc', () => {
  test('has the options that were asked for', async () => {
    const { stdout } = await inEmpty(
      [proc('/proc', { hidepid: 'invisible', subset: 'pid' }), proc('/x/proc')],
      'grep " /proc " /proc/self/mountinfo; ls -d /proc/version /x/proc/version',
    )
    expect(stdout).toMatch(/hidepid=invisible/)
    expect(stdout).toMatch(/subset=pid/)
    expect(stdout.split('\n').slice(1)).toEqual(['/x/proc/version', ''])
  })

  test("'none' leaves it out, 'bind' is the caller's", async () => {
    expect(
      (await inEmpty([proc('/proc', { source: 'none' })], 'ls -d /proc; echo end')).stdout,
    ).toBe('end\n')
    const { stdout } = await inEmpty(
      [proc('/proc', { source: 'bind' })],
      `ls -d /proc/${process.pid}`,
    )
    expect(stdout).toBe(`/proc/${process.pid}\n`)
  })
})

test('a sysfs and message queues of new namespaces', async () => {
  const { stdout } = await shell(
    asCaller([net(), ipc(), mount({ mounts: [sysfs('/mnt'), tmpfs('/tmp'), mqueue('/tmp/mq')] })]),
    'ls /mnt/class/net; touch /tmp/mq/queue; ls /tmp/mq; grep " /mnt " /proc/self/mountinfo',
  )
  expect(stdout).toMatch(/^lo\nqueue\n.* ro,nosuid,nodev,noexec/)
})

describe('binfmt_misc', () => {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  beforeEach(
    needs(() =>
      major > 6 || (major === 6 && minor >= 7)
        ? undefined
        : 'it is of a user namespace from 6.7 on',
    ),
  )
  const register = [':cat:E::cat::/bin/cat:', ':magic:M:0:\\x01cat::/bin/cat:']

  test('of the user namespace: its interpreters are for who is in it', async () => {
    const script = `printf 'text\\n' > /mnt/a.cat; printf '\\001cat\\n' > /mnt/b; chmod +x /mnt/*
      /mnt/a.cat; /mnt/b; ls /proc/sys/fs/binfmt_misc`
    const entries = [tmpfs('/mnt'), binfmt(undefined, { register })]
    const mounts = mount({ mounts: entries })
    for (const others of [[], [pid()]]) {
      const { stdout } = await shell([rootInside(), mounts, ...others], script)
      expect(stdout.split('\n')).toEqual([
        'text',
        '\x01cat',
        'cat',
        'magic',
        'register',
        'status',
        '',
      ])
    }
    const elsewhere = [tmpfs('/mnt'), binfmt('/mnt/own', { register: [] })]
    const { stdout } = await shell([rootInside(), mount({ mounts: elsewhere })], 'ls /mnt/own')
    expect(stdout).toBe('register\nstatus\n')
  })

  test('of the machine is not touched; what the kernel does not take is named', async () => {
    const of = (...entries: MountEntry[]) => mount({ mounts: entries })
    await expect(shell([of(binfmt())], ':')).rejects.toMatchObject({
      code: 'ERR_NS_INVALID_OPTION',
      message: expect.stringMatching(/binfmt: without a user namespace it is the machine’s/),
    })
    const twice = binfmt(undefined, { register: [register[0] ?? '', register[0] ?? ''] })
    await expect(shell([rootInside(), of(twice)], ':')).rejects.toMatchObject({
      operation: 'register',
      hint: expect.stringMatching(/there is an interpreter of that name already/),
    })
  })
})

test('a cgroup tree is read-only unless asked for otherwise (CVE-2023-25809)', async () => {
  const mounts = [tmpfs('/mnt'), cgroup2('/mnt/a'), cgroup2('/mnt/b', { readonly: false })]
  const contributions = asCaller([cgroup(), mount({ mounts })])
  const { stdout } = await shell(contributions, 'grep " /mnt/[ab] " /proc/self/mountinfo')
  expect(parseMountTable(stdout).map(({ type, options }) => [type, options[0]])).toEqual([
    ['cgroup2', 'ro'],
    ['cgroup2', 'rw'],
  ])
})

test('mounts are moved, taken away, and remounted flag by flag', async () => {
  const mounts = [
    ...[
      tmpfs('/a'),
      file('/a/file', 'text'),
      move('/a', '/b'),
      directory('/b/new'),
      tmpfs('/c'),
      unmount('/c'),
      directory('/c/x'),
    ],
    ...[remount('/b', { noexec: true, nodev: false, readonly: true })],
  ]
  const { stdout } = await inEmpty(mounts, 'ls /a /b /c; grep " /[abc] " /proc/self/mountinfo')
  const lines = stdout.trim().split('\n')
  expect(lines.slice(0, -1)).toEqual(['/a:', '', '/b:', 'file', 'new', '', '/c:', 'x'])
  expect(lines.at(-1)).toMatch(/ \/ \/b ro,nosuid,noexec/)
})

test('C2: one mount’s propagation is set, and no other’s', async () => {
  const table = await tableOf([tmpfs('/a'), tmpfs('/b'), propagation('/a', 'shared')])
  const of = (path: string) => table.find(({ target }) => target === path)?.propagation
  expect(of('/a')).toEqual([expect.stringMatching(/^shared:/)])
  expect(of('/b')).toEqual([])
})
