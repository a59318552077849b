import { describe, expect, test } from 'vitest'
import {
  CLONE_NEW,
  explain,
  type NamespaceType,
  type Phase,
  Plan,
  phases,
  type Step,
  step,
  syscallNumber,
} from '../src/index.ts'
import { OwnedFds } from '../src/process/owned-fds.ts'
import { KIND, LIST, PLAN, PLAN_ADDRESS, STEP } from '../src/program/layout.ts'
import { getWord, Memory } from '../src/program/memory.ts'
import { encode, place } from '../src/program/program.ts'
import { showStep } from '../src/program/show-step.ts'
import { fresh, rootInside } from './support/namespaces.ts'

const none: ReadonlySet<NamespaceType> = new Set()
const newPlan = () => new Plan(none, none, { fd: 7, name: 'status' }, new OwnedFds())

describe('the order', () => {
  test('steps run in the order of the phases, whatever the order of pushing', () => {
    const plan = newPlan()
    for (const phase of [...phases].reverse()) plan.in(phase).call('getpid', [])
    const placed = place(plan)
    expect([...new Set(placed.map(({ phase }) => phase))]).toEqual([...phases])
    expect(placed.map(({ number }) => number)).toEqual(placed.map((_, i) => i + 1))
  })

  test('within a phase they keep theirs', () => {
    const plan = newPlan()
    plan.in('uts').push(step('getpid', []), step('getppid', []))
    plan.in('uts').call('gettid', [])
    const calls = place(plan).flatMap(({ phase, step }) => (phase === 'uts' ? [step.call] : []))
    expect(calls).toEqual(['getpid', 'getppid', 'gettid'])
  })

  test('no phase stands twice, and what depends on another stands behind it', () => {
    expect(new Set(phases).size).toBe(phases.length)
    const order: Phase[] = [
      'arm',
      'scheduling',
      'joins',
      'user',
      'parked',
      'mapped',
      'guard',
      'fork',
      'propagation',
      'sources',
      'root',
      'mounts',
      'proc',
      'init',
      'job',
      'groups',
      'bounding-set',
      'ids',
      'keyring',
      'capabilities',
      'cwd',
      'rearm',
      'no-new-privileges',
      'identity',
      'fds',
      'terminal',
      'close',
      'landlock',
      'limits',
      'signals',
      'seccomp',
      'exec',
    ]
    expect(phases.filter((phase) => order.includes(phase))).toEqual(order)
    expect(phases.at(-1)).toBe('exec')
  })

  test('an unknown phase is refused by name', () => {
    expect(() => newPlan().in('mount' as Phase)).toThrow("no phase is called 'mount'")
  })

  test('each fork begins a list; the forking process goes on with its own steps', () => {
    const plan = newPlan()
    plan.in('fork').call('clone', [0], { fork: [step('exit_group', [0])] })
    plan.in('uts').call('getpid', [])
    plan.in('init').call('clone', [0], { fork: [step('gettid', [])] })
    plan.in('exec').call('execve', [])
    const lists = place(plan).map(({ step, list, index }) => `${list}.${index} ${step.call}`)
    expect(lists).toEqual([
      '0.0 openat',
      '0.1 clone',
      '0.2 exit_group',
      '1.0 getpid',
      '1.1 clone',
      '1.2 gettid',
      '2.0 execve',
    ])
  })

  test('a helper has a list of its own, and the program goes on in that of its caller', () => {
    const plan = newPlan()
    plan.in('init').call('clone', [0], { fork: [step('gettid', [])] })
    plan.in('nested').call('clone', [0], { helper: [step('exit_group', [0])] })
    plan.in('exec').call('execve', [])
    const lists = place(plan).map(
      ({ step, list, index, childList }) => `${list}.${index} ${step.call} ${childList ?? ''}`,
    )
    expect(lists).toEqual([
      '0.0 openat ',
      '0.1 clone 1',
      '0.2 gettid ',
      '1.0 clone 2',
      '2.0 exit_group ',
      '1.1 execve ',
    ])
  })

  test('a fourth fork is refused', () => {
    const plan = newPlan()
    for (const phase of ['fork', 'init', 'nested', 'exec'] as const)
      plan.in(phase).call('clone', [0], { fork: [] })
    expect(() => place(plan)).toThrow(RangeError)
  })
})

