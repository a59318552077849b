import { readFileSync } from 'node:fs'
import { checkLeaks, output, running, shell, waitFor } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { hierarchiesOf } from '../src/hierarchies.ts'
import { Cgroup, type CgroupLimits, cgroup, readHierarchies } from '../src/index.ts'
import { checkLimits } from '../src/limits.ts'
import { parseIo } from '../src/usage.ts'
import { hasController, refusal } from './machine.ts'

checkLeaks()

const born = (box: Cgroup) => [cgroup({ placement: box, namespace: false })]
const fileOf = (box: Cgroup, name: string) => readFileSync(`${box.path}/${name}`, 'utf8').trim()

/** Where a controller is not there, asking for its limits is an error that says why; where it is, they hold. */
const shown: readonly (readonly [string, CgroupLimits, (box: Cgroup) => Promise<void>])[] = [
  ['memory', { 'memory.max': '24m', 'memory.swap.max': 0, 'memory.oom.group': true }, endsBigOne],
  ['pids', { 'pids.max': 3 }, refusesTheFourth],
  ['cpu', { 'cpu.max': 0.05, 'cpu.weight': 50 }, holdsUp],
  ['io', { 'io.max': [{ device: diskOf(), rbps: 1_048_576, wiops: 100 }] }, limitsTheDisk],
]

describe.each(shown)('limits of %s', (controller, limits, show) => {
  if (hasController(controller))
    test('are set at creation, hold, and are changed', async () => {
      await using box = Cgroup.create({ limits })
      await show(box)
    })
  else if (refusal === undefined)
    test('are refused where there is no such controller, with why; nothing is left', async () => {
      await using parent = Cgroup.create()
      const name = 'refused'
      expect(() => Cgroup.create({ parent: parent.path, name, limits })).toThrow(
        expect.objectContaining({
          code: 'ERR_NS_UNSUPPORTED',
          namespace: 'cgroup',
          operation: 'limit',
          message: expect.stringContaining(
            `there is no ${controller} controller for '${parent.path}/${name}'`,
          ),
          hint: expect.stringMatching(
            /is a controller of cgroup v1 here|kernel was built or booted without|it ends at/,
          ),
        }),
      )
      expect(() => Cgroup.open(`${parent.path}/${name}`)).toThrow(/cannot open/)
      expect(parent.usage).toMatchObject({ memory: undefined, pids: undefined, io: undefined })
    })
  else
    test('are not reached where nothing was delegated', () => {
      expect(() => Cgroup.create({ limits })).toThrow(
        expect.objectContaining({ code: 'ERR_NS_PERMISSION' }),
      )
    })
})

async function endsBigOne(box: Cgroup): Promise<void> {
  const { signalCode } = await output(born(box), { file: 'tail', args: ['/dev/zero'] })
  expect(signalCode).toBe('SIGKILL')
  expect(box.events?.memory?.oom_kill).toBeGreaterThan(0)
  const { memory } = box.usage
  expect(memory?.current).toBeLessThan(24 << 20)
  expect(memory?.stat.anon).toBeGreaterThanOrEqual(0)
  box.limit({ 'memory.max': 'max', 'memory.high': '1g' })
  expect([fileOf(box, 'memory.max'), fileOf(box, 'memory.high')]).toEqual(['max', '1073741824'])
}

async function refusesTheFourth(box: Cgroup): Promise<void> {
  const script = 'sleep 0.1 & sleep 0.1 & sleep 0.1 & sleep 0.1 & wait'
  const { stderr } = await shell(born(box), script)
  expect(stderr).toMatch(/fork/)
  expect(box.events?.pids?.max).toBeGreaterThan(0)
  expect(box.usage.pids).toMatchObject({ current: 0 })
  box.limit({ 'pids.max': 'max' })
  expect((await shell(born(box), script)).stderr).toBe('')
}

