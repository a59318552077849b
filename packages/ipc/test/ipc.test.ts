import { execFileSync } from 'node:child_process'
import {
  asCaller,
  checkLeaks,
  describeNamespace,
  lane,
  linux,
  needs,
  output,
  program,
  running,
  shell,
  waitFor,
} from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { ipc, readIpcObjects, removeIpcObjects } from '../src/index.ts'
import { parseSysvTable } from '../src/objects.ts'

describeNamespace({ type: 'ipc', create: () => ipc(), join: (ref) => ipc({ join: ref }) })
checkLeaks()
const needsPython = needs(program('python3'))

/** One queue, one set of two semaphores, one segment; the ids are the first of the namespace. */
const make = 'ipcmk -Q -p 0600; ipcmk -S 2; ipcmk -M 4096'

describe('System V objects', () => {
  test('A12: a queue of the host has no match inside, nor the other way round', async () => {
    const id = execFileSync('ipcmk', ['-Q'], { encoding: 'utf8' }).match(/\d+/)?.[0] as string
    try {
      const table = { file: 'cat', args: ['/proc/sysvipc/msg'] }
      expect((await output([], table)).stdout.split('\n').length).toBeGreaterThan(2)
      expect(parseSysvTable((await output(asCaller([ipc()]), table)).stdout)).toEqual([])
    } finally {
      execFileSync('ipcrm', ['-q', id])
    }
    const before = execFileSync('cat', ['/proc/sysvipc/msg'], { encoding: 'utf8' })
    await output(asCaller([ipc()]), { file: 'sh', args: ['-c', make] })
    expect(execFileSync('cat', ['/proc/sysvipc/msg'], { encoding: 'utf8' })).toBe(before)
  })

  test('A12: whoever joins sees them; they are listed from outside', async () => {
    await using child = await running(asCaller([ipc()]), {
      file: 'sh',
      args: ['-c', `exec >/dev/null 2>&1; ${make}; exec sleep 600`],
      fds: [],
    })
    const user = asCaller([]).length > 0 ? { user: child.pid } : {}
    await waitFor(async () => (await readIpcObjects(child.pid, user)).sharedMemory.length === 1)
    const objects = await readIpcObjects(child.pid, user)
    expect(objects.queues).toMatchObject([{ id: 0, mode: 0o600, messages: 0, bytes: 0 }])
    expect(objects.semaphores).toMatchObject([{ id: 0, semaphores: 2 }])
    expect(objects.sharedMemory).toMatchObject([{ id: 0, size: 4096, attached: 0 }])
    const joined = await output(asCaller([ipc({ join: child.pid })], child.pid), {
      file: 'cat',
      args: ['/proc/sysvipc/sem'],
    })
    expect(parseSysvTable(joined.stdout)).toHaveLength(1)
  })
})

describe('POSIX queues', () => {
  test('are listed from outside though they are mounted nowhere', async (context) => {
    needsPython(context)
    const script = `
import ctypes, os, time
libc = ctypes.CDLL('librt.so.1', use_errno=True)
queue = libc.mq_open(b'/letters', os.O_CREAT | os.O_RDWR, 0o600, None)
libc.mq_send(queue, b'hello', 5, 0)
time.sleep(60)`
    const command = { file: 'python3', args: ['-c', script], fds: [] }
    await using child = await running(asCaller([ipc()]), command)
    const user = asCaller([]).length > 0 ? { user: child.pid } : {}
    await waitFor(async () => (await readIpcObjects(child.pid, user)).posixQueues[0]?.bytes === 5)
    expect((await readIpcObjects(child.pid, user)).posixQueues).toEqual([
      { name: 'letters', bytes: 5 },
    ])
  })
})

describe('removal from outside', () => {
  test('of everything that is listed, and of what is gone already', async (context) => {
    needsPython(context)
    const script = `
import ctypes, os, subprocess, time
libc = ctypes.CDLL('librt.so.1', use_errno=True)
libc.mq_open(b'/letters', os.O_CREAT | os.O_RDWR, 0o600, None)
subprocess.run(['sh', '-c', '${make}'], stdout=subprocess.DEVNULL)
time.sleep(60)`
    const command = { file: 'python3', args: ['-c', script], fds: [] }
    await using child = await running(asCaller([ipc()]), command)
    const user = asCaller([]).length > 0 ? { user: child.pid } : {}
    await waitFor(async () => (await readIpcObjects(child.pid, user)).sharedMemory.length === 1)
    const objects = await readIpcObjects(child.pid, user)
    expect(objects.posixQueues).toHaveLength(1)
    await removeIpcObjects(child.pid, objects, user)
    const none = { queues: [], semaphores: [], sharedMemory: [], posixQueues: [] }
    expect(await readIpcObjects(child.pid, user)).toEqual(none)
    await removeIpcObjects(child.pid, objects, user)
  })

  test('a name that leads elsewhere is refused', async () => {
    await expect(removeIpcObjects(0, { posixQueues: [{ name: '../x' }] })).rejects.toMatchObject({
      code: 'ERR_NS_INVALID_OPTION',
    })
  })
})

describe('limits', () => {
  const limits = {
    msgmax: 1024,
    msgmnb: 2048,
    msgmni: 3,
    sem: [10, 20, 5, 2],
    shmmax: 65_536,
    shmall: 64,
    shmmni: 4,
    queues_max: 2,
    msg_max: 5,
    msgsize_max: 512,
  } as const

  test('hold inside, and the host keeps its own', async () => {
    const print = 'cd /proc/sys; cat kernel/msg[m]* kernel/sem kernel/shm[am]* fs/mqueue/*max'
    const before = (await shell([], print)).stdout
    if (lane === 'user' && linux(5, 19, 'a right to them')()) {
      const start = output(asCaller([ipc({ limits })]), { file: 'true' })
      await expect(start).rejects.toMatchObject({ hint: expect.stringMatching(/Linux 5\.19/) })
      return
    }
    const { stdout } = await shell(
      asCaller([ipc({ limits })]),
      'cd /proc/sys/kernel; cat msgmax msgmnb msgmni sem shmmax shmall shmmni; cd ../fs/mqueue; cat queues_max msg_max msgsize_max; ipcmk -Q -p 600 >/dev/null; for i in 1 2 3; do ipcmk -Q >/dev/null 2>&1 || echo full; done',
    )
    expect(stdout.replaceAll('\t', ' ')).toBe(
      '1024\n2048\n3\n10 20 5 2\n65536\n64\n4\n2\n5\n512\nfull\n',
    )
    expect((await shell([], print)).stdout).toBe(before)
  })

  test.each([
    ['unknown', { msg: 1 }, /unknown option msg/],
    ['negative', { shmmax: -1 }, /shmmax: a whole number/],
    ['three semaphore limits', { sem: [1, 2, 3] }, /sem: four whole numbers/],
  ])('%s: refused before anything exists', (_, wrong, message) => {
    expect(() => ipc({ limits: wrong as never })).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })

  test('are refused beside join', () => {
    expect(() => ipc({ limits: { msgmax: 1 }, join: 0 })).toThrow(/leave out limits/)
  })
})

test('A7: unknown options are refused before anything exists', () => {
  expect(() => ipc({ queues: 5 } as never)).toThrow(
    expect.objectContaining({
      code: 'ERR_NS_INVALID_OPTION',
      message: expect.stringMatching(/unknown option queues/),
    }),
  )
})