describe('the encoding', () => {
  /** The plan with this one step, and where that begins. */
  function encoded(made: Step): { bytes: Buffer; at: number } {
    const plan = newPlan()
    plan.in('exec').push(made)
    const bytes = encode(plan, place(plan))
    return { bytes, at: getWord(bytes, PLAN.lists + LIST.steps) - PLAN_ADDRESS + STEP.size }
  }
  const argument = (made: Step, i: number) => {
    const { bytes, at } = encoded(made)
    return bytes.readBigUInt64LE(at + STEP.args + i * 8)
  }

  test.each([
    [0, 0n],
    [1, 1n],
    [-1, 0xffffffffffffffffn],
    [-100, 0xffffffffffffff9cn],
    [0x80000000, 0x80000000n],
    [0xffffffff, 0xffffffffn],
    [2 ** 32, 0x100000000n],
    [-(2 ** 32), 0xffffffff00000000n],
    [-(2 ** 32) - 1, 0xfffffffeffffffffn],
    [Number.MAX_SAFE_INTEGER, 0x1fffffffffffffn],
    [Number.MIN_SAFE_INTEGER, 0xffe0000000000001n],
    [0xffffffffffffffffn, 0xffffffffffffffffn],
    [-1n, 0xffffffffffffffffn],
    [1n << 63n, 0x8000000000000000n],
  ])('%s is the word %x', (value, word) => {
    expect(argument(step('getpid', [value]), 0)).toBe(word)
    const memory = new Memory()
    const { offset } = memory.words([value])
    expect(memory.bytes.readBigUInt64LE(offset)).toBe(word)
  })

  test.each([0, 1, -1, -4095, 0xffffffff, 2 ** 40, -(2 ** 40) + 1])(
    '%s is read back as it was written',
    (value) => {
      const memory = new Memory()
      const { offset } = memory.words([value])
      expect(getWord(memory.bytes, offset)).toBe(value)
    },
  )

  test('strings are C strings, kept once; bytes are memory; fds are numbers', () => {
    const made = step('mount', ['päth', 'päth', Buffer.from([1, 2, 3]), { fd: 9, name: 'x' }])
    const { bytes, at } = encoded(made)
    const [first, second, third, fourth] = [0, 1, 2, 3].map((i) =>
      getWord(bytes, at + STEP.args + i * 8),
    )
    expect(first).toBe(second)
    const text = (first as number) - PLAN_ADDRESS
    expect(bytes.toString('utf8', text, bytes.indexOf(0, text))).toBe('päth')
    expect([...bytes.subarray((third as number) - PLAN_ADDRESS).subarray(0, 3)]).toEqual([1, 2, 3])
    expect(fourth).toBe(9)
  })

  test('a NUL byte in a string is refused: the kernel would take what stands before it', () => {
    expect(() => encoded(step('chdir', ['/safe\0/../etc']))).toThrow(
      expect.objectContaining({ code: 'ERR_NS_INVALID_OPTION' }),
    )
  })

  test.each([
    ['a call that is not in the table', 'addkey', [], "no system call is known as 'addkey'"],
    ['more arguments than a call takes', 'prctl', [1, 2, 3, 4, 5, 6, 7], 'prctl: more than 6'],
    ['what is no argument', 'chdir', [undefined], 'chdir: undefined is no argument'],
  ])('%s is refused by name', (_, call, args, message) => {
    expect(() => encoded(step(call as 'chdir', args as never))).toThrow(message)
  })

  test('a slot is the address of its value, and where a result goes', () => {
    const plan = newPlan()
    const slot = plan.slot('fd')
    plan.in('exec').call('dup3', [1, slot, 0, slot], { result: slot })
    const bytes = encode(plan, place(plan))
    const at = getWord(bytes, PLAN.lists + LIST.steps) - PLAN_ADDRESS + STEP.size
    expect(bytes[at + STEP.values]).toBe(0b1010)
    expect(getWord(bytes, at + STEP.args + 8)).toBe(slot.region.address)
    expect(getWord(bytes, at + STEP.result)).toBe(slot.region.address)
  })

  test('errnos to go on with, the condition and the expected result stand in the step', () => {
    const { bytes, at } = encoded(
      step('read', [0], { tolerate: ['ENOENT', 'EACCES'], onlyAfter: 'ENOEXEC', expect: 1 }),
    )
    expect(bytes.readUInt16LE(at + STEP.nr)).toBe(syscallNumber('read'))
    expect(bytes[at + STEP.kind]).toBe(KIND.call)
    expect([...bytes.subarray(at + STEP.tolerated, at + STEP.tolerated + 8)]).toEqual([
      2, 13, 0, 0, 0, 0, 0, 0,
    ])
    expect(bytes[at + STEP.onlyAfter]).toBe(8)
    expect(bytes[at + STEP.expects]).toBe(1)
    expect(getWord(bytes, at + STEP.expected)).toBe(1)
  })

  test('a step cannot go on with more errors than it has room for', () => {
    const tolerate = [
      'EPERM',
      'ENOENT',
      'ESRCH',
      'EINTR',
      'EIO',
      'ENXIO',
      'E2BIG',
      'EBADF',
      'EACCES',
    ] as const
    expect(() => encoded(step('read', [0], { tolerate }))).toThrow(RangeError)
  })

  test('memory that outgrows its first room keeps what it has and where it has it', () => {
    const { memory } = newPlan()
    const early = memory.put(Buffer.from('early'))
    const late = memory.put(Buffer.alloc(100_000, 'x'))
    expect(memory.bytes.toString('latin1', early.offset, early.offset + 5)).toBe('early')
    expect(memory.bytes[late.offset + 99_999]).toBe('x'.charCodeAt(0))
    expect(late.offset % 8).toBe(0)
  })
})

