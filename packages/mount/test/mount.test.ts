import { readdirSync, readFileSync, statSync } from 'node:fs'
import { probeSyscall } from '@ns/syscalls'
import {
  asCaller,
  checkLeaks,
  describeNamespace,
  expectErrno,
  failure,
  running,
  Scratch,
  shell,
} from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { bind, type MountOptions, mount, remount, tmpfs } from '../src/index.ts'

describeNamespace({
  type: 'mount',
  create: () => mount(),
  join: (ref) => mount({ join: ref }),
  sample: {
    change: 'mount -t tmpfs sample /mnt',
    print: 'cut -d " " -f 5- /proc/self/mountinfo',
  },
})
checkLeaks()

const inside = (options: MountOptions) => asCaller([mount(options)])
const mountinfo = () => readFileSync('/proc/self/mountinfo', 'utf8')

describe('what the host sees', () => {
  test('C1: its mounts are the same, after a success, a failed start and a kill', async () => {
    using scratch = new Scratch()
    const before = mountinfo()
    const mounts = [tmpfs(scratch.path)]
    expect(await shell(inside({ mounts }), ':')).toMatchObject({ exitCode: 0 })
    await failure(inside({ mounts: [...mounts, tmpfs('/nonesuch')] }))
    await using sleeper = await running(inside({ mounts }))
    expect(mountinfo()).toBe(before)
    sleeper.child.kill('SIGKILL')
    await sleeper.child.exited
    expect(mountinfo()).toBe(before)
  })

  test('files are shared: what is written in a bind is written', async () => {
    using scratch = new Scratch()
    const [source, target] = [scratch.directory('source'), scratch.directory('target')]
    await shell(inside({ mounts: [bind(source, target)] }), `echo x >${target}/file`)
    expect(readFileSync(`${source}/file`, 'utf8')).toBe('x\n')
    expect(readdirSync(target)).toEqual([])
  })
})

