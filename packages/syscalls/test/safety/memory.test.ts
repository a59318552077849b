import { rounds, slower } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mount } from '../../../mount/src/index.ts'
import { pid } from '../../../pid/src/index.ts'
import { user } from '../../../user/src/index.ts'
import { uts } from '../../../uts/src/index.ts'
import type { Contribution } from '../../src/index.ts'
import { unprotectedStub } from '../fixtures/unprotected.generated.ts'
import { Directory } from '../support/files.ts'
import { Attack, type Kind, type Scene } from './support/attack.ts'
import { compile } from './support/compile.ts'

// Processes inside look at everything that they see while we start others next to them: into their sandbox, and
// beside it. Claimed is, for every attacker: nothing of this process is ever in their sight, neither its memory nor its
// environment nor its fds. For all but root with its capabilities and without a user namespace it is claimed as well
// that they can't look at a start before its exec: not at its plan, which holds the environment and the arguments of
// the command that is started among them, and not at its fds. That root has CAP_SYS_PTRACE over everything that it
// sees; it can read that plan, and change what the start does in the attacker's own sandbox.
// Not claimed is anything of a command after its exec: it is inside, by design.

const directory = new Directory()
let program: string
beforeAll(() => {
  program = compile('attacker', directory)
})
afterAll(() => directory[Symbol.dispose]())

const unprotected = unprotectedStub[process.arch as 'x64' | 'arm64']

const factories = { user, uts, mount, pid }
function joinAll(types: readonly (keyof typeof factories)[], join: number): Contribution[] {
  return types.map((type) => factories[type]({ join }))
}

const withUser: Scene = {
  sandbox: [user({ map: 'root' }), uts(), mount(), pid()],
  capabilities: 'drop', // root of a user namespace keeps those that count inside
  join: (process) => joinAll(['user', 'uts', 'mount', 'pid'], process),
  init: () => [user({ map: 'root' }), uts(), mount(), pid()],
  ownProcesses: true,
  ownsUser: true,
}
const withoutPid: Scene = {
  sandbox: [user({ map: 'root' }), uts(), mount()],
  capabilities: 'drop',
  join: (process) => joinAll(['user', 'uts', 'mount'], process),
  init: (process) => [...joinAll(['user', 'uts', 'mount'], process), pid()],
  ownProcesses: false,
  ownsUser: true,
}
const withoutUser = (capabilities: Scene['capabilities']): Scene => ({
  sandbox: [uts(), mount(), pid()],
  capabilities,
  join: (process) => joinAll(['uts', 'mount', 'pid'], process),
  init: () => [uts(), mount(), pid()],
  ownProcesses: true,
  ownsUser: false,
})

const scenes: [string, Scene][] = [
  ['root of its own user and pid namespace', withUser],
  ['root of its own user namespace that sees all processes', withoutPid],
]
if (process.getuid?.() === 0)
  scenes.push(
    ['root with all capabilities in a pid namespace', withoutUser('keep')],
    ['root without capabilities in a pid namespace', withoutUser('drop')],
  )

const all: readonly Kind[] = (['join', 'init', 'open'] as const).flatMap((kind) =>
  Array<Kind>(6).fill(kind),
)

const repeats = rounds(50)

describe.each(scenes)('an attacker that is %s', (_, scene) => {
  test(`finds nothing of this process in ${6 * repeats} joins, as many starts with an init, and as many fds opened inside`, {
    timeout: 120_000 * slower,
  }, async () => {
    const attack = new Attack(program, scene)
    let done = 0
    for (let i = 0; i < repeats; i++) done += await attack.round(all)
    expect(done).toBe(18 * repeats)
    expect(attack.isUnchanged).toBe(true)
    const report = await attack.end()
    // It has looked, and where it was let it could.
    expect(report.rounds).toBeGreaterThan(repeats)
    expect(report).toMatchObject({ found: 0, environments: 0 })
    if (scene.capabilities === 'drop')
      expect(report).toMatchObject({ plans: 0, foreign: 0, example: '' })
  })

  // What opens an fd keeps all capabilities to its end; the kernel shows it to nobody with fewer in its own user namespace.
  const isWeaker = scene.capabilities === 'drop' && !scene.ownsUser
  test.each<Kind>(isWeaker ? ['join'] : ['join', 'open'])(
    'finds it where the start (%s) walks the plan in the memory of this process',
    { timeout: 120_000 * slower },
    async (kind) => {
      const attack = new Attack(program, scene)
      // With a join of a pid namespace it was a copy, made by the second clone.
      const hasChanged = () => scene.ownProcesses || !attack.isUnchanged
      for (let i = 0; i < 200 && !(attack.report?.found && hasChanged()); i++)
        await attack.round([kind], unprotected)
      const isBreached = hasChanged()
      const report = await attack.end()
      expect(report.found).toBeGreaterThan(0)
      expect(isBreached).toBe(true)
    },
  )
})