describe('explain', () => {
  const command = { file: '/bin/true', args: ['a'], cwd: '/tmp', env: {} }

  test('is data, and prints like strace', () => {
    const program = explain(
      [
        rootInside(),
        fresh('uts', (plan) =>
          plan.in('uts').call('sethostname', ['box', 3], { namespace: 'uts' }),
        ),
      ],
      command,
    )
    expect(program.clone).toContain('CLONE_NEWUSER')
    const texts = program.steps.map(({ text }) => text)
    for (const text of [
      'prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)',
      'unshare(CLONE_NEWUTS)',
      'sethostname("box", 3)',
      'chdir("/tmp")',
      'prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)',
    ])
      expect(texts).toContain(text)
    expect(program.steps.find(({ text }) => text.startsWith('sethostname'))).toMatchObject({
      phase: 'uts',
      namespace: 'uts',
      process: 0,
    })
    expect(program.steps.map(({ number }) => number)).toEqual(program.steps.map((_, i) => i + 1))
    expect(`${program}`).toMatch(/^clone\(.*\n +1 {2}0 {2}arm +openat\(AT_FDCWD, "\/proc", /)
    expect(JSON.parse(JSON.stringify(program.steps))).toEqual(program.steps)
  })

  test('starts nothing, and needs no namespace that could be joined', () => {
    const join = { type: 'net', flags: 0, join: '/no/such', steps: () => {} } as const
    expect(`${explain([join], command)}`).toContain('setns(<net>, CLONE_NEWNET)')
  })

  test('two contributions of one type are refused', () => {
    expect(() => explain([fresh('uts'), fresh('uts')], command)).toThrow(/uts: two contributions/)
  })

  test.each<[string, object, RegExp]>([
    [
      'a flag of a second type',
      { flags: CLONE_NEW.uts | CLONE_NEW.ipc },
      /uts: the flags.*CLONE_NEW\.uts, or 0/,
    ],
    ['the flag of another type', { flags: CLONE_NEW.ipc }, /uts: the flags/],
    ['no flags', { flags: undefined }, /uts: the flags/],
    ['flags beside a join', { join: '/no/such' }, /uts: the flags.*0 beside join/],
    ['a type that there is not', { type: 'dns' }, /one of user, .*; not dns/],
    [
      'steps that come later',
      { steps: async () => {} },
      /uts: its steps have to be there.*no promise/,
    ],
    ['later steps that fail', { steps: () => Promise.reject(new Error('late')) }, /no promise/],
  ])('a contribution with %s is refused: it would be missing in silence', (_, mistake, message) => {
    expect(() => explain([{ ...fresh('uts'), ...mistake }], command)).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })

  test('flags have names, the rest stays visible', () => {
    expect(showStep(step('mount', ['a', 'b', 0, 4096 | 16384 | (1 << 30), 0]))).toBe(
      'mount("a", "b", 0, MS_BIND|MS_REC|0x40000000, 0)',
    )
    expect(showStep(step('unshare', [0]))).toBe('unshare(0)')
    expect(showStep(step('write', [1, Buffer.from('text\n'), Buffer.from([0, 1])]))).toBe(
      'write(1, "text\\n", [2])',
    )
    expect(showStep(step('getpid', [-1n, -1]))).toBe('getpid(-1, -1)')
  })
})