describe('binds', () => {
  test('a file is bound to a file', async () => {
    using scratch = new Scratch()
    const [source, target] = [scratch.file('source', 'new'), scratch.file('target', 'old')]
    const { stdout } = await shell(inside({ mounts: [bind(source, target)] }), `cat ${target}`)
    expect(stdout).toBe('new')
    expect(readFileSync(target, 'utf8')).toBe('old')
  })

  test('C3: writing to a read-only bind is EROFS, and the source stays writable', async () => {
    using scratch = new Scratch()
    const [source, target] = [scratch.directory('source'), scratch.directory('target')]
    const { stderr } = await shell(
      inside({ mounts: [bind(source, target, { readonly: true })] }),
      `touch ${source}/works; touch ${target}/fails`,
    )
    expect(stderr).toMatch(/fails.*Read-only file system/)
    expect(readdirSync(source)).toEqual(['works'])
  })

  test('B4: a missing source fails at its step, with path and errno, and makes nothing', async () => {
    using scratch = new Scratch()
    const target = scratch.directory('target')
    const error = await failure(inside({ mounts: [bind(scratch.at('nonesuch'), target)] }))
    expect(error).toMatchObject({
      code: 'ERR_NS_SETUP',
      namespace: 'mount',
      operation: 'bind',
      step: { phase: 'sources' },
      hint: expect.stringMatching(/nonesuch' does not exist here/),
      cause: { syscall: 'open_tree', path: scratch.at('nonesuch') },
    })
    expectErrno(error, 'ENOENT')
    expect(readdirSync(scratch.path)).toEqual(['target'])
  })

  test('B4: a missing target is not made, and the hint says so', async () => {
    using scratch = new Scratch()
    const source = scratch.directory('source')
    const error = await failure(inside({ mounts: [bind(source, scratch.at('nonesuch'))] }))
    expect(error).toMatchObject({
      code: 'ERR_NS_SETUP',
      hint: expect.stringMatching(/nonesuch' does not exist in the new root/),
    })
    expect(readdirSync(scratch.path)).toEqual(['source'])
  })

  test('C11: what the caller cannot read the command cannot read either', async () => {
    const readable = (await shell([], 'cat /etc/shadow')).exitCode === 0
    using scratch = new Scratch()
    const target = scratch.file('target')
    const { exitCode } = await shell(
      inside({ mounts: [bind('/etc/shadow', target)] }),
      `cat ${target}`,
    )
    expect(exitCode === 0).toBe(readable)
  })
})

describe('tmpfs', () => {
  test.each([
    [65_536, 65_536],
    ['64k', 65_536],
    ['3m', 3 << 20],
    ['1G', 2 ** 30],
  ])('C14: size %s is %i bytes', async (size, bytes) => {
    using scratch = new Scratch()
    const { stdout } = await shell(
      inside({ mounts: [tmpfs(scratch.path, { size })] }),
      `stat -f -c '%b %S' ${scratch.path}`,
    )
    const [blocks = 0, blockSize = 0] = stdout.split(' ').map(Number)
    expect(blocks * blockSize).toBe(bytes)
  })

  test.each([
    [undefined, '755'],
    [0o700, '700'],
    [0o1777, '1777'],
    [0, '0'],
  ])('C13: mode %s is that of its root', async (mode, shown) => {
    using scratch = new Scratch()
    const { stdout } = await shell(
      inside({ mounts: [tmpfs(scratch.path, { mode })] }),
      `stat -c %a ${scratch.path}; grep ' ${scratch.path} ' /proc/self/mountinfo`,
    )
    expect(stdout).toMatch(new RegExp(`^${shown}\\n`))
    expect(stdout).toMatch(/nosuid,nodev/)
  })
})

describe('order', () => {
  test('C15: a later entry hides an earlier one, in the order given', async () => {
    using scratch = new Scratch()
    const [source, target] = [scratch.directory('source'), scratch.directory('target')]
    scratch.file('source/file')
    const list = async (...mounts: MountOptions['mounts'] & object) =>
      (await shell(inside({ mounts }), `ls ${target}`)).stdout
    expect(await list(bind(source, target), tmpfs(target))).toBe('')
    expect(await list(tmpfs(target), bind(source, target))).toBe('file\n')
  })
})

describe('read-only', () => {
  test('the whole tree is, but for the mounts that are made', async () => {
    using scratch = new Scratch()
    const target = scratch.directory('writable')
    const { stdout, stderr } = await shell(
      inside({ readonly: true, mounts: [tmpfs(target)] }),
      `touch ${target}/works && echo works; touch ${scratch.path}/fails; touch /dev/shm/fails`,
    )
    expect(stdout).toBe('works\n')
    expect(stderr.match(/Read-only file system/g)).toHaveLength(2)
    expect(statSync(scratch.path).isDirectory()).toBe(true)
    expect(readdirSync(scratch.path)).toEqual(['writable'])
  })

  test('a mount that is there is made so by `remount`, and writable again', async () => {
    using scratch = new Scratch()
    const touch = `touch ${scratch.path}/file`
    const mounts = [tmpfs(scratch.path), remount(scratch.path, { readonly: true })]
    expect((await shell(inside({ mounts }), touch)).stderr).toMatch(/Read-only file system/)
    const again = [...mounts, remount(scratch.path, { readonly: false })]
    expect((await shell(inside({ mounts: again }), touch)).exitCode).toBe(0)
  })

  test('so are those below it, where there is mount_setattr (Linux 5.12); elsewhere the hint says so', async () => {
    using scratch = new Scratch()
    const all = inside({ mounts: [remount('/', { readonly: 'recursive' })] })
    const refusal = probeSyscall('mount_setattr')
    if (refusal) expect(await failure(all)).toMatchObject({ hint: refusal.reason })
    else {
      const { stderr } = await shell(all, `touch ${scratch.path}/file`)
      expect(stderr).toMatch(/Read-only file system/)
    }
  })

  test('what is no mount cannot be made so', async () => {
    using scratch = new Scratch()
    const target = scratch.directory('target')
    const error = await failure(inside({ mounts: [remount(target, { readonly: true })] }))
    expect(error).toMatchObject({ code: 'ERR_NS_SETUP', operation: 'make read-only' })
    expectErrno(error, 'EINVAL')
  })
})