async function holdsUp(box: Cgroup): Promise<void> {
  expect([fileOf(box, 'cpu.max'), fileOf(box, 'cpu.weight')]).toEqual(['5000 100000', '50'])
  const busy = { file: 'sh', args: ['-c', 'while :; do :; done'], fds: [] }
  await using _ = await running(born(box), busy)
  await waitFor(() => (box.usage.cpu.throttled ?? 0) > 0)
  box.limit({ 'cpu.max': 'max' })
  expect(fileOf(box, 'cpu.max')).toBe('max 100000')
}

async function limitsTheDisk(box: Cgroup): Promise<void> {
  expect(fileOf(box, 'io.max')).toBe(`${diskOf()} rbps=1048576 wbps=max riops=max wiops=100`)
  const limits = { 'io.max': [{ device: '250:250', rbps: 1 }] }
  expect(() => box.limit(limits)).toThrow(/ENODEV\n {2}hint: there is no such block device/)
}

/** The number of a disk. */
function diskOf(): string {
  const lines = readFileSync('/proc/partitions', 'utf8').split('\n').slice(2)
  const [, major, minor] =
    lines.map((line) => line.match(/(\d+)\s+(\d+)\s+\d+ [vs]d[a-z]$/)).find(Boolean) ?? []
  return `${major ?? 8}:${minor ?? 0}`
}

describe('what is written', () => {
  test('a line for each write, in the order of the kernel’s files', () => {
    const limits = checkLimits({
      'io.max': [
        { device: '8:0', rbps: 5, wiops: 'max' },
        { device: '8:16', wbps: 7 },
      ],
      'cpu.max': 1.5,
      'memory.max': 1024,
      'memory.oom.group': false,
    })
    expect(limits).toEqual([
      { file: 'memory.max', lines: ['1024'] },
      { file: 'memory.oom.group', lines: ['0'] },
      { file: 'cpu.max', lines: ['150000 100000'] },
      { file: 'io.max', lines: ['8:0 rbps=5 wiops=max', '8:16 wbps=7'] },
    ])
  })

  test('statistics by device', () => {
    expect(parseIo('8:0 rbytes=1 wbytes=2\n8:16 \n')).toEqual({ '8:0': { rbytes: 1, wbytes: 2 } })
  })
})

describe('v1, v2 and both', () => {
  const two = '30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate'
  const unified = '31 20 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw'
  const one = '32 20 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct'
  const systemd = '33 20 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd'
  const has = (controllers: readonly string[]) => () => controllers

  test.each([
    [
      'v2',
      [two],
      ['cpu', 'memory'],
      { v2: { mount: '/sys/fs/cgroup', controllers: ['cpu', 'memory'] }, v1: {} },
    ],
    [
      'v2',
      [two.replace('/sys/fs/cgroup', String.raw`/a\040b`)],
      [],
      { v2: { mount: '/a b', controllers: [] }, v1: {} },
    ],
    [
      'hybrid',
      [unified, one, systemd],
      [],
      {
        v2: { mount: '/sys/fs/cgroup/unified', controllers: [] },
        v1: { cpu: '/sys/fs/cgroup/cpu,cpuacct', cpuacct: '/sys/fs/cgroup/cpu,cpuacct' },
      },
    ],
    [
      'v1',
      [one],
      [],
      { v1: { cpu: '/sys/fs/cgroup/cpu,cpuacct', cpuacct: '/sys/fs/cgroup/cpu,cpuacct' } },
    ],
    ['none', [], [], { v1: {} }],
  ])('%s', (mode, lines, controllers, expected) => {
    expect(hierarchiesOf(lines.join('\n'), has(controllers))).toEqual({
      mode,
      v2: undefined,
      ...expected,
    })
  })

  test('of this machine', () => {
    const { mode, v2, v1 } = readHierarchies()
    expect(mode).toMatch(/^(v2|hybrid)$/)
    expect(readFileSync(`${v2?.mount}/cgroup.procs`, 'utf8')).toMatch(/\d/)
    expect(mode === 'hybrid').toBe(
      readFileSync('/proc/self/mountinfo', 'utf8').includes(' - cgroup '),
    )
    for (const mount of Object.values(v1))
      expect(readFileSync(`${mount}/tasks`, 'utf8')).not.toBe('')
  })
})
